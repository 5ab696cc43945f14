// What is told of a delivery that was refused, and where it lies when nobody can be
// told.  Pure but for the clock's time and the id that come in.
#pragma once

#include <string>

#include "producer/intake/acceptor.h"
#include "queue/amqp/message.h"
#include "queue/base/random.h"

namespace utboks {

// To the outcome exchange, `rejected.{ressurs}`, or `rejected.unknown` where `ressurs` is
// empty.  JSON; the caller's message_id and
// correlation_id come back as properties and stand nowhere else, for they may name a
// person.  correlation_id is the caller's own, or its message_id.
amqp::Letter RejectedLetter(const std::string& exchange, const std::string& ressurs,
                            const amqp::Delivery& delivery, const Answer& answer, const Uuid& event,
                            WallTime now);

// The delivery as it came, for the queue `dead`, with what is wrong in the header
// `utboks-reason`.
amqp::Letter SetAsideLetter(const std::string& dead, const amqp::Delivery& delivery,
                            const std::string& reason);

}  // namespace utboks

// An event as a message to the broker.  Pure.
#pragma once

#include <string>

#include "queue/amqp/message.h"
#include "queue/message.h"
#include "queue/receivers.h"

namespace utboks {

// Routing key `{event}.{ressurs}`, or `{event}.unknown` where a refused document was of no
// resource that we know.  message_id is the event's own in the world: whoever gets it twice
// knows it by that.  correlation_id is what the caller gave its message.
amqp::Letter OutcomeLetter(const std::string& exchange, const EventView& event,
                           const StreamName& stream);

}  // namespace utboks

// Intake from a message broker: deliveries become messages, many in one commit, and
// are acknowledged when they are durable.
//
// Body: the document, or a multipart whose first part it is.  Property `type`: the
// resource.  Header `order-key`, a text or a list of them: in place of the persons in
// the document.  The same bytes again are the message that is there.
//
// A refused document is kept as rejected, in the same way, and its event tells what is wrong:
// nothing is dropped, whether or not anybody hears of it.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <thread>

#include "producer/intake/acceptor.h"
#include "queue/amqp/consumer.h"
#include "queue/base/service.h"
#include "queue/store.h"
#include "queue/trouble_watch.h"

namespace utboks {

class AmqpIntake final : public Service {
 public:
  // All outlive it.
  AmqpIntake(amqp::ConsumerSettings settings, const Validator& validator, Intake& store,
             Delivery& alarms, Clock& clock, Random& random);
  ~AmqpIntake() override { Stop(); }

  std::string_view name() const override { return "amqp-intake"; }
  // Ok at once: a broker that is away keeps nobody from delivering what is there.
  Status Start() override;
  void Stop() override;

  // What is done with a batch; see Handler.
  Status Take(std::span<const amqp::Delivery> batch, const amqp::Durable& durable);

 private:
  void Run();

  Acceptor acceptor_;
  amqp::Consumer consumer_;  // the thread's alone
  TroubleWatch trouble_;     // likewise
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks

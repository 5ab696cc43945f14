// Intake from a message broker: deliveries become messages, many in one commit, and
// are acknowledged when they are durable.
//
// Body: the document, or a multipart whose first part it is.  Property `type`: the
// resource.  Header `order-key`, a text or a list of them: in place of the persons in
// the document.  The same bytes again are the message that is there.
//
// A refused document is answered on the outcome exchange, the answer is confirmed, and
// the delivery acknowledged.  Where no queue is bound for the answer, it is set aside as it
// came, in the queue `dead`; where that fails too, all waits: nothing is dropped.
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>

#include "producer/intake/acceptor.h"
#include "queue/amqp/consumer.h"
#include "queue/amqp/publisher.h"
#include "queue/base/service.h"
#include "queue/store.h"

namespace utboks {

struct AmqpIntakeSettings {
  amqp::ConsumerSettings consumer;  // `batch` is Acceptor::kGroup: one commit
  amqp::PublisherSettings publisher;
  std::string exchange;  // of outcomes
  std::string dead;      // a queue
};

// Standing still this long, it is an alarm (`amqp-intake`).
inline constexpr Millis kIntakeStandsAfter{60'000};
// What no try can take in for a fault of ours is set aside after so many.
inline constexpr int kMostFaults = 5;

class AmqpIntake final : public Service {
 public:
  // All outlive it.
  AmqpIntake(AmqpIntakeSettings settings, const Validator& validator, Intake& store,
             Delivery& alarms, Clock& clock, Random& random);
  ~AmqpIntake() override { Stop(); }

  std::string_view name() const override { return "amqp-intake"; }
  // Ok at once: a broker that is away keeps nobody from delivering what is there.
  Status Start() override;
  void Stop() override;

  // What is done with a batch; see Handler.
  Status Take(std::span<const amqp::Delivery> batch, std::span<amqp::Verdict> verdicts);

 private:
  void Run();
  void Tell(const Status& status);
  std::string RessursOf(const amqp::Delivery& delivery) const;  // "" = of none
  Status PublishAll(std::span<const amqp::Letter> letters, std::vector<Status>* told);
  Status TellRefused(std::span<const amqp::Delivery> batch, std::span<const Answer> answers);

  const AmqpIntakeSettings settings_;
  const Validator& validator_;
  Acceptor acceptor_;
  Delivery& alarms_;
  Clock& clock_;
  Random& random_;
  // The thread's alone, as is what they hold.
  amqp::Consumer consumer_;
  amqp::Publisher publisher_;
  std::string told_;  // the last failure that was logged; "" = all is well
  std::optional<SteadyTime> failing_since_;
  std::optional<bool> alarm_;  // what is in the store, once we have written it
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks

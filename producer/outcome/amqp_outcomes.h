// Publishes what happens to messages on the outcome exchange, confirmed by the broker.
//
// Where no queue is bound for an event it waits, and all behind it: whoever binds one gets
// it.  That is an alarm after a minute (`outcomes`), as is a broker that is away.
#pragma once

#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include "producer/outcome/teller.h"
#include "queue/amqp/publisher.h"
#include "queue/base/service.h"
#include "queue/store.h"
#include "queue/trouble_watch.h"

namespace utboks {

// The receiver's name in the store.
inline constexpr std::string_view kAmqpReceiver = "amqp";

struct AmqpOutcomesSettings {
  amqp::PublisherSettings publisher;  // with the exchange
  std::set<std::string, std::less<>> events;
  Millis pause{200};  // between two looks where nothing is new
};

// For one worker of a store at a time.
class AmqpOutcomes final : public Service {
 public:
  // All outlive it.
  AmqpOutcomes(AmqpOutcomesSettings settings, Store& store, Clock& clock, Random& random);
  ~AmqpOutcomes() override { Stop(); }

  std::string_view name() const override { return "outcomes"; }
  Status Start() override;
  void Stop() override;

 private:
  void Run();
  std::vector<Status> Publish(std::span<const EventView> events);

  const AmqpOutcomesSettings settings_;
  Store& store_;
  Clock& clock_;
  // The thread's alone.
  amqp::Publisher publisher_;
  std::optional<StreamName> stream_;
  Teller teller_;
  TroubleWatch trouble_;
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks

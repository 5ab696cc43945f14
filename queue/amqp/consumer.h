// Takes deliveries from one queue, batch by batch, and acknowledges them as the handler
// makes them durable.  It has no thread: whoever owns it calls Turn in a loop.
//
// At least once: what was handled and not yet acknowledged when a connection is lost comes
// again.  Nothing is acknowledged before the handler has said that it is durable.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "queue/amqp/connection.h"
#include "queue/amqp/message.h"
#include "queue/amqp/settings.h"
#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/base/status.h"

namespace utboks::amqp {

struct ConsumerSettings {
  ConnectionSettings connection;
  std::string queue;
  // Makes the queue, and `dead` for what comes back too often; else the queue is taken
  // as it stands, and what happens to such a delivery is its owner's affair.
  bool declare = false;
  std::string dead;
  std::uint16_t prefetch = 256;
  std::size_t batch = 256;  // deliveries at most, of those that are there
  std::size_t enough = 64;  // after so many no more are waited for
  Millis linger{5};         // after the first of a batch, for more to come
  Millis idle{200};         // how long a Turn waits where nothing comes
};

// As quorum queues since RabbitMQ 4.0 have it when nothing is said.
inline constexpr std::int64_t kMostReturns = 20;

// The first so many of the batch are durable: they are acknowledged at once, and the broker
// sends others in their place.
using Durable = std::function<void(std::size_t first)>;

// Ok: all of it is durable.  Anything else: what was not said to be durable is not
// acknowledged, and handed again after a pause, in the same order and before any other.
using Handler = std::function<Status(std::span<const Delivery> batch, const Durable& durable)>;

// One thread uses it.
class Consumer {
 public:
  // Clock and Random outlive it.
  Consumer(ConsumerSettings settings, Clock& clock, Random& random)
      : settings_(std::move(settings)), clock_(clock), random_(random) {}

  // Connects if it must, waits for deliveries, and hands in one batch at most.  Ok
  // also where none came.  A failure (of the broker, or the handler's) is told once;
  // call again: the next Turn waits first, with jitter and ever longer.  Ends soon
  // after `stop` is asked for, and then hands in nothing more.
  Status Turn(const Handler& handler, const std::stop_token& stop);
  bool connected() const { return connection_ != nullptr; }
  // What is not settled goes back to the queue.  Turn connects anew.
  void Close();

 private:
  Status Connect();
  Status Fail(Status status);  // the connection is gone
  // Waits for the broker until `until`, and keeps the deliveries that come.
  Status Gather(SteadyTime until, std::size_t enough, const std::stop_token& stop);
  // Hands in the first `held_`; they are no longer waiting where they are acknowledged.
  Status Hand(const Handler& handler);
  void PauseAgain();

  const ConsumerSettings settings_;
  Clock& clock_;
  Random& random_;
  std::unique_ptr<Connection> connection_;
  std::deque<Delivery> waiting_;  // unsettled, in the order they came
  std::size_t held_ = 0;          // of these, so many are the batch to be handed again
  int failures_ = 0;              // in a row
  SteadyTime again_{};            // not before this
};

}  // namespace utboks::amqp

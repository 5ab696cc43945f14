// Publishes letters and learns of each whether the broker has it: confirms in a
// window, the mandatory flag, returns and refusals.
//
// At least once: what is not confirmed may be there all the same, for the confirm
// may be what was lost.  Publish it again, under the same message_id.
#pragma once

#include <deque>
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

struct PublisherSettings {
  ConnectionSettings connection;
  // Made as a durable topic exchange, or looked at; "" = neither: letters name theirs.
  std::string exchange;
  bool declare = false;
  std::size_t window = 256;  // unconfirmed at a time
  Millis patience{10'000};   // for the next confirm
};

// One thread uses it.
class Publisher {
 public:
  // Clock and Random outlive it.
  Publisher(PublisherSettings settings, Clock& clock, Random& random)
      : settings_(std::move(settings)), clock_(clock), random_(random) {}

  // One status per letter, in order.  Ok: a queue has it durably.  kNotFound: no
  // queue wants its routing key.  kBusy: not confirmed (refused, the broker short of
  // memory or disk, the connection lost); kUnreachable, kConfig: there is no
  // connection.  Letters are sent in their order; one that is returned or refused does
  // not stop the others.  Where the broker could not be reached a moment
  // ago, says so at once: it is not dialled before a pause with jitter is over.
  std::vector<Status> Publish(std::span<const Letter> letters, const std::stop_token& stop);
  // Answers heartbeats and hears whether the broker is blocked.  Call it every few
  // seconds where nothing is published; it does not wait, and connects nothing.
  void Tend();
  bool connected() const { return connection_ != nullptr; }
  void Close() { connection_.reset(); }

 private:
  struct Open {  // sent and not confirmed
    std::uint64_t tag = 0;
    std::size_t letter = 0;
    bool returned = false;
  };

  Status Connect();
  Status Ready();
  void Hear(const Event& event, std::span<const Letter> letters, std::vector<Status>* told);
  // Hears what the broker says until at most `most` are open.
  Status Await(std::size_t most, std::span<const Letter> letters, std::vector<Status>* told,
               const std::stop_token& stop);
  Status Lost(const Status& why);

  const PublisherSettings settings_;
  Clock& clock_;
  Random& random_;
  std::unique_ptr<Connection> connection_;
  std::deque<Open> open_;  // by tag
  std::uint64_t last_tag_ = 0;
  int failures_ = 0;  // in a row, of connecting
  SteadyTime again_{};
  Status failure_;  // of the last connecting
};

}  // namespace utboks::amqp

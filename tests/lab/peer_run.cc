#include "tests/lab/peer_run.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "producer/lab/mail.h"
#include "producer/lab/register_side.h"
#include "producer/lab/weather.h"
#include "queue/bucket.h"
#include "tests/lab/destination.h"

namespace utboks::lab {
namespace {

constexpr Millis kPing{1'000};

struct Message {
  WallTime arrived{};
  int failures = 0;
};

struct Flight {
  MessageSeq seq = 0;
  WallTime at{};
  Failure failure = Failure::kNone;
};
struct Later {
  bool operator()(const Flight& a, const Flight& b) const { return a.at > b.at; }
};

class PeerRun {
 public:
  PeerRun(const Scenario& scenario, const Peer& peer, int limit)
      : peer_(peer),
        limit_(limit),
        patience_(scenario.patience),
        random_(SeededRandom(scenario.seed)),
        weather_(scenario.calendar, scenario.seed),
        mail_(scenario.calendar, scenario.per_day, scenario.seed),
        register_(weather_, scenario.latency, DeliverySettings(), scenario.seed),
        measures_(weather_) {}

  Summary Run() {
    while (const std::optional<WallTime> next = NextEvent()) {
      now_ = std::max(now_, *next);
      measures_.Advance(now_);
      TakeIn();
      Finish();
      Ping();
      Scan();
      Send();
    }
    measures_.Advance(WallTime::max());
    return measures_.Summarize();
  }

 private:
  std::optional<WallTime> NextEvent() const {
    std::optional<WallTime> next = mail_.NextAt();
    const auto sooner = [&](std::optional<WallTime> at) {
      if (at && (!next || *at < *next)) next = at;
    };
    if (!flights_.empty()) sooner(flights_.top().at);
    sooner(next_ping_);
    if (!due_.empty() && !latched_)
      sooner(peer_.scan > Millis(0) ? NextScan() : due_.begin()->first);
    sooner(next_token_);
    return next;
  }

  // The first look at the clock after now at which something is due.
  WallTime NextScan() const {
    const WallTime at = std::max(due_.begin()->first, now_ + Millis(1));
    const auto looks = (at.time_since_epoch() - Phase() + peer_.scan - Millis(1)) / peer_.scan;
    return WallTime(peer_.scan * looks + Phase());
  }
  // Outages are told in whole quarters of an hour, and a scheduler's clock has no part in
  // that: it ticks beside them.
  Millis Phase() const { return peer_.scan * 37 / 100; }

  void TakeIn() {
    while (mail_.NextAt() && *mail_.NextAt() <= now_) {
      const Letter letter = mail_.Take();
      const MessageSeq seq = ++last_seq_;
      measures_.Arrived(seq, letter);
      messages_.emplace(seq, Message{now_, 0});
      if (peer_.first_scanned || latched_) {
        due_.emplace(now_, seq);
      } else {
        ready_.push_back(seq);
      }
    }
  }

  void Finish() {
    while (!flights_.empty() && flights_.top().at <= now_) {
      const Flight flight = flights_.top();
      flights_.pop();
      if (flight.failure == Failure::kNone) {
        failed_in_a_row_ = 0;
        destination_.OnSuccess();
        measures_.Taken(flight.seq, now_);
        messages_.erase(flight.seq);
      } else {
        Fail(flight.seq);
      }
    }
  }

  void Fail(MessageSeq seq) {
    ++failed_in_a_row_;
    destination_.OnFailure(now_);
    Message& message = messages_.at(seq);
    const auto wait = peer_.wait(++message.failures, now_ - message.arrived, *random_);
    if (!wait) {
      measures_.GivenUp(seq);
      messages_.erase(seq);
      return;
    }
    due_.emplace(now_ + *wait, seq);
    if (peer_.stop_after > 0 && failed_in_a_row_ >= peer_.stop_after) PutBack();
    if (peer_.latches_after > 0 && failed_in_a_row_ >= peer_.latches_after && !latched_) {
      latched_ = true;
      next_ping_ = now_ + kPing;
      PutBack();
    }
  }

  // What has not gone waits for the next run.
  void PutBack() {
    for (const MessageSeq seq : ready_) due_.emplace(now_, seq);
    ready_.clear();
  }

  void Ping() {
    if (!latched_ || *next_ping_ > now_) return;
    const Reply reply = register_.Ask(now_, now_ + patience_);
    measures_.AskedHead(now_, reply.failure);
    if (reply.failure == Failure::kNone) {
      latched_ = false;
      failed_in_a_row_ = 0;
      next_ping_.reset();
    } else {
      next_ping_ = std::max(reply.at, now_ + kPing);
    }
  }

  void Scan() {
    if (latched_) return;
    const bool look = peer_.scan == Millis(0) || now_.time_since_epoch() % peer_.scan == Phase();
    if (!look) return;
    if (peer_.scan > Millis(0) && flights_.empty()) failed_in_a_row_ = 0;  // a new run
    int taken = 0;
    while (!due_.empty() && due_.begin()->first <= now_) {
      if (peer_.batch > 0 && taken++ == peer_.batch) break;
      ready_.push_back(due_.begin()->second);
      due_.erase(due_.begin());
    }
  }

  void Send() {
    next_token_.reset();
    while (!ready_.empty()) {
      const MessageSeq seq = ready_.front();
      if (peer_.dead_destination && destination_.dead(now_)) {
        ready_.pop_front();
        const Message& message = messages_.at(seq);
        const auto wait =
            peer_.wait(std::max(message.failures, 1), now_ - message.arrived, *random_);
        if (wait) {
          due_.emplace(now_ + *wait, seq);
        } else {
          measures_.GivenUp(seq);
          messages_.erase(seq);
        }
        continue;
      }
      const int room = peer_.dead_destination ? std::min(destination_.window(), peer_.in_flight)
                                              : peer_.in_flight;
      if (static_cast<int>(flights_.size()) >= room) return;
      if (Take(bucket_, 1, limit_, now_) == 0) {
        next_token_ = NextToken(bucket_, limit_, now_);
        return;
      }
      ready_.pop_front();
      const Reply reply = register_.Ask(now_, now_ + patience_);
      measures_.Posted(seq, now_, reply.failure);
      // A refused connection takes a moment too, or it would be tried without end in none.
      flights_.push({seq, std::max(reply.at, now_ + Millis(1)), reply.failure});
    }
  }

  const Peer& peer_;
  const int limit_;
  const Millis patience_;
  std::unique_ptr<Random> random_;
  Weather weather_;
  Mail mail_;
  RegisterSide register_;
  Measures measures_;

  WallTime now_{};
  std::unordered_map<MessageSeq, Message> messages_;
  MessageSeq last_seq_ = 0;
  std::set<std::pair<WallTime, MessageSeq>> due_;  // wait for their time or a scan
  std::deque<MessageSeq> ready_;                   // wait for room or a token
  std::priority_queue<Flight, std::vector<Flight>, Later> flights_;
  Bucket bucket_;
  Destination destination_;
  int failed_in_a_row_ = 0;
  bool latched_ = false;
  std::optional<WallTime> next_ping_, next_token_;
};

}  // namespace

Summary RunPeer(const Scenario& scenario, const Peer& peer, int rate_limit_per_minute) {
  return PeerRun(scenario, peer, rate_limit_per_minute).Run();
}

}  // namespace utboks::lab

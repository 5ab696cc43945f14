#include "producer/lab/rehearsal.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "producer/lab/mail.h"
#include "producer/lab/measures.h"
#include "producer/lab/memory_outbox.h"
#include "producer/lab/register_side.h"
#include "producer/lab/weather.h"
#include "queue/window.h"

namespace utboks::lab {
namespace {

// When the worker looks again though nothing told it to, as the dispatcher does.
constexpr Millis kIdle{1'000};
// And the soonest that it looks again for time alone.
constexpr Millis kTokenGap{40};
constexpr int kMostSenders = 1'024;
// Settings may be such that no probe ever passes; what waits so long after the last outage
// is left waiting.
constexpr Millis kLongestAfter = std::chrono::hours(24 * 60);

std::vector<std::string> Names() {
  std::vector<std::string> names;
  names.reserve(kResources);
  for (int r = 0; r < kResources; ++r) names.push_back("resource-" + std::to_string(r + 1));
  return names;
}

SteadyTime Steady(WallTime now) {
  return SteadyTime(now.time_since_epoch());
}

struct Flight {
  MemoryOutbox::Lease lease;
  WallTime began{}, at{};
  Failure failure = Failure::kNone;
};
struct Later {
  bool operator()(const Flight& a, const Flight& b) const { return a.at > b.at; }
};

// A probe is under way: HEAD first, then perhaps its message.
struct Probing {
  MemoryOutbox::RunningProbe probe;
  WallTime deadline{}, at{};
  Failure head = Failure::kNone;
  std::optional<Failure> message;
};

class Rehearsal {
 public:
  Rehearsal(const Scenario& scenario, const DeliverySettings& settings)
      : settings_(settings),
        patience_(scenario.patience),
        random_(SeededRandom(scenario.seed)),
        weather_(scenario.calendar, scenario.seed),
        mail_(scenario.calendar, scenario.per_day, scenario.seed),
        register_(weather_, scenario.latency, settings, scenario.seed),
        measures_(weather_),
        outbox_(Names(), settings_, *random_),
        windows_(kResources, Window(settings.max_in_flight)),
        rooms_(kResources),
        senders_(std::clamp(settings.max_in_flight * kResources, 1, kMostSenders)) {}

  Rehearsed Run() {
    const auto& episodes = weather_.episodes();
    const WallTime horizon =
        episodes.empty() ? WallTime::max() : episodes.back().end + kLongestAfter;
    while (const std::optional<WallTime> next = NextEvent()) {
      if (*next > horizon) break;
      now_ = std::max(now_, *next);
      measures_.Advance(now_);
      TakeIn();
      FinishFlights();
      if (probing_ && probing_->at <= now_) StepProbe();
      Work();
    }
    // What ends while nothing happens.
    measures_.Advance(WallTime::max());
    std::int64_t probes_an_hour = 0;
    for (const auto& [gate, probes] : probes_) {
      probes_an_hour = std::max(probes_an_hour, probes.most());
    }
    return {measures_.Summarize(), {counted_, counted_by_closed_, probes_an_hour}};
  }

 private:
  std::optional<WallTime> NextEvent() const {
    std::optional<WallTime> next = mail_.NextAt();
    const auto sooner = [&](std::optional<WallTime> at) {
      if (at && (!next || *at < *next)) next = at;
    };
    if (!flights_.empty()) sooner(flights_.top().at);
    if (probing_) sooner(probing_->at);
    sooner(wake_);
    return next;
  }

  void TakeIn() {
    while (mail_.NextAt() && *mail_.NextAt() <= now_) {
      const Letter letter = mail_.Take();
      measures_.Arrived(outbox_.Insert(letter.resource, letter.person, now_), letter);
    }
  }

  void Note(MessageSeq seq, const MemoryOutbox::Settled& settled, bool gates_were_open) {
    counted_ += settled.counted ? 1 : 0;
    counted_by_closed_ += settled.counted && !gates_were_open ? 1 : 0;
    if (settled.state == State::kAccepted) measures_.Taken(seq, now_);
    if (settled.state == State::kHeld || settled.state == State::kRejected) {
      measures_.GivenUp(seq);
    }
  }

  void Heed(Failure failure) {
    if (failure != Failure::kThrottled) return;
    measures_.Asked(now_ + std::min(kAskedFor, settings_.retry_after_max));
  }

  void FinishFlights() {
    while (!flights_.empty() && flights_.top().at <= now_) {
      const Flight flight = flights_.top();
      flights_.pop();
      const Outcome& outcome = register_.OutcomeOf(flight.failure);
      Heed(flight.failure);
      if (outcome.gate == GateEffect::kNotBefore) {
        for (Window& window : windows_) window.Restart();
      }
      windows_[static_cast<std::size_t>(flight.lease.resource)].OnOutcome(
          outcome, flight.lease.seq, Steady(flight.began), Steady(now_));
      Note(flight.lease.seq, outbox_.Settle(flight.lease, outcome, now_), true);
    }
  }

  void Work() {
    for (;;) {
      for (int r = 0; r < kResources; ++r) {
        rooms_[static_cast<std::size_t>(r)].rows = windows_[static_cast<std::size_t>(r)].room();
      }
      const int free = senders_ - static_cast<int>(flights_.size());
      const MemoryOutbox::Claimed claimed = outbox_.Claim(rooms_, free, now_);
      const bool restarted = NoteOpenings();
      for (const MemoryOutbox::Lease& lease : claimed.rows) Send(lease);
      wake_ = claimed.ask_again;
      if (wake_) wake_ = std::max(*wake_, now_ + kTokenGap);
      const bool probes = Probe(claimed.next_probe);
      if (!restarted && !probes && claimed.rows.empty()) return;
    }
  }

  bool NoteOpenings() {
    bool restarted = false;
    for (int r = 0; r < kResources; ++r) {
      std::optional<std::int64_t>& known = rooms_[static_cast<std::size_t>(r)].openings;
      const std::int64_t openings = outbox_.Openings(r);
      if (known && *known != openings) {
        windows_[static_cast<std::size_t>(r)].Restart();
        restarted = true;
      }
      known = openings;
    }
    return restarted;
  }

  void Send(const MemoryOutbox::Lease& lease) {
    const Reply reply = register_.Ask(now_, now_ + patience_);
    measures_.Posted(lease.seq, now_, reply.failure);
    windows_[static_cast<std::size_t>(lease.resource)].OnSent();
    flights_.push({lease, now_, reply.at, reply.failure});
  }

  // True when one has begun.
  bool Probe(std::optional<WallTime> next) {
    if (probing_ || !next) return false;
    if (*next > now_) {
      if (!wake_ || *next < *wake_) wake_ = next;
      return false;
    }
    std::optional<MemoryOutbox::RunningProbe> probe = outbox_.ClaimProbe(now_);
    if (!probe) {  // no tokens for it
      const WallTime again = now_ + kIdle;
      if (!wake_ || again < *wake_) wake_ = again;
      return false;
    }
    probes_.try_emplace(probe->state.name, std::chrono::hours(1)).first->second.Add(now_);
    const WallTime deadline = now_ + settings_.probe_timeout;
    const Reply reply = register_.Ask(now_, deadline);
    measures_.AskedHead(now_, reply.failure);
    probing_ = Probing{std::move(*probe), deadline, reply.at, reply.failure, std::nullopt};
    return true;
  }

  void StepProbe() {
    Probing& probing = *probing_;
    const HeadResult& head = register_.HeadOf(probing.head);
    const bool sends = probing.probe.message && SendsAfterHead(probing.probe.state, head);
    if (sends && !probing.message && now_ < probing.deadline) {
      const Reply reply = register_.Ask(now_, probing.deadline);
      measures_.Posted(probing.probe.message->seq, now_, reply.failure, true);
      probing.message = reply.failure;
      probing.at = reply.at;
      if (probing.at > now_) return;
    }
    Heed(probing.message.value_or(probing.head));
    const Outcome* outcome = probing.message ? &register_.OutcomeOf(*probing.message)
                             : sends         ? &register_.TooLate()
                                             : nullptr;
    const auto settled = outbox_.SettleProbe(probing.probe, head, outcome, now_);
    if (settled) Note(probing.probe.message->seq, *settled, false);
    probing_.reset();
  }

  const DeliverySettings settings_;
  const Millis patience_;
  std::unique_ptr<Random> random_;
  Weather weather_;
  Mail mail_;
  RegisterSide register_;
  Measures measures_;
  std::map<std::string, Peak> probes_;  // begun, by gate
  MemoryOutbox outbox_;
  std::vector<Window> windows_;
  std::vector<MemoryOutbox::Room> rooms_;
  const int senders_;

  WallTime now_{};
  std::priority_queue<Flight, std::vector<Flight>, Later> flights_;
  std::optional<Probing> probing_;
  std::optional<WallTime> wake_;
  std::int64_t counted_ = 0, counted_by_closed_ = 0;
};

}  // namespace

Rehearsed Rehearse(const Scenario& scenario, const DeliverySettings& settings) {
  return Rehearsal(scenario, settings).Run();
}

}  // namespace utboks::lab

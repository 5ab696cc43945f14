// The gates of one resource and of the site, two workers that probe them, and whatever
// can happen: driven by queue/breaker and queue/probe alone, and judged after each event
// by named rules.  What the rules need to know they are told by an account of the world's
// own, never by the gates.
//
// Time is real (what the world's clock would say) and wall (ours: it may be set back).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "queue/breaker.h"
#include "queue/probe.h"
#include "tests/unit/queue/gate_rules.h"

namespace utboks::testing {

class GateWorld {
 public:
  explicit GateWorld(std::uint64_t seed);

  // Something happens, and the rules are held against it.
  void RandomEvent();

  bool failed() const { return failed_; }
  // How often each rule had something to say.
  std::array<std::int64_t, kGateRules> judged{};

 private:
  // What happened, as far as the rules must know.
  struct Event {
    const char* what = "";
    const Gate* person = nullptr;      // whom a person let go of
    bool paused = false;               // a person paused a gate
    bool tick = false;                 // time was looked at
    bool accepted = false;             // the register took a message
    bool answered = false;             // it answered one
    const Gate* closed = nullptr;      // a failure that shuts a gate at once
    bool failed = false;               // of the resource: one failure more
    bool blamed = false;               // a message judged for the first time
    bool throttled = false;            // a 429
    const Gate* probe_told = nullptr;  // whose probe has ended with an answer
    bool proved = false;               // HEAD, and the message after it passed
    bool learnt = false;               // HEAD at a worker's start
  };
  struct Failure {
    MessageSeq message = 0;
    bool others_tried = false;
  };
  struct RunningProbe {
    ProbeEnd end;
    std::int64_t begun = 0;   // real
    std::int64_t behind = 0;  // our clock then
    bool lost = false;        // its worker is gone: it may still end, late
    bool superseded = false;  // planned anew meanwhile, by something else than its end
  };

  WallTime Wall() const { return WallTime(Millis(1'800'000'000'000 + now_ - behind_)); }
  bool Of(int in) { return random_->Below(static_cast<std::uint64_t>(in)) == 0; }
  MessageSeq SomeMessage() { return 1 + static_cast<MessageSeq>(random_->Below(6)); }
  Gate& SomeGate() { return Of(2) ? site_ : resource_; }
  HeadResult SomeHead();
  Outcome SomeOutcome();

  void Time(Event& event);
  void Register(Event& event);
  void Person(Event& event);
  void BeginOne(Event& event);
  void EndOne(Event& event);
  void WorkersDie(Event& event);
  void Learn(Event& event);
  void Silence(Millis wait);
  bool Current(const RunningProbe& probe) const;
  std::int64_t& OwedUntil(const Gate& gate) { return owed_until_[&gate == &site_ ? 0 : 1]; }
  // Before the next probe of `gate`, by the world's own account.
  Millis IntervalNow(const Gate& gate);
  bool EnoughFailures() const;

  void Judge(const Gate& before, const Gate& after, const Event& event);
  void Rule(GateRule rule, bool premise, bool kept, const char* what);

  std::unique_ptr<Random> random_;
  DeliverySettings settings_;
  bool sick_ = false;  // hardly anything succeeds
  Gate site_, resource_;
  std::vector<RunningProbe> probes_;
  std::int64_t now_ = 0, behind_ = 0;
  // The site's and the resource's, wall: when the probes made are paid back.
  std::array<std::int64_t, 2> owed_until_{};
  std::int64_t silent_until_ = 0;  // real: what 429s asked for, as far as we obey
  // The resource's, since the last acceptance or opening.
  std::vector<Failure> failures_;
  std::set<MessageSeq> blamed_;
  bool failed_ = false;
};

}  // namespace utboks::testing

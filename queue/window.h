// The in-flight window of one resource in one worker (delivery.md §4): starts
// at 1 after a start or an opening, doubles with each window of successes up to
// the ceiling, halves at most once per round trip, on failures of two different
// messages.  In memory only.  Pure; not thread-safe: its dispatcher owns it.
#pragma once

#include <algorithm>
#include <optional>

#include "queue/base/clock.h"
#include "queue/gate.h"
#include "queue/outcome.h"

namespace utboks {

class Window {
 public:
  explicit Window(int ceiling) : ceiling_(std::max(ceiling, 1)) {}

  int size() const { return size_; }
  int in_flight() const { return in_flight_; }
  int room() const { return size_ > in_flight_ ? size_ - in_flight_ : 0; }

  void OnSent() { ++in_flight_; }
  void OnHandedBack();
  void OnSuccess();
  // `sent` is when the request began: a failure of a request that began before
  // the last halving tells nothing new.
  void OnFailure(MessageSeq message, SteadyTime sent, SteadyTime now);
  // A request that says nothing about the register (interrupted, not_sent by us).
  void OnNeutral();
  // Whichever of the three `outcome` is; a 429 is none of a resource's: its dispatcher
  // restarts every window.
  void OnOutcome(const Outcome& outcome, MessageSeq message, SteadyTime sent, SteadyTime now);
  // The gate opened, or 429's time has passed: slow start again.
  void Restart();

 private:
  void Done();

  int ceiling_;
  int size_ = 1;
  int in_flight_ = 0;
  int successes_ = 0;  // since the size last changed
  MessageSeq last_failed_ = 0;
  std::optional<SteadyTime> last_cut_;
};

}  // namespace utboks

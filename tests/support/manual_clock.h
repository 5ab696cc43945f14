// A Clock that a test moves by hand.
//
// Time stands still until the test says otherwise, so a test of waiting takes no
// time and its outcome does not depend on the machine.  Safe for many threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>

#include "queue/base/clock.h"

namespace utboks::testing {

class ManualClock final : public Clock {
 public:
  // 2026-11-23T12:00:00Z: winter time, no leap, no change of clocks near.
  static constexpr WallTime kStart{Millis(1'795'435'200'000)};

  explicit ManualClock(WallTime start = kStart) : wall_(start) {}

  WallTime Wall() const override;
  SteadyTime Steady() const override;
  bool WaitUntil(SteadyTime until, const std::stop_token& stop) override;

  // Both clocks go forward; whoever waits for a time now passed wakes.
  void Advance(Millis by);
  // Both go to the earliest time anybody waits for.  False, and nothing moves,
  // when nobody waits.
  bool AdvanceToNextWaiter();
  // The wall clock alone is set, forward or back, as NTP or a person does.
  void SetWall(WallTime now);

  // Waits, in real time, until `count` threads are inside WaitUntil, so that a
  // test moves time only when the thread under test has come to rest.  False
  // when `patience` is over first.
  bool AwaitWaiters(std::size_t count, Millis patience = std::chrono::seconds(30));
  // What the one who waits shortest waits for.
  std::optional<SteadyTime> NextDeadline() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any moved_;    // time moved
  std::condition_variable_any arrived_;  // somebody began to wait
  // All guarded by mutex_.
  WallTime wall_;
  SteadyTime steady_{std::chrono::hours(1)};  // never 0: that is "not set" in some code
  std::multiset<SteadyTime> deadlines_;
};

}  // namespace utboks::testing

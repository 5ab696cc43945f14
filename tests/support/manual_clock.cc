#include "tests/support/manual_clock.h"

#include <iterator>

namespace utboks::testing {

WallTime ManualClock::Wall() const {
  std::lock_guard lock(mutex_);
  return wall_;
}

SteadyTime ManualClock::Steady() const {
  std::lock_guard lock(mutex_);
  return steady_;
}

bool ManualClock::WaitUntil(SteadyTime until, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto mine = deadlines_.insert(until);
  arrived_.notify_all();
  moved_.wait(lock, stop, [&] { return steady_ >= until; });
  deadlines_.erase(mine);
  return !stop.stop_requested();
}

void ManualClock::Advance(Millis by) {
  std::lock_guard lock(mutex_);
  wall_ += by;
  steady_ += by;
  moved_.notify_all();
}

bool ManualClock::AdvanceToNextWaiter() {
  std::lock_guard lock(mutex_);
  // One whose time has come is on its way out, not waiting.
  const auto next = deadlines_.upper_bound(steady_);
  if (next == deadlines_.end()) return false;
  // Rounded up to the wall clock's grain, so that both clocks pass the deadline.
  const auto by = std::chrono::ceil<Millis>(*next - steady_);
  wall_ += by;
  steady_ += by;
  moved_.notify_all();
  return true;
}

void ManualClock::SetWall(WallTime now) {
  std::lock_guard lock(mutex_);
  wall_ = now;
}

bool ManualClock::AwaitWaiters(std::size_t count, Millis patience) {
  std::unique_lock lock(mutex_);
  return arrived_.wait_for(lock, patience, [&] {
    return std::distance(deadlines_.upper_bound(steady_), deadlines_.end()) >=
           static_cast<std::ptrdiff_t>(count);
  });
}

std::optional<SteadyTime> ManualClock::NextDeadline() const {
  std::lock_guard lock(mutex_);
  const auto next = deadlines_.upper_bound(steady_);
  if (next == deadlines_.end()) return std::nullopt;
  return *next;
}

}  // namespace utboks::testing

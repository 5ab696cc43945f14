// Postfix's view of a destination (qmgr_queue.c): a window of requests under way that
// grows by one for each window of successes and shrinks by one for each of failures,
// and a count of failures in windows; a whole window of them in a row, and the
// destination is dead for 300 s.
#pragma once

#include <algorithm>
#include <optional>

#include "queue/base/clock.h"

namespace utboks::lab {

class Destination {
 public:
  int window() const { return static_cast<int>(window_); }
  bool dead(WallTime now) const { return dead_until_ && now < *dead_until_; }

  void OnSuccess() {
    failed_windows_ = 0;
    window_ = std::min(window_ + 1 / window_, kMost);
  }
  void OnFailure(WallTime now) {
    if (dead(now)) return;
    failed_windows_ += 1 / window_;
    window_ = std::max(window_ - 1 / window_, 1.0);
    if (failed_windows_ < kLimit) return;
    dead_until_ = now + std::chrono::seconds(300);
    failed_windows_ = 0;
    window_ = kStart;
  }

 private:
  static constexpr double kStart = 5, kMost = 20;
  static constexpr double kLimit = 1 - 1e-9;
  double window_ = kStart;
  double failed_windows_ = 0;
  std::optional<WallTime> dead_until_;
};

}  // namespace utboks::lab

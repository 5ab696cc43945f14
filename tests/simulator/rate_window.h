// The register's throttle: so many requests from one address in any 60 seconds.
// Time is an argument.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/mutex.h"

namespace utboks::simulator {

// One address.  Not safe for many threads.
class RateWindow {
 public:
  // `limit` requests in 60 s; 0: no limit.
  explicit RateWindow(std::size_t limit) : limit_(limit) {}

  // Nothing when a request at `now` is let through; else how long to wait until
  // one would be.  Requests not let through do not count.
  std::optional<Millis> Take(SteadyTime now) {
    if (limit_ == 0) return std::nullopt;
    if (passed_.size() < limit_) {
      passed_.push_back(now);
      return std::nullopt;
    }
    // Full: the oldest of the last `limit` stands at next_.
    const SteadyTime free_at = passed_[next_] + std::chrono::seconds(60);
    if (now < free_at) return std::chrono::ceil<Millis>(free_at - now);
    passed_[next_] = now;
    next_ = (next_ + 1) % limit_;
    return std::nullopt;
  }

 private:
  std::size_t limit_;
  std::vector<SteadyTime> passed_;  // a ring once it has `limit_` entries
  std::size_t next_ = 0;
};

// Each address by itself.  Safe for many threads.
class AddressRates {
 public:
  explicit AddressRates(std::size_t limit) : limit_(limit) {}

  std::optional<Millis> Take(const std::string& address, SteadyTime now) {
    if (limit_ == 0) return std::nullopt;
    const MutexLock lock(mutex_);
    return windows_.try_emplace(address, limit_).first->second.Take(now);
  }

 private:
  const std::size_t limit_;
  Mutex mutex_;
  std::map<std::string, RateWindow> windows_ UTBOKS_GUARDED_BY(mutex_);
};

}  // namespace utboks::simulator

// Chance that depends only on the seed and on what it is for.
//
// A draw is made from the seed, the message and the number of its send, never from
// the order in which threads come by: the same seed gives each message the same
// fate whatever else goes on.  Values, safe to copy and to use from many threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "queue/base/clock.h"
#include "queue/base/mutex.h"

namespace utboks::simulator {

// What a text is known by in draws and counts (FNV-1a, 64 bits).
std::uint64_t KeyOf(std::string_view text);

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}

  std::uint64_t Draw(std::uint64_t what, std::uint64_t key, std::uint64_t send) const;
  double Unit(std::uint64_t what, std::uint64_t key, std::uint64_t send) const;  // [0, 1)
  Millis Between(Millis low, Millis high, std::uint64_t what, std::uint64_t key,
                 std::uint64_t send) const;
  // A reference in the form of a random UUID.
  std::string Reference(std::uint64_t key, std::uint64_t send) const;

 private:
  std::uint64_t seed_;
};

// How often each message has been sent.  Safe for many threads.
class SendCounter {
 public:
  // 1 for the first send of `key`, 2 for the second.
  std::uint64_t Next(std::uint64_t key) {
    const MutexLock lock(mutex_);
    return ++sends_[key];
  }

 private:
  Mutex mutex_;
  std::unordered_map<std::uint64_t, std::uint32_t> sends_ UTBOKS_GUARDED_BY(mutex_);
};

}  // namespace utboks::simulator

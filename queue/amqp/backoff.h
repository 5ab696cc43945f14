// How long to wait before a broker is asked once more.  Pure.
#pragma once

#include <algorithm>

#include "queue/base/random.h"

namespace utboks::amqp {

inline constexpr Millis kFirstPause{250}, kLongestPause{15'000};

// After the n-th failure in a row (from 1): a quarter of a second, doubled each time
// up to 15 s, and of that at least half: many workers that lost one broker come
// back apart.
inline Millis PauseAfter(int failures, Random& random) {
  const int doublings = std::clamp(failures - 1, 0, 10);
  const Millis whole = std::min(kFirstPause * (1 << doublings), kLongestPause);
  return random.Between(whole / 2, whole);
}

}  // namespace utboks::amqp

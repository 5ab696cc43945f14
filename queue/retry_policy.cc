#include "queue/retry_policy.h"

#include <algorithm>

namespace utboks {

Millis NextBackoff(Millis last, const DeliverySettings& settings, Random& random) {
  // Drawn below the ceiling rather than cut at it: waits that are cut all end
  // together, and a backlog that has failed long enough would come as one wave.
  const Millis before = std::clamp(last, settings.backoff_min, settings.backoff_max);
  return random.Between(settings.backoff_min, std::min(before * 3, settings.backoff_max));
}

Millis SameBackoff(Millis last, const DeliverySettings& settings, Random& random) {
  return std::min(std::max(last, NextBackoff(Millis(0), settings, random)), settings.backoff_max);
}

Millis ExtendWait(Millis asked, Millis own, const DeliverySettings& settings) {
  return std::max(std::min(asked, settings.retry_after_max), own);
}

Millis LongestWait(const DeliverySettings& settings) {
  return std::max({settings.backoff_max, settings.retry_after_max, settings.doubt_wait});
}

}  // namespace utboks

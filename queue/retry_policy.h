// Backoff (delivery.md §2): how long a bad message waits before it is tried
// again.  Pure.
#pragma once

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/delivery_settings.h"

namespace utboks {

// Decorrelated jitter: between backoff_min and three times the wait before,
// never above backoff_max.  `last` is the wait before; 0 at the first failure,
// which counts as backoff_min.
Millis NextBackoff(Millis last, const DeliverySettings& settings, Random& random);

// The wait after a failure that says nothing about the message and so must not
// make it wait longer than before: never shorter than the wait it has come to.
Millis SameBackoff(Millis last, const DeliverySettings& settings, Random& random);

// The server asked for `asked`: that, or `own` when longer.  Never shorter than
// what was asked, except that retry_after_max bounds the asking.
Millis ExtendWait(Millis asked, Millis own, const DeliverySettings& settings);

// The furthest ahead that a due time we set ourselves can lie (delivery.md §11);
// a due time beyond it was set by a clock that has been put back since.
Millis LongestWait(const DeliverySettings& settings);

}  // namespace utboks

// The rate all workers of a store share (delivery.md §5): a token bucket that starts
// empty and refills at L − L/60 a minute, so that no window of 60 s sees more than L
// requests.  The register counts them as they arrive, we as they are claimed: the
// capacity is L/120, and the other half of what the refill leaves lets requests come up
// to half a second later than others.  It holds at least two, where L is that many: a
// probe takes two at once, and a closed gate would never open without them.  Pure; the
// store keeps it as one row and takes from it inside the claim.
#pragma once

#include "queue/base/clock.h"

namespace utboks {

struct Bucket {
  double tokens = 0;     // 0 … capacity
  WallTime filled_at{};  // when `tokens` was true
};

// Takes up to `wanted` whole tokens; limit_per_minute 0 gives all of them.  A
// clock set back refills nothing and takes nothing away.
int Take(Bucket& bucket, int wanted, int limit_per_minute, WallTime now);
// Gives back what was taken and not used, up to the capacity.
void GiveBack(Bucket& bucket, int unused, int limit_per_minute);
// When the next whole token is there: `now` when one already is.
WallTime NextToken(const Bucket& bucket, int limit_per_minute, WallTime now);

}  // namespace utboks

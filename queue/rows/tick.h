// What time does by itself (delivery.md §9, §11).
//
// What is only looked at is looked at on a reading connection: where a million messages
// wait, nobody is held up by it.
#pragma once

#include <cstdint>
#include <vector>

#include "queue/rows/work.h"

namespace utboks::rows {

// Held and rejected messages that others wait for.  There may be many of whom nobody
// waits, so each look goes on from where the one before came to.
struct HeadCount {
  MessageSeq after = 0;
  std::int64_t found = 0;  // in this round so far
  std::int64_t whole = 0;  // in the last round that came to its end
};

struct TickFacts {
  std::int64_t held = 0;
  std::int64_t in_doubt = 0;
  std::int64_t head_blocked = 0;
};
Result<TickFacts> LookForTick(Connection& db, WallTime now, HeadCount& heads);

// Messages whose due time we set ourselves, by a clock that has been put back since: it
// lies further ahead than any of our waits.  At most `most`.
Result<std::vector<MessageSeq>> FindTooFarAhead(Connection& db, const DeliverySettings& settings,
                                                WallTime now, int most);
// Those of them that still lie there are due now, or when a person said.
Status PullInDueTimes(Work& work, const std::vector<MessageSeq>& seqs);

// Gates and alarms.  What changed, for the log.
Result<std::vector<AlarmChange>> TickRows(Work& work, const TickFacts& facts, bool disk_low);

}  // namespace utboks::rows

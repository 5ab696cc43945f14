// Taking messages to send, and giving back what was never begun.
#pragma once

#include <optional>
#include <span>

#include "queue/message.h"
#include "queue/rows/work.h"

namespace utboks::rows {

Result<Claimed> ClaimRows(Work& work, std::span<const Room> room, int free_senders);
Result<std::optional<Probe>> ClaimProbeRow(Work& work);
Status HandBackRows(Work& work, std::span<const Lease> leases);

// Takes `wanted` tokens and leaves `kept` in the bucket; how many it gave.
// `next`, where it gave fewer: when the next one is there, if that is sooner.
Result<int> TakeTokens(Work& work, int wanted, int kept, std::optional<WallTime>* next);
// Gives tokens back to the bucket that were taken and not used.
Status ReturnTokens(Work& work, int unused);

}  // namespace utboks::rows

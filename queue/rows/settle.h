// What became of requests: executes what queue/disposition says.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "queue/message.h"
#include "queue/rows/work.h"

namespace utboks::rows {

// Leases that no living worker has: all of them where there is one worker, which has just
// begun; else those whose time is over, and those of a former life of `worker` ("" = none).
struct DeadLeases {
  bool all = true;
  std::string worker;
};

Status SettleRows(Work& work, std::span<const Settlement> done);
Status SettleProbeRow(Work& work, const Probe& probe, const HeadResult& head,
                      const std::optional<Outcome>& message);
// What is being sent by a worker that is dead.  How many.
Result<int> RecoverDeadRows(Work& work, const DeadLeases& dead);
// Where the policy gives doubts to a person: those from before it did are held, at
// most `most`; how many.
Result<int> HoldDoubtRows(Work& work, int most);

// Goes on with ending the waits of a gate that opened: some at a time, for a claim
// must not wait until a hundred thousand rows are written.
Status EndWaits(Work& work, GateRow& gate);

// Writes a message's new state with its event, and what follows in its keys.
// `row` holds the new facts; `before` the state it comes from.
Status WriteChange(Work& work, MessageRow& row, State before, Cause cause, const NewEvent& event);

// What the register said, as kept sealed beside an attempt.
struct Evidence {
  std::string reference, feilkode, support_id, retry_after, answer;
};
// The folkeregisterReferanse that `attempt` of message `id` brought; "" for attempt 0.
Result<std::string> ReadReference(Connection& db, const Sealer& sealer, const Uuid& id,
                                  std::int64_t attempt);

std::string PackEvidence(const Evidence& evidence);
Evidence UnpackEvidence(std::string_view packed);

}  // namespace utboks::rows

// A replay job as this store keeps it, and the failures its messages had.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "queue/replay_job.h"
#include "queue/rows/work.h"

namespace utboks::rows {

// kNotFound when there is none.
Result<ReplayJob> ReadReplay(Connection& db, std::int64_t id);
// The one that runs; 0 where none does.
Result<std::int64_t> RunningReplay(Connection& db);
// That run or have stopped; newest first.
Result<std::vector<ReplayJob>> OpenReplays(Connection& db);
Result<std::vector<ReplayJob>> AllReplays(Connection& db);

Status WriteReplay(Work& work, const ReplayJob& job);

// An item has come to `state`, for `reason`.
Status EndReplayItem(Connection& db, std::int64_t job, MessageSeq seq, ReplayItemState state,
                     std::string_view reason);

// What a message has failed with, as one compares it: the word, and a keyed hash of the
// register's feilkode where a verdict is the reason (which may quote a document).
struct FailureKind {
  int ressurs = 0;
  std::string reason;
  std::string feilkode;
};
// What a held or rejected message has failed with.  One that a blame run holds has failed
// with its own verdict too.
Result<std::vector<FailureKind>> FailuresOf(Work& work, const MessageRow& row);

// `count` more messages of the job were frozen with it.
Status AddReplayCause(Work& work, std::int64_t job, State state, const FailureKind& kind,
                      int count);
Result<bool> IsKnownFailure(Work& work, std::int64_t job, const FailureKind& kind);

// Stands while a job has stopped; its subject is the job.
inline constexpr std::string_view kReplayAlarm = "replay-stopped";
// "job 3": as alarms and the history name it.
std::string ReplayName(std::int64_t job);
Status AddReplayEvent(Work& work, const ReplayJob& job, std::string_view word,
                      std::string_view actor, const SensitiveText& why);
// Why its actor wanted it.
Result<SensitiveText> WhyOfReplay(Work& work, std::int64_t job);

}  // namespace utboks::rows

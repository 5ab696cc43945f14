// Replay as a job (queue/replays.h): what people do to one, each in its transaction.  How
// a worker moves it on stands in replay_step.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "queue/replay_job.h"
#include "queue/rows/work.h"

namespace utboks::rows {

Result<std::int64_t> BeginReplayJob(Work& work, const NewReplay& job);
Status AddReplayItems(Work& work, std::int64_t job, std::span<const Uuid> ids);
// Nothing: another was started meanwhile, and this one is gone.
Result<std::optional<ReplayJob>> StartReplayJob(Work& work, std::int64_t job);
// kBusy, as every call that finds another job running.
Status AnotherRuns();

Result<ReplayJob> CancelReplayJob(Work& work, std::int64_t job, std::string_view actor,
                                  const SensitiveText& why);
Result<ReplayJob> ResumeReplayJob(Work& work, std::int64_t job, std::string_view actor,
                                  const SensitiveText& why);

Result<std::vector<ReplayItem>> ListReplayItems(Connection& db, std::int64_t job, int most);

// After a restore the one that runs has stopped: a person looks at what it may have sent.
Status StopReplayAfterRestore(Work& work);

// Jobs that ended before `before`, with at most so many of their messages: for purge.
Status ForgetReplays(Work& work, WallTime before, int most);

}  // namespace utboks::rows

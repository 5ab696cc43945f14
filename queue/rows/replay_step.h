// What the worker does for the replay job that runs: looks at those that are sent, and
// sets the next ones due.
#pragma once

#include <cstdint>
#include <string_view>

#include "queue/replay_job.h"
#include "queue/rows/work.h"

namespace utboks::rows {

Result<ReplayTurn> NextReplayTurn(Work& work);
Status SendReplayItems(Work& work, const ReplaySend& send);
Status RefuseReplayItem(Work& work, std::int64_t job, const Uuid& id, std::string_view reason);

}  // namespace utboks::rows

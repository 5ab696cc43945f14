// What `replay` does with jobs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "producer/app/console.h"
#include "producer/app/parts.h"
#include "producer/ops/replay_jobs.h"

namespace utboks::app {

// "60/min".  kUsage for anything else, and outside 1 … kFastestReplay.
Result<int> ParseRate(const std::string& text);

// Shows what was just decided about it; with `wait` stays until it runs no more.  The exit
// code: with `wait`, 1 unless every message of it was accepted.
Result<int> TellJob(Parts& parts, ReplayJobs& jobs, const ReplayJob& job, bool wait,
                    Console& console);
// Every job, newest first.
Result<int> ListJobs(ReplayJobs& jobs, Console& console);
// One, with those of its messages that did not simply come through; `wait` as above.
Result<int> ShowJob(Parts& parts, ReplayJobs& jobs, std::int64_t id, bool wait, Console& console);

}  // namespace utboks::app

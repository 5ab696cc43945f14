// How replay jobs are shown.  Pure.
#pragma once

#include <string>

#include "queue/base/json.h"
#include "queue/replay_job.h"

namespace utboks::app {

JsonObject ReplayJson(const ReplayJob& job);
JsonObject ReplayItemJson(const ReplayItem& item);

// One line: "replay job 3: running, 40 of 120 accepted, 72 waiting, 8 sent"; of one that
// has stopped, why, and what a person can do.
std::string ReplayLine(const ReplayJob& job);

// Its end came, and each of its messages was accepted.
bool CameThrough(const ReplayJob& job);

}  // namespace utboks::app

// Replay as a job: what goes in and what is seen of it.  Plain data, as message.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/base/secret.h"
#include "queue/replay_plan.h"

namespace utboks {

struct NewReplay {
  bool again = false, after_followers = false;  // as in Act
  int canary = 1;                               // 1 … kLargestReplayBatch
  int per_minute = 0;                           // 0: no rate of its own; … kFastestReplay
  std::string actor;
  SensitiveText why;
};

struct ReplayJob {
  std::int64_t id = 0;
  WallTime created{}, changed{};
  std::string actor;
  bool again = false, after_followers = false;
  ReplayProgress progress;
  std::string reason;   // why it stopped; replay_plan.h has the words
  std::string failure;  // the reason of the message that stopped it
  std::optional<Uuid> stopped_by;
};

// A message of a job that did not simply come through.
struct ReplayItem {
  Uuid id{};
  ReplayItemState state = ReplayItemState::kWaiting;
  std::string reason;
};

// What the worker does next for the job that runs.
struct ReplayTurn {
  std::int64_t job = 0;            // 0: none runs
  std::vector<Uuid> ids;           // in the order of arrival; to be validated, then sent
  std::optional<ReplayJob> ended;  // it has come to its end, or stopped, just now
};

struct ReplaySend {
  std::int64_t job = 0;
  std::vector<Uuid> ids;
  std::string edition, schema_hash;  // what validated them just now
};

}  // namespace utboks

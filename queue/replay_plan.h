// How a replay job goes on: canary, growing batches, a rate of its own, and a stop at
// the first new kind of failure.  Pure: a store keeps ReplayProgress, tells it what
// became of each message that the job has set due, and obeys.
//
// Canary: the first messages go alone until so many of them are accepted; one that
// fails, in whatever way, stops the job: the cause is not mended.  Then batches double.
// The next one goes when no more than a tenth of the last is still under way, so that
// one message in doubt does not hold up thousands.  A message that fails with what had
// been frozen is the same failure again, and bears no more than a tenth of a batch, or
// one; any other failure is new and stops the job at once.  What has been set due goes
// on as any message does.  A closed gate only keeps messages under way: the job waits.
#pragma once

#include <cstdint>
#include <string_view>

#include "queue/base/clock.h"
#include "queue/bucket.h"

namespace utboks {

inline constexpr int kLargestReplayBatch = 1'000;
inline constexpr int kFastestReplay = 60'000;  // a minute

// The numbers are stored: never renumber.
enum class ReplayPhase {
  kGathering = 0,  // its set is being written down; nothing goes
  kCanary = 1,
  kGrowing = 2,
  kStopped = 3,  // a person says go on, or cancels
  kDone = 4,
  kCancelled = 5,
};
std::string_view ReplayPhaseName(ReplayPhase phase);
constexpr bool IsRunning(ReplayPhase phase) {
  return phase == ReplayPhase::kCanary || phase == ReplayPhase::kGrowing;
}

// The numbers are stored: never renumber.
enum class ReplayItemState {
  kWaiting = 0,   // as it was frozen
  kSent = 1,      // set due by the job, and not at its end yet
  kAccepted = 2,  // the register has taken it
  kFailed = 3,    // held or rejected anew
  kRefused = 4,   // its document no longer holds, or it may not go: it stays where it is
  kSkipped = 5,   // somebody else has acted on it since
  kBlocked = 6,   // set due, behind a held or rejected one: it goes when that one does
};
std::string_view ReplayItemName(ReplayItemState state);

struct ReplayCounts {
  std::int64_t waiting = 0, sent = 0, accepted = 0, failed = 0, refused = 0, skipped = 0,
               blocked = 0;

  std::int64_t total() const {
    return waiting + sent + accepted + failed + refused + skipped + blocked;
  }
  // An item goes from one state to another.
  void Move(ReplayItemState from, ReplayItemState to);
  std::int64_t& Of(ReplayItemState state);
};

// Why a job stopped: stable words.
inline constexpr std::string_view kStoppedByCanary = "canary-failed";
inline constexpr std::string_view kStoppedByNewFailure = "new-failure";
inline constexpr std::string_view kStoppedBySameFailure = "too-many-failed-again";

struct ReplayProgress {
  ReplayPhase phase = ReplayPhase::kGathering;
  int canary = 1;  // 1 … kLargestReplayBatch
  int batch = 0;   // size of the present one; of the canary, how many are to be accepted
  int batch_sent = 0, batch_accepted = 0, batch_failed = 0;
  int per_minute = 0;  // 0: no rate of its own; at most kFastestReplay
  Bucket bucket;
  ReplayCounts counts;
  std::string_view stopped_by;  // one of the words above, when this phase is kStopped by them
};

// The set is complete, or a person says go on: the canary first.
void BeginCanary(ReplayProgress& progress);

// An item has come to `end`; `known`: it failed with what was frozen of its resource.
// `from` is kWaiting for one that did not go.  True when this stops the job.
bool TellEnd(ReplayProgress& progress, ReplayItemState from, ReplayItemState end, bool known);
// An item was set due.
void TellSent(ReplayProgress& progress);

// How many items go now, the first that wait, `at_most` at once; the phase and the batch
// move on, and the rate is paid.  0 in any phase that does not run.
int NextOf(ReplayProgress& progress, int at_most, WallTime now);

}  // namespace utboks

#include "queue/replay_plan.h"

#include <algorithm>

namespace utboks {
namespace {

// Of a batch, one in so many may be under way still, or fail once more.
constexpr int kOneIn = 10;

int Doubled(int batch) {
  return std::min(2 * batch, kLargestReplayBatch);
}

void BeginBatch(ReplayProgress& progress, int size) {
  progress.batch = size;
  progress.batch_sent = 0;
  progress.batch_accepted = 0;
  progress.batch_failed = 0;
}

bool Stop(ReplayProgress& progress, std::string_view why) {
  progress.phase = ReplayPhase::kStopped;
  progress.stopped_by = why;
  return true;
}

std::int64_t WantedByCanary(const ReplayProgress& progress) {
  return progress.batch - progress.batch_accepted - progress.counts.sent;
}

}  // namespace

std::string_view ReplayPhaseName(ReplayPhase phase) {
  switch (phase) {
    case ReplayPhase::kGathering:
      return "gathering";
    case ReplayPhase::kCanary:
      return "canary";
    case ReplayPhase::kGrowing:
      return "running";
    case ReplayPhase::kStopped:
      return "stopped";
    case ReplayPhase::kDone:
      return "done";
    case ReplayPhase::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string_view ReplayItemName(ReplayItemState state) {
  switch (state) {
    case ReplayItemState::kWaiting:
      return "waiting";
    case ReplayItemState::kSent:
      return "sent";
    case ReplayItemState::kAccepted:
      return "accepted";
    case ReplayItemState::kFailed:
      return "failed";
    case ReplayItemState::kRefused:
      return "refused";
    case ReplayItemState::kSkipped:
      return "skipped";
    case ReplayItemState::kBlocked:
      return "blocked";
  }
  return "unknown";
}

std::int64_t& ReplayCounts::Of(ReplayItemState state) {
  switch (state) {
    case ReplayItemState::kWaiting:
      return waiting;
    case ReplayItemState::kSent:
      return sent;
    case ReplayItemState::kAccepted:
      return accepted;
    case ReplayItemState::kFailed:
      return failed;
    case ReplayItemState::kRefused:
      return refused;
    case ReplayItemState::kSkipped:
      return skipped;
    case ReplayItemState::kBlocked:
      return blocked;
  }
  return skipped;
}

void ReplayCounts::Move(ReplayItemState from, ReplayItemState to) {
  --Of(from);
  ++Of(to);
}

void BeginCanary(ReplayProgress& progress) {
  progress.phase = ReplayPhase::kCanary;
  progress.stopped_by = {};
  BeginBatch(progress, std::clamp(progress.canary, 1, kLargestReplayBatch));
}

void TellSent(ReplayProgress& progress) {
  progress.counts.Move(ReplayItemState::kWaiting, ReplayItemState::kSent);
  ++progress.batch_sent;
}

bool TellEnd(ReplayProgress& progress, ReplayItemState from, ReplayItemState end, bool known) {
  progress.counts.Move(from, end);
  if (end == ReplayItemState::kAccepted) ++progress.batch_accepted;
  if (end != ReplayItemState::kFailed) return false;
  ++progress.batch_failed;
  if (!IsRunning(progress.phase)) return false;  // stopped already: it is only counted
  if (!known) return Stop(progress, kStoppedByNewFailure);
  if (progress.phase == ReplayPhase::kCanary) return Stop(progress, kStoppedByCanary);
  const int bearable = std::max(1, progress.batch / kOneIn);
  return progress.batch_failed > bearable && Stop(progress, kStoppedBySameFailure);
}

int NextOf(ReplayProgress& progress, int at_most, WallTime now) {
  if (!IsRunning(progress.phase)) return 0;
  const ReplayCounts& counts = progress.counts;
  if (counts.waiting == 0 && counts.sent == 0) {
    progress.phase = ReplayPhase::kDone;
    return 0;
  }
  if (progress.phase == ReplayPhase::kCanary && WantedByCanary(progress) <= 0 && counts.sent == 0) {
    progress.phase = ReplayPhase::kGrowing;
    BeginBatch(progress, Doubled(progress.batch));
  }
  if (progress.phase == ReplayPhase::kGrowing && progress.batch_sent >= progress.batch &&
      counts.sent <= progress.batch / kOneIn) {
    BeginBatch(progress, Doubled(progress.batch));
  }
  const std::int64_t wanted = progress.phase == ReplayPhase::kCanary
                                  ? WantedByCanary(progress)
                                  : progress.batch - progress.batch_sent;
  const std::int64_t go = std::min<std::int64_t>({wanted, counts.waiting, at_most});
  return Take(progress.bucket, static_cast<int>(std::max<std::int64_t>(go, 0)), progress.per_minute,
              now);
}

}  // namespace utboks

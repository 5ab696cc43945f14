#include "producer/ops/replay_runner.h"

#include "queue/base/log.h"

namespace utboks {
namespace {

// What became of a batch is known no sooner than a request takes.
constexpr Millis kLookEvery{200};

}  // namespace

Status ReplayRunner::Start() {
  thread_ = std::thread([this] { Run(); });
  return Status();
}

void ReplayRunner::Stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void ReplayRunner::Run() {
  while (!stop_.stop_requested()) {
    if (!Step()) clock_.WaitUntil(clock_.Steady() + kLookEvery, stop_.get_token());
  }
}

bool ReplayRunner::Step() {
  const auto stepped = jobs_.Step();
  if (!stepped.ok()) {
    // kConflict: a person has ended the job between two commits.
    const bool news = stepped.code() != failing_ && stepped.code() != Code::kConflict;
    if (news && stepped.code() != Code::kBusy) {
      LogWarning("replay-not-moved", {{"text", stepped.status().text()}});
    }
    failing_ = stepped.code();
    return false;
  }
  failing_ = Code::kOk;
  for (const Acted& refused : stepped->refused) {
    LogInfo("replay-refused",
            {{"message", FormatUuid(refused.id)}, {"text", refused.status.text()}});
  }
  if (stepped->ended) {
    const ReplayJob& job = *stepped->ended;
    const ReplayCounts& counts = job.progress.counts;
    if (job.progress.phase == ReplayPhase::kStopped) {
      LogWarning("replay-stopped",
                 {{"job", job.id},
                  {"reason", job.reason},
                  {"failure", job.failure},
                  {"message", job.stopped_by ? FormatUuid(*job.stopped_by) : std::string()},
                  {"waiting", counts.waiting}});
    } else {
      LogInfo("replay-done", {{"job", job.id},
                              {"accepted", counts.accepted},
                              {"failed", counts.failed},
                              {"refused", counts.refused},
                              {"skipped", counts.skipped},
                              {"blocked", counts.blocked}});
    }
  }
  return stepped->moved;
}

}  // namespace utboks

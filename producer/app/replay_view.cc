#include "producer/app/replay_view.h"

#include <fmt/format.h>

#include <string_view>

#include "queue/reason.h"

namespace utboks::app {
namespace {

void AddText(JsonObject& object, std::string_view name, std::string_view text) {
  if (text.empty()) {
    object.AddNull(name);
  } else {
    object.Add(name, text);
  }
}

std::string WhyItStopped(const ReplayJob& job) {
  const std::string message = job.stopped_by ? FormatUuid(*job.stopped_by) : "a message";
  if (job.reason == kStoppedByNewFailure) {
    return fmt::format("{} failed in a new way, {}", message, job.failure);
  }
  if (job.reason == kStoppedByCanary) {
    return fmt::format("its canary {} failed again, {}", message, job.failure);
  }
  if (job.reason == reason::kRestored) {
    return "the store is an older copy put back, and what it sent since is not known";
  }
  return fmt::format("too many of a batch failed again, the last was {}, {}", message, job.failure);
}

}  // namespace

JsonObject ReplayJson(const ReplayJob& job) {
  const ReplayProgress& progress = job.progress;
  const ReplayCounts& counts = progress.counts;
  JsonObject object;
  object.Add("job", job.id).Add("phase", ReplayPhaseName(progress.phase));
  AddText(object, "reason", job.reason);
  AddText(object, "failure", job.failure);
  AddText(object, "stopped_by", job.stopped_by ? FormatUuid(*job.stopped_by) : std::string());
  object.Add("created", FormatUtc(job.created))
      .Add("actor", job.actor)
      .Add("again", job.again)
      .Add("after_followers", job.after_followers)
      .Add("canary", progress.canary);
  if (progress.per_minute == 0) {
    object.AddNull("per_minute");
  } else {
    object.Add("per_minute", progress.per_minute);
  }
  object.Add("batch", progress.batch)
      .Add("messages", counts.total())
      .Add("waiting", counts.waiting)
      .Add("sent", counts.sent)
      .Add("accepted", counts.accepted)
      .Add("failed", counts.failed)
      .Add("refused", counts.refused)
      .Add("skipped", counts.skipped)
      .Add("blocked", counts.blocked);
  return object;
}

JsonObject ReplayItemJson(const ReplayItem& item) {
  JsonObject object;
  object.Add("id", FormatUuid(item.id)).Add("result", ReplayItemName(item.state));
  AddText(object, "reason", item.reason);
  return object;
}

std::string ReplayLine(const ReplayJob& job) {
  const ReplayCounts& counts = job.progress.counts;
  std::string line =
      fmt::format("replay job {}: {}, {} of {} accepted", job.id,
                  ReplayPhaseName(job.progress.phase), counts.accepted, counts.total());
  const std::pair<std::int64_t, std::string_view> others[] = {
      {counts.waiting, "waiting"}, {counts.sent, "sent"},       {counts.failed, "failed"},
      {counts.refused, "refused"}, {counts.skipped, "skipped"}, {counts.blocked, "blocked"}};
  for (const auto& [count, word] : others) {
    if (count > 0) line += fmt::format(", {} {}", count, word);
  }
  if (job.progress.phase == ReplayPhase::kStopped) {
    line += fmt::format(
        "; {}; `utboks replay --resume {}` goes on with a canary, --cancel {} "
        "leaves the rest where it is",
        WhyItStopped(job), job.id, job.id);
  }
  return line;
}

bool CameThrough(const ReplayJob& job) {
  return job.progress.phase == ReplayPhase::kDone &&
         job.progress.counts.accepted == job.progress.counts.total();
}

}  // namespace utboks::app

#include "producer/app/cli/replay_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "producer/app/replay_view.h"
#include "producer/app/table.h"
#include "producer/app/view.h"

namespace utboks::app {
namespace {

constexpr Millis kLookEvery{200};
constexpr int kItemsShown = 1'000;

// It is there until it runs no more, as it stands then.
Result<ReplayJob> Follow(Parts& parts, ReplayJobs& jobs, std::int64_t id, Console& console) {
  for (;;) {
    auto job = jobs.One(id);
    if (!job.ok() || !IsRunning(job->progress.phase)) {
      console.EndProgress();
      return job;
    }
    const ReplayCounts& counts = job->progress.counts;
    console.Progress("replay",
                     static_cast<std::size_t>(counts.total() - counts.waiting - counts.sent),
                     static_cast<std::size_t>(counts.total()));
    parts.clock().WaitUntil(parts.clock().Steady() + kLookEvery, {});
  }
}

void Tell(const ReplayJob& job, Console& console) {
  if (console.json()) {
    console.Line(ReplayJson(job));
  } else {
    console.Text(ReplayLine(job));
  }
}

void TellItems(const std::vector<ReplayItem>& items, std::int64_t all, Console& console) {
  Table table({"message", "result", "reason"});
  for (const ReplayItem& item : items) {
    if (console.json()) {
      console.Line(ReplayItemJson(item));
    } else {
      table.Row({FormatUuid(item.id), std::string(ReplayItemName(item.state)), item.reason});
    }
  }
  if (!table.empty()) {
    for (const std::string& line : table.Lines()) console.Text(line);
  }
  const std::int64_t more = all - std::ssize(items);
  if (more > 0) console.Note(fmt::format("and {} more", Messages(more)));
}

}  // namespace

Result<int> ParseRate(const std::string& text) {
  constexpr std::string_view kUnit = "/min";
  int rate = 0;
  const std::string_view number =
      std::string_view(text).substr(0, text.size() - std::min(text.size(), kUnit.size()));
  const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), rate);
  const bool whole = failed == std::errc() && end == number.data() + number.size();
  if (!text.ends_with(kUnit) || !whole || rate < 1 || rate > kFastestReplay) {
    return Status(Code::kUsage, fmt::format("--rate: a whole number of messages a minute, 1 to {}, "
                                            "as in 60/min",
                                            kFastestReplay));
  }
  return rate;
}

Result<int> TellJob(Parts& parts, ReplayJobs& jobs, const ReplayJob& job, bool wait,
                    Console& console) {
  if (!wait) {
    Tell(job, console);
    console.Note(
        fmt::format("the worker (`utboks run`) does the rest, and nothing moves while none "
                    "runs; `utboks replay --job {}` shows how far it is",
                    job.id));
    return 0;
  }
  const auto ended = Follow(parts, jobs, job.id, console);
  if (!ended.ok()) return ended.status();
  Tell(*ended, console);
  return CameThrough(*ended) ? 0 : 1;
}

Result<int> ListJobs(ReplayJobs& jobs, Console& console) {
  const auto all = jobs.List();
  if (!all.ok()) return all.status();
  for (const ReplayJob& job : *all) Tell(job, console);
  if (all->empty()) console.Note("there are no replay jobs");
  return 0;
}

Result<int> ShowJob(Parts& parts, ReplayJobs& jobs, std::int64_t id, bool wait, Console& console) {
  const auto job = wait ? Follow(parts, jobs, id, console) : jobs.One(id);
  if (!job.ok()) return job.status();
  const auto items = jobs.Items(id, kItemsShown);
  if (!items.ok()) return items.status();
  Tell(*job, console);
  const ReplayCounts& counts = job->progress.counts;
  TellItems(*items, counts.failed + counts.refused + counts.skipped + counts.blocked, console);
  return !wait || CameThrough(*job) ? 0 : 1;
}

}  // namespace utboks::app

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>

#include "producer/app/cli/act.h"
#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/app/cli/replay_edit.h"
#include "producer/app/cli/replay_job.h"
#include "producer/app/view.h"

namespace utboks::app {
namespace {

// A set that nobody has picked one by one goes as a job.
class Replay final : public Command {
 public:
  std::string name() const override { return "replay"; }
  std::string summary() const override {
    return "send held or rejected messages again: same bytes, same identifier";
  }
  void Declare(CLI::App& app) override;
  Result<int> Run(Parts& parts, Console& console) override;

 private:
  // Of --jobs, --job, --cancel, --resume, --edit at most one, and nothing that chooses
  // messages beside it.
  Status CheckWords() const;
  Result<int> EditOne(Parts& parts, Console& console);
  Result<int> AboutJobs(Parts& parts, Console& console);
  Result<int> Send(Parts& parts, const Selection& set, int unknown, Console& console);
  Result<Filter> MakeFilter(WallTime now) const {
    auto filter = filter_.Make(now);
    if (!filter.ok()) return filter;
    std::vector<State> allowed = StatesFor(Decision::kReplay);
    if (filter->states.empty()) filter->states = allowed;
    if (options_.again) allowed.insert(allowed.end(), {State::kAccepted, State::kClosed});
    for (const State state : filter->states) {
      if (std::find(allowed.begin(), allowed.end(), state) != allowed.end()) continue;
      return Status(Code::kUsage,
                    fmt::format("--state {}: replay takes held and rejected messages; accepted "
                                "and closed ones only with --again",
                                StateName(state)));
    }
    return filter;
  }

  bool as_job() const { return ids_.empty() || canary_option_->count() > 0 || !rate_.empty(); }

  std::vector<std::string> ids_, vedlegg_;
  FilterOptions filter_;
  ActOptions options_;
  WhyOption why_;
  std::string rate_, edit_;
  int canary_ = 1;
  std::int64_t job_ = 0, cancel_ = 0, resume_ = 0;
  bool dry_run_ = false, yes_ = false, jobs_ = false, wait_ = false;
  CLI::Option* canary_option_ = nullptr;
};

void Replay::Declare(CLI::App& app) {
  DeclareIds(app, ids_);
  filter_.Declare(app, 0);
  app.add_flag("--again", options_.again, "also accepted and closed ones: the register lost them");
  app.add_flag("--after-followers", options_.after_followers,
               "also where a later message about the same person has been sent since");
  app.add_flag("--dry-run", dry_run_, "count them by cause and do nothing");
  app.add_flag("--yes", yes_, "do not ask");
  canary_option_ = app.add_option("--canary", canary_,
                                  "as a job: so many go first and alone; those chosen by a filter "
                                  "always go so")
                       ->check(CLI::Range(1, kLargestReplayBatch))
                       ->capture_default_str()
                       ->type_name("N");
  app.add_option("--rate", rate_, "as a job: at most so many a minute")->type_name("N/min");
  app.add_flag("--wait", wait_, "stay until the job is over or has stopped");
  app.add_flag("--jobs", jobs_, "show the replay jobs");
  const auto job_option = [&](const char* name, std::int64_t& value, const char* text) {
    app.add_option(name, value, text)->check(CLI::PositiveNumber)->type_name("JOB");
  };
  job_option("--job", job_, "show how far one is, and what did not come through");
  job_option("--cancel", cancel_, "end one; what was not sent yet stays where it is");
  job_option("--resume", resume_, "go on with one that has stopped, with a canary first");
  app.add_option("--edit", edit_,
                 "hand in a corrected document, with an identifier of its own, in place of one "
                 "message; - reads it")
      ->type_name("FILE");
  app.add_option("--vedlegg", vedlegg_, "with --edit: an attachment that the document names")
      ->type_name("FILE")
      ->allow_extra_args(false);
  why_.Declare(app);
}

Status Replay::CheckWords() const {
  const int about_jobs =
      (jobs_ ? 1 : 0) + (job_ != 0 ? 1 : 0) + (cancel_ != 0 ? 1 : 0) + (resume_ != 0 ? 1 : 0);
  const bool chooses = !ids_.empty() || filter_.any();
  if (!vedlegg_.empty() && edit_.empty()) return Status(Code::kUsage, "--vedlegg goes with --edit");
  if (!edit_.empty()) {
    if (about_jobs == 0 && ids_.size() == 1 && !filter_.any() && !dry_run_) return Status();
    return Status(Code::kUsage, "--edit takes one message, by its id, and no other choice");
  }
  if (about_jobs == 0) {
    if (ids_.empty() == filter_.any()) return Status();
    return Status(Code::kUsage, ids_.empty()
                                    ? "replay which messages? name their ids, or choose them by "
                                      "--state, --ressurs, --reason, --since, --until, --blocked"
                                    : "replay takes ids or filters, not both");
  }
  if (about_jobs == 1 && !chooses) return Status();
  return Status(Code::kUsage,
                "--jobs, --job, --cancel and --resume stand alone: they are about a job that is "
                "there already");
}

Result<int> Replay::EditOne(Parts& parts, Console& console) {
  const auto words = ReadIds(ids_, console.in());
  if (!words.ok()) return words.status();
  if (words->size() != 1) return Status(Code::kUsage, "--edit takes one message");
  return ReplaceMessage(
      parts, {edit_, vedlegg_, words->front(), options_.after_followers, SensitiveText(why_.why)},
      console);
}

Result<int> Replay::AboutJobs(Parts& parts, Console& console) {
  const auto jobs = parts.GetReplayJobs();
  if (!jobs.ok()) return jobs.status();
  if (jobs_) return ListJobs(**jobs, console);
  if (job_ != 0) return ShowJob(parts, **jobs, job_, wait_, console);
  if (cancel_ != 0) {
    const auto job = (*jobs)->Cancel(cancel_, why_.MakeActor(parts));
    if (!job.ok()) return job.status();
    return ShowJob(parts, **jobs, cancel_, false, console);
  }
  const auto job = (*jobs)->Resume(resume_, why_.MakeActor(parts));
  if (!job.ok()) return job.status();
  return TellJob(parts, **jobs, *job, wait_, console);
}

Result<int> Replay::Send(Parts& parts, const Selection& set, int unknown, Console& console) {
  if (!as_job()) {
    const auto desk = parts.GetOperator();
    if (!desk.ok()) return desk.status();
    return ActOn(**desk, Decision::kReplay, set.ids, options_, why_.MakeActor(parts), console,
                 unknown);
  }
  if (set.ids.empty()) {
    console.Note("no message fits");
    return unknown;
  }
  ReplayOptions options{options_.again, options_.after_followers, canary_, 0};
  if (!rate_.empty()) {
    const auto rate = ParseRate(rate_);
    if (!rate.ok()) return rate.status();
    options.per_minute = *rate;
  }
  const auto jobs = parts.GetReplayJobs();
  if (!jobs.ok()) return jobs.status();
  const auto job = (*jobs)->Start(set.ids, options, why_.MakeActor(parts), [&](std::size_t count) {
    console.Progress("freeze", count, set.ids.size());
  });
  console.EndProgress();
  if (!job.ok()) return job.status();
  const auto told = TellJob(parts, **jobs, *job, wait_, console);
  return told.ok() ? std::max(*told, unknown) : told;
}

Result<int> Replay::Run(Parts& parts, Console& console) {
  UTBOKS_RETURN_IF_ERROR(CheckWords());
  if (!edit_.empty()) return EditOne(parts, console);
  if (jobs_ || job_ != 0 || cancel_ != 0 || resume_ != 0) return AboutJobs(parts, console);
  if (!rate_.empty()) UTBOKS_RETURN_IF_ERROR(ParseRate(rate_).status());
  const auto words = ReadIds(ids_, console.in());
  if (!words.ok()) return words.status();
  UTBOKS_RETURN_IF_ERROR(CheckRessurs(parts, filter_.ressurs));
  const auto filter = MakeFilter(parts.clock().Wall());
  if (!filter.ok()) return filter.status();
  const auto desk = parts.GetOperator();
  if (!desk.ok()) return desk.status();

  int unknown = 0;
  const auto set =
      ids_.empty() ? (*desk)->Freeze(*filter) : Resolve(**desk, *words, console, &unknown);
  if (!set.ok()) return set.status();
  if (dry_run_) {
    ShowCauses(*set, console);
    return unknown;
  }
  if (ids_.empty() && !yes_ && !set->ids.empty()) {
    if (!console.can_ask()) {
      return Status(Code::kUsage, fmt::format("{} would go; give --yes to replay them, or "
                                              "--dry-run to count them by cause",
                                              Messages(std::ssize(set->ids))));
    }
    ShowCauses(*set, console);
    if (!console.Ask(fmt::format("Replay {}?", Messages(std::ssize(set->ids))))) {
      console.Note("nothing was done");
      return 0;
    }
  }
  return Send(parts, *set, unknown, console);
}

}  // namespace

std::unique_ptr<Command> MakeReplay() {
  return std::make_unique<Replay>();
}

}  // namespace utboks::app

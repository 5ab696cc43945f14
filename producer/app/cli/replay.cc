#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>

#include "producer/app/cli/act.h"
#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/app/view.h"

namespace utboks::app {
namespace {

class Replay final : public Command {
 public:
  std::string name() const override { return "replay"; }
  std::string summary() const override {
    return "send held or rejected messages again: same bytes, same identifier";
  }
  void Declare(CLI::App& app) override {
    DeclareIds(app, ids_);
    filter_.Declare(app, 0);
    app.add_flag("--again", options_.again,
                 "also accepted and closed ones: the register lost them");
    app.add_flag("--after-followers", options_.after_followers,
                 "also where a later message about the same person has been sent since");
    app.add_flag("--dry-run", dry_run_, "count them by cause and do nothing");
    app.add_flag("--yes", yes_, "do not ask");
    why_.Declare(app);
  }

  Result<int> Run(Parts& parts, Console& console) override {
    if (ids_.empty() != filter_.any()) {
      return Status(Code::kUsage, ids_.empty()
                                      ? "replay which messages? name their ids, or choose them by "
                                        "--state, --ressurs, --reason, --since, --until, --blocked"
                                      : "replay takes ids or filters, not both");
    }
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
    if (ids_.empty() && !yes_) {
      if (set->ids.empty()) {
        console.Note("no message fits");
        return 0;
      }
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
    return ActOn(**desk, Decision::kReplay, set->ids, options_, why_.MakeActor(parts), console,
                 unknown);
  }

 private:
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

  std::vector<std::string> ids_;
  FilterOptions filter_;
  ActOptions options_;
  WhyOption why_;
  bool dry_run_ = false, yes_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeReplay() {
  return std::make_unique<Replay>();
}

}  // namespace utboks::app

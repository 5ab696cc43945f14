#include <CLI/CLI.hpp>

#include "producer/app/cli/act.h"
#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"

namespace utboks::app {
namespace {

class Release final : public Command {
 public:
  std::string name() const override { return "release"; }
  std::string summary() const override { return "send held messages after all"; }
  void Declare(CLI::App& app) override {
    auto* ids = DeclareIds(app, ids_);
    app.add_option("--reason", reason_, "all that are held for this reason")
        ->type_name("REASON")
        ->excludes(ids);
    why_.Declare(app);
  }

  Result<int> Run(Parts& parts, Console& console) override {
    if (ids_.empty() && reason_.empty()) {
      return Status(Code::kUsage, "release which messages? name their ids, or give --reason");
    }
    const auto words = ReadIds(ids_, console.in());
    if (!words.ok()) return words.status();
    const auto desk = parts.GetOperator();
    if (!desk.ok()) return desk.status();
    int unknown = 0;
    const auto selection = reason_.empty() ? Resolve(**desk, *words, console, &unknown)
                                           : (*desk)->Freeze(HeldFor(reason_));
    if (!selection.ok()) return selection.status();
    if (selection->ids.empty() && unknown == 0) console.Note("no message is held for this reason");
    return ActOn(**desk, Decision::kRelease, selection->ids, {}, why_.MakeActor(parts), console,
                 unknown);
  }

 private:
  static Filter HeldFor(const std::string& reason) {
    Filter filter;
    filter.states = {State::kHeld};
    filter.reason = reason;
    filter.limit = 0;
    return filter;
  }

  std::vector<std::string> ids_;
  std::string reason_;
  WhyOption why_;
};

}  // namespace

std::unique_ptr<Command> MakeRelease() {
  return std::make_unique<Release>();
}

}  // namespace utboks::app

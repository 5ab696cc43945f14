#include <CLI/CLI.hpp>

#include "producer/app/cli/act.h"
#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"

namespace utboks::app {
namespace {

class Cancel final : public Command {
 public:
  std::string name() const override { return "cancel"; }
  std::string summary() const override { return "never send messages"; }
  void Declare(CLI::App& app) override {
    app.add_option("ID", ids_, "ours, or avsendersMeldingsidentifikator; - reads them, one a line")
        ->required();
    app.add_flag("--may-be-registered", options_.may_be_registered,
                 "also messages that the register may have taken already");
    why_.Declare(app);
  }

  Result<int> Run(Parts& parts, Console& console) override {
    const auto words = ReadIds(ids_, console.in());
    if (!words.ok()) return words.status();
    const auto desk = parts.GetOperator();
    if (!desk.ok()) return desk.status();
    int unknown = 0;
    const auto selection = Resolve(**desk, *words, console, &unknown);
    if (!selection.ok()) return selection.status();
    return ActOn(**desk, Decision::kCancel, selection->ids, options_, why_.MakeActor(parts),
                 console, unknown);
  }

 private:
  std::vector<std::string> ids_;
  ActOptions options_;
  WhyOption why_;
};

}  // namespace

std::unique_ptr<Command> MakeCancel() {
  return std::make_unique<Cancel>();
}

}  // namespace utboks::app

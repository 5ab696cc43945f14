#include <CLI/CLI.hpp>

#include "producer/app/cli/act.h"
#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"

namespace utboks::app {
namespace {

class Hold final : public Command {
 public:
  std::string name() const override { return "hold"; }
  std::string summary() const override {
    return "keep messages from being sent until they are released";
  }
  void Declare(CLI::App& app) override {
    app.add_option("ID", ids_, "ours, or avsendersMeldingsidentifikator; - reads them, one a line")
        ->required();
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
    return ActOn(**desk, Decision::kHold, selection->ids, {}, why_.MakeActor(parts), console,
                 unknown);
  }

 private:
  std::vector<std::string> ids_;
  WhyOption why_;
};

}  // namespace

std::unique_ptr<Command> MakeHold() {
  return std::make_unique<Hold>();
}

}  // namespace utboks::app

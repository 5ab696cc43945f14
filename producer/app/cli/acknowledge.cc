#include <CLI/CLI.hpp>

#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"

namespace utboks::app {
namespace {

class Acknowledge final : public Command {
 public:
  std::string name() const override { return "acknowledge"; }
  std::string summary() const override { return "take off an alarm that stands until it is seen"; }
  void Declare(CLI::App& app) override {
    app.add_option("ALARM", alarm_, "its name, as `utboks status` shows it")->required();
    why_.Declare(app);
  }

  Result<int> Run(Parts& parts, Console& console) override {
    const auto desk = parts.GetOperator();
    if (!desk.ok()) return desk.status();
    UTBOKS_RETURN_IF_ERROR((*desk)->Acknowledge(alarm_, why_.MakeActor(parts)));
    if (console.json()) {
      console.Line(JsonObject().Add("alarm", alarm_).Add("acknowledged", true));
    } else {
      console.Text(alarm_ + ": acknowledged");
    }
    return 0;
  }

 private:
  std::string alarm_;
  WhyOption why_;
};

}  // namespace

std::unique_ptr<Command> MakeAcknowledge() {
  return std::make_unique<Acknowledge>();
}

}  // namespace utboks::app

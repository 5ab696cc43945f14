#include <CLI/CLI.hpp>

#include "producer/app/cli/act.h"
#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/app/view.h"

namespace utboks::app {
namespace {

class Resume final : public Command {
 public:
  std::string name() const override { return "resume"; }
  std::string summary() const override { return "take off a pause or a blame run"; }
  void Declare(CLI::App& app) override {
    app.add_option("RESSURS", ressurs_, "this resource's; else the whole register's");
    why_.Declare(app);
  }

  Result<int> Run(Parts& parts, Console& console) override {
    UTBOKS_RETURN_IF_ERROR(CheckRessurs(parts, ressurs_));
    const auto desk = parts.GetOperator();
    if (!desk.ok()) return desk.status();
    UTBOKS_RETURN_IF_ERROR((*desk)->Resume(ressurs_, why_.MakeActor(parts)));
    if (console.json()) {
      console.Line(JsonObject().Add("gate", GateName(ressurs_)).Add("paused", false));
    } else {
      console.Text(GateName(ressurs_) + ": resumed; it is tried with one message first");
    }
    return 0;
  }

 private:
  std::string ressurs_;
  WhyOption why_;
};

}  // namespace

std::unique_ptr<Command> MakeResume() {
  return std::make_unique<Resume>();
}

}  // namespace utboks::app

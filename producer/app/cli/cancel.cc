#include <CLI/CLI.hpp>

#include "producer/app/cli/commands.h"
#include "producer/app/cli/decide.h"

namespace utboks::app {
namespace {

class Cancel final : public Decide {
 public:
  Cancel() : Decide(Decision::kCancel) {}
  std::string name() const override { return "cancel"; }
  std::string summary() const override { return "never send messages"; }
  void Declare(CLI::App& app) override {
    Decide::Declare(app);
    app.add_flag("--may-be-registered", options_.may_be_registered,
                 "also messages that the register may have taken already");
  }
};

}  // namespace

std::unique_ptr<Command> MakeCancel() {
  return std::make_unique<Cancel>();
}

}  // namespace utboks::app

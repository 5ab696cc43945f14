#include <CLI/CLI.hpp>

#include "producer/app/cli/commands.h"

namespace utboks::app {
namespace {

class Migrate final : public Command {
 public:
  std::string name() const override { return "migrate"; }
  std::string summary() const override {
    return "bring the store to this version's form, or make it";
  }
  void Declare(CLI::App&) override {}

  Result<int> Run(Parts& parts, Console& console) override {
    StoreUse use;
    use.create = true;
    use.migrate = true;
    const auto store = parts.OpenStore(use);
    if (!store.ok()) return store.status();
    if (console.json()) {
      console.Line(JsonObject().Add("migrated", true));
    } else {
      console.Text("the store has this version's form");
    }
    return 0;
  }
};

}  // namespace

std::unique_ptr<Command> MakeMigrate() {
  return std::make_unique<Migrate>();
}

}  // namespace utboks::app

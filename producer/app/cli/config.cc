#include "producer/app/config.h"

#include <CLI/CLI.hpp>

#include "producer/app/cli/commands.h"
#include "producer/app/table.h"

namespace utboks::app {
namespace {

class ConfigCommand final : public Command {
 public:
  std::string name() const override { return "config"; }
  std::string summary() const override { return "the settings that hold, and where from"; }
  void Declare(CLI::App&) override {}

  Result<int> Run(Parts& parts, Console& console) override {
    const auto config = parts.GetConfig();
    if (!config.ok()) return config.status();
    Table table({"setting", "value", "from"});
    for (const EffectiveSetting& row : (*config)->effective) {
      if (!row.in_this_version) continue;
      if (console.json()) {
        console.Line(JsonObject()
                         .Add("section", row.section)
                         .Add("key", row.key)
                         .Add("value", row.value)
                         .Add("from", row.source));
      } else {
        table.Row({"[" + row.section + "] " + row.key, row.value, row.source});
      }
    }
    if (!table.empty()) {
      for (const std::string& line : table.Lines()) console.Text(line);
    }
    return 0;
  }
};

}  // namespace

std::unique_ptr<Command> MakeConfig() {
  return std::make_unique<ConfigCommand>();
}

}  // namespace utboks::app

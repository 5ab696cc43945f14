#include "producer/app/cli/commands.h"

#include <CLI/CLI.hpp>

#include "producer/app/cli/act.h"
#include "producer/app/cli/options.h"
#include "producer/app/view.h"

namespace utboks::app {
namespace {

constexpr int kDefaultLimit = 100;
// Tables are printed in pieces, so that a million rows do not stand in memory.
constexpr std::size_t kRowsAtOnce = 500;

class List final : public Command {
 public:
  std::string name() const override { return "list"; }
  std::string summary() const override { return "messages, newest first"; }
  void Declare(CLI::App& app) override { filter_.Declare(app, kDefaultLimit); }

  Result<int> Run(Parts& parts, Console& console) override {
    UTBOKS_RETURN_IF_ERROR(CheckRessurs(parts, filter_.ressurs));
    const auto filter = filter_.Make(parts.clock().Wall());
    if (!filter.ok()) return filter.status();
    auto desk = parts.GetOperator();
    if (!desk.ok()) return desk.status();

    Table table = MessageTable();
    std::size_t rows = 0;
    const auto print = [&] {
      for (const std::string& line : table.Lines()) console.Text(line);
      table = MessageTable();
    };
    UTBOKS_RETURN_IF_ERROR((*desk)->List(*filter, [&](const MessageView& message) {
      if (console.json()) {
        console.Line(MessageJson(message));
      } else {
        AddRow(table, message);
        if (++rows % kRowsAtOnce == 0) print();
      }
      return true;
    }));
    if (!table.empty()) print();
    return 0;
  }

 private:
  FilterOptions filter_;
};

}  // namespace

std::unique_ptr<Command> MakeList() {
  return std::make_unique<List>();
}

}  // namespace utboks::app

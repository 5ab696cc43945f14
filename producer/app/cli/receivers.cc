#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/app/table.h"
#include "producer/app/view.h"

namespace utboks::app {
namespace {

class Receivers final : public Command {
 public:
  std::string name() const override { return "receivers"; }
  std::string summary() const override { return "who is told what happens, and how far they are"; }
  void Declare(CLI::App& app) override {
    move_ =
        app.add_option("--move", name_, "tell this one on from another event")->type_name("NAME");
    after_option_ = app.add_option("--after", after_, "with --move: from after this event")
                        ->check(WholeNumber())
                        ->type_name("EVENT_ID");
    move_->needs(after_option_);
    after_option_->needs(move_);
  }

  Result<int> Run(Parts& parts, Console& console) override {
    const auto store = parts.OpenStore({});
    if (!store.ok()) return store.status();
    if (move_->count() > 0) {
      UTBOKS_RETURN_IF_ERROR((*store)->MoveReceiver(name_, after_, parts.ActorName()));
    }
    const auto all = (*store)->ListReceivers();
    if (!all.ok()) return all.status();
    Table table({"receiver", "has all up to", "events behind", "moved"});
    for (const Receiver& one : *all) {
      if (console.json()) {
        console.Line(JsonObject()
                         .Add("receiver", one.name)
                         .Add("position", one.position)
                         .Add("last_event", one.last_event)
                         .Add("moved", FormatUtc(one.moved)));
      }
      table.Row({one.name, std::to_string(one.position),
                 std::to_string(one.last_event - one.position), FormatOslo(one.moved)});
    }
    if (console.json()) return 0;
    if (table.empty())
      console.Text("nobody is told: [amqp] outcome_exchange is not set, or has not run");
    if (!table.empty()) {
      for (const std::string& line : table.Lines()) console.Text(line);
    }
    return 0;
  }

 private:
  std::string name_;
  std::int64_t after_ = 0;
  CLI::Option* move_ = nullptr;
  CLI::Option* after_option_ = nullptr;
};

}  // namespace

std::unique_ptr<Command> MakeReceivers() {
  return std::make_unique<Receivers>();
}

}  // namespace utboks::app

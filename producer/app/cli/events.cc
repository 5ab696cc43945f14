#include <CLI/CLI.hpp>
#include <stop_token>

#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/outcome/event_json.h"

namespace utboks::app {
namespace {

constexpr int kPage = 500;
// A hint comes when the store changes; this is how long one may be missed.
constexpr Millis kLookAgain{1'000};

class Events final : public Command {
 public:
  std::string name() const override { return "events"; }
  std::string summary() const override { return "the history, as JSON lines"; }
  void Declare(CLI::App& app) override {
    app.add_option("--after", after_, "only what came after this event")
        ->check(WholeNumber())
        ->type_name("EVENT_ID");
    app.add_flag("--follow", follow_, "and then what comes");
  }

  Result<int> Run(Parts& parts, Console& console) override {
    const auto store = parts.OpenStore({});
    if (!store.ok()) return store.status();
    const auto stream = (*store)->Stream();
    if (!stream.ok()) return stream.status();
    std::int64_t after = after_;
    while (true) {
      const auto page = (*store)->Events(after, kPage, std::nullopt);
      if (!page.ok()) return page.status();
      for (const EventView& event : *page) {
        console.Line(EventJson(event, *stream));
        after = event.id;
      }
      if (page->size() == kPage) continue;
      if (!follow_) return 0;
      if (!console.Flush()) return 0;  // nobody reads any more
      (*store)->WaitForChange(parts.clock().Steady() + kLookAgain, std::stop_token());
    }
  }

 private:
  std::int64_t after_ = 0;
  bool follow_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeEvents() {
  return std::make_unique<Events>();
}

}  // namespace utboks::app

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <stop_token>

#include "producer/app/cli/commands.h"

namespace utboks::app {
namespace {

class Purge final : public Command {
 public:
  std::string name() const override { return "purge"; }
  std::string summary() const override {
    return "remove content, then records, that [retention] no longer keeps";
  }
  void Declare(CLI::App&) override {}

  Result<int> Run(Parts& parts, Console& console) override {
    const auto config = parts.GetConfig();
    if (!config.ok()) return config.status();
    const auto desk = parts.GetOperator();
    if (!desk.ok()) return desk.status();
    const RetentionSection& section = (*config)->retention;
    // The feedback feed is not in this version: accepted messages close by time.
    const Retention retention{section.content_after, section.record_after, false};
    Desk::Purged done;
    const Status status = (*desk)->Purge(retention, std::stop_token(), &done);
    // What was removed is told also when the rest failed.
    if (console.json()) {
      console.Line(JsonObject()
                       .Add("closed", done.closed)
                       .Add("contents", done.contents)
                       .Add("records", done.records));
    } else {
      console.Text(
          fmt::format("closed {} accepted messages, removed content of {} and records "
                      "of {}",
                      done.closed, done.contents, done.records));
    }
    if (!status.ok()) return status;
    return 0;
  }
};

}  // namespace

std::unique_ptr<Command> MakePurge() {
  return std::make_unique<Purge>();
}

}  // namespace utboks::app

#include "producer/xml/schemas_check.h"

#include <CLI/CLI.hpp>

#include "producer/app/cli/commands.h"
#include "producer/app/table.h"

namespace utboks::app {
namespace {

class Schemas final : public Command {
 public:
  std::string name() const override { return "schemas"; }
  std::string summary() const override { return "the contracts: list them, check them"; }
  void Declare(CLI::App& app) override {
    app.require_subcommand(1);
    app.add_subcommand("list", "what the catalogue holds");
    check_ = app.add_subcommand("check", "load every schema, show its content hash");
  }

  Result<int> Run(Parts& parts, Console& console) override {
    const auto catalogue = parts.GetCatalogue();
    if (!catalogue.ok()) return catalogue.status();
    return check_->parsed() ? Check(**catalogue, console) : List(parts, **catalogue, console);
  }

 private:
  static void Print(const Table& table, Console& console) {
    if (console.json()) return;
    for (const std::string& line : table.Lines()) console.Text(line);
  }

  static Result<int> List(Parts& parts, const Catalogue& catalogue, Console& console) {
    const auto config = parts.GetConfig();
    if (!config.ok()) return config.status();
    const bool production = (*config)->registry.production;
    Table table({"ressurs", "edition", "status", "taken here", "file"});
    for (const auto* entries : {&catalogue.ressurser(), &catalogue.hendelser()}) {
      for (const Ressurs& entry : *entries) ListEditions(entry, production, table, console);
    }
    Print(table, console);
    return 0;
  }

  static void ListEditions(const Ressurs& entry, bool production, Table& table, Console& console) {
    for (const Edition& edition : entry.editions) {
      // What is taken is a message; an event comes from the register.
      const bool enabled = !entry.hendelse && edition.EnabledIn(production);
      const std::string status(EditionStatusName(edition.status));
      if (console.json()) {
        console.Line(JsonObject()
                         .Add("ressurs", entry.name)
                         .Add("edition", edition.name)
                         .Add("status", status)
                         .Add("enabled", enabled)
                         .Add("file", edition.file));
      } else {
        const std::string taken = entry.hendelse ? "feedback" : enabled ? "yes" : "no";
        table.Row({entry.name, edition.name, status, taken, edition.file});
      }
    }
  }

  static Result<int> Check(const Catalogue& catalogue, Console& console) {
    Table table({"ressurs", "edition", "status", "file", "SHA-256 or what is wrong"});
    int exit_code = 0;
    for (const SchemaReport& report : CheckSchemas(catalogue)) {
      if (!report.usable.ok()) exit_code = 1;
      const std::string status(EditionStatusName(report.status));
      if (console.json()) {
        JsonObject line;
        line.Add("ressurs", report.ressurs)
            .Add("edition", report.edition)
            .Add("status", status)
            .Add("file", report.file)
            .Add("usable", report.usable.ok());
        if (report.hash.empty()) {
          line.AddNull("hash");
        } else {
          line.Add("hash", report.hash);
        }
        if (!report.usable.ok()) line.Add("error", FailureJson(report.usable));
        console.Line(line);
      } else {
        table.Row({report.ressurs, report.edition, status, report.file,
                   report.usable.ok() ? report.hash : report.usable.text()});
      }
    }
    Print(table, console);
    return exit_code;
  }

  CLI::App* check_ = nullptr;
};

}  // namespace

std::unique_ptr<Command> MakeSchemas() {
  return std::make_unique<Schemas>();
}

}  // namespace utboks::app

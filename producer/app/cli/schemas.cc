#include "producer/xml/schemas_check.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "producer/app/cli/commands.h"
#include "producer/app/table.h"
#include "producer/xml/schemas_install.h"

namespace utboks::app {
namespace {

class Schemas final : public Command {
 public:
  std::string name() const override { return "schemas"; }
  std::string summary() const override {
    return "the contracts: list them, check them, install the register's own";
  }
  void Declare(CLI::App& app) override {
    app.require_subcommand(1);
    app.add_subcommand("list", "what the catalogue holds");
    check_ = app.add_subcommand("check", "load every schema, show its content hash");
    install_ = app.add_subcommand(
        "install", "put the XSD files that the register publishes in place of the shipped ones");
    auto* dir = install_->add_option(
        "DIR", dir_,
        "the files as downloaded, in one flat folder, with all that they include; each contract "
        "that is not there stays as shipped");
    install_->add_flag("--shipped", to_shipped_, "go back to the shipped ones")->excludes(dir);
  }

  Result<int> Run(Parts& parts, Console& console) override {
    if (install_->parsed()) return to_shipped_ ? GoBack(parts, console) : Install(parts, console);
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
    Table table({"ressurs", "edition", "status", "taken here", "attachments", "file"});
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
                         .Add("attachments", entry.multipart.has_value())
                         .Add("file", edition.file));
      } else {
        const std::string taken = entry.hendelse ? "feedback" : enabled ? "yes" : "no";
        table.Row(
            {entry.name, edition.name, status, taken, entry.multipart ? "yes" : "", edition.file});
      }
    }
  }

  static Result<int> Check(const Catalogue& catalogue, Console& console) {
    Table table({"ressurs", "edition", "status", "set", "file", "SHA-256 or what is wrong"});
    int exit_code = 0;
    for (const SchemaReport& report : CheckSchemas(catalogue)) {
      if (!report.usable.ok()) exit_code = 1;
      const std::string status(EditionStatusName(report.status));
      const std::string set(SchemaSetName(report.set));
      if (console.json()) {
        JsonObject line;
        line.Add("ressurs", report.ressurs)
            .Add("edition", report.edition)
            .Add("status", status)
            .Add("set", set)
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
        table.Row({report.ressurs, report.edition, status, set, report.file,
                   report.usable.ok() ? report.hash : report.usable.text()});
      }
    }
    Print(table, console);
    return exit_code;
  }

  Result<int> Install(Parts& parts, Console& console) {
    if (dir_.empty()) {
      return Status(Code::kUsage,
                    "schemas install: name the folder of the published files, or give --shipped");
    }
    const auto config = parts.GetConfig();
    if (!config.ok()) return config.status();
    // Not what is in use: that may be what is to be mended.
    const auto shipped = parts.GetShippedCatalogue();
    if (!shipped.ok()) return shipped.status();
    const InstalledSchemas place((*config)->schemas.directory);
    const auto installed = InstallSchemas(**shipped, dir_, place);
    if (!installed.ok()) return installed.status();
    ReportInstalled(*installed, place.folder(), console);
    return 0;
  }

  void ReportInstalled(const SchemasInstalled& installed, const std::string& folder,
                       Console& console) const {
    if (console.json()) {
      JsonList contracts, shipped, left_out;
      for (const auto& contract : installed.contracts) {
        contracts.Add(JsonObject().Add("file", contract.file).Add("hash", contract.hash));
      }
      for (const std::string& file : installed.shipped) shipped.Add(file);
      for (const std::string& name : installed.left_out) left_out.Add(name);
      console.Line(JsonObject()
                       .Add("directory", folder)
                       .Add("installed", contracts)
                       .Add("shipped", shipped)
                       .Add("left_out", left_out)
                       .Add("restart_worker", true));
      return;
    }
    for (const auto& contract : installed.contracts) {
      console.Text(fmt::format("{}  {}", contract.hash, contract.file));
    }
    for (const std::string& file : installed.shipped) console.Text("as shipped: " + file);
    for (const std::string& name : installed.left_out) {
      console.Text("left out, no contract needs it: " + name);
    }
    console.Text(fmt::format("{} contracts in {} are the register's own, {} stay as shipped",
                             installed.contracts.size(), folder, installed.shipped.size()));
    console.Text(kRestart);
  }

  static Result<int> GoBack(Parts& parts, Console& console) {
    const auto config = parts.GetConfig();
    if (!config.ok()) return config.status();
    const std::string& folder = (*config)->schemas.directory;
    const auto removed = InstalledSchemas(folder).Remove();
    if (!removed.ok()) return removed.status();
    if (console.json()) {
      console.Line(JsonObject()
                       .Add("directory", folder)
                       .Add("removed", *removed)
                       .Add("restart_worker", *removed));
    } else if (*removed) {
      console.Text("all contracts are the shipped ones again");
      console.Text(kRestart);
    } else {
      console.Text("nothing was installed: all contracts are the shipped ones");
    }
    return 0;
  }

  static constexpr std::string_view kRestart =
      "a running worker goes on with those it has loaded: restart it";

  CLI::App* check_ = nullptr;
  CLI::App* install_ = nullptr;
  std::string dir_;
  bool to_shipped_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeSchemas() {
  return std::make_unique<Schemas>();
}

}  // namespace utboks::app

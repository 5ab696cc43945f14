#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <map>

#include "producer/app/attachment_files.h"
#include "producer/app/cli/act.h"
#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/app/document_file.h"
#include "producer/app/verdict_view.h"
#include "producer/intake/offered.h"
#include "queue/base/mask.h"

namespace utboks::app {
namespace {

class Validate final : public Command {
 public:
  std::string name() const override { return "validate"; }
  std::string summary() const override { return "the checks of enqueue, nothing stored"; }
  void Declare(CLI::App& app) override {
    app.add_option("FILE", files_, "documents; - reads one from standard input")->required();
    app.add_option("--ressurs", ressurs_, "they must be of this resource; else the root decides")
        ->type_name("RESSURS");
    app.add_option("--edition", edition_, "hold against exactly this edition, withdrawn ones too")
        ->type_name("E");
    app.add_option("--vedlegg", vedlegg_,
                   "an attachment that the document names; with exactly one document")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_flag("--schema-only", schema_only_, "leave out what no schema can say");
  }

  Result<int> Run(Parts& parts, Console& console) override {
    UTBOKS_RETURN_IF_ERROR(CheckRessurs(parts, ressurs_));
    if (!vedlegg_.empty() && files_.size() != 1) {
      return Status(Code::kUsage, "--vedlegg: attachments go with exactly one document");
    }
    const auto config = parts.GetConfig();
    if (!config.ok()) return config.status();
    const auto validator = parts.GetValidator();
    if (!validator.ok()) return validator.status();
    CheckRequest request;
    if (!ressurs_.empty()) request.ressurs = ressurs_;
    if (!edition_.empty()) request.edition = edition_;
    request.schema_only = schema_only_;
    const auto attachments =
        ReadAttachments(vedlegg_, static_cast<std::size_t>((*config)->intake.max_attachments));
    if (!attachments.ok()) return attachments.status();
    const std::vector<OfferedAttachment> offered = Offered(*attachments);
    request.attachments = offered;
    const auto most = static_cast<std::size_t>((*config)->intake.max_document);

    WorstOf worst;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const std::string& file = files_[i];
      const auto document = ReadDocument(file, console.in(), most);
      if (!document.ok()) {
        worst.Add(document.status());
        ReportFailure(file, document.status(), console);
        continue;
      }
      auto checked = (*validator)->Check(*document, request);
      if (!checked.ok()) {
        // Other files may be of a resource that has this edition, or whose schema loads.
        worst.Add(checked.status());
        ReportFailure(file,
                      Status(checked.code(), MaskIdentifier(file) + ": " + checked.status().text()),
                      console);
        continue;
      }
      if (!schema_only_) CheckTaken(*document, (*config)->meaning.duplicate_identifier, *checked);
      if (!checked->valid) worst.Add(Status(Code::kInvalid, "invalid"));
      Report(file, *checked, console);
      console.Progress("validate", i + 1, files_.size());
    }
    return worst.exit_code();
  }

 private:
  // The store would not take a second one; here there is only what came before.
  void CheckTaken(const std::string& document, Severity severity, Checked& checked) {
    if (severity == Severity::kOff) return;
    const std::string& identifikator = checked.extract.identifikator.reveal();
    if (identifikator.empty()) return;
    const std::size_t bytes = std::hash<std::string>()(document);
    if (taken_.emplace(identifikator, bytes).first->second == bytes) return;
    const bool warning = severity == Severity::kWarning;
    checked.valid = checked.valid && warning;
    checked.violations.push_back({"identifier-taken", 0, 0, "",
                                  "another document before it has the same "
                                  "avsendersMeldingsidentifikator",
                                  warning});
  }

  static void Report(const std::string& file, const Checked& checked, Console& console) {
    const std::string shown = MaskIdentifier(file);
    if (console.json()) {
      JsonObject line;
      line.Add("file", shown).Add("valid", checked.valid);
      AddKind(line, checked);
      AddViolations(line, checked);
      console.Line(line);
      return;
    }
    console.Text(
        fmt::format("{}: {}{}", shown, checked.valid ? "valid" : "not valid", KindText(checked)));
    for (const std::string& line : ViolationLines(checked)) console.Text(line);
  }

  std::vector<std::string> files_, vedlegg_;
  std::string ressurs_, edition_;
  std::map<std::string, std::size_t> taken_;  // identifier → a hash of the bytes that have it
  bool schema_only_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeValidate() {
  return std::make_unique<Validate>();
}

}  // namespace utboks::app

#include "producer/app/cli/answer.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "producer/app/verdict_view.h"
#include "queue/base/mask.h"

namespace utboks::app {
namespace {

// One violation is one line; more stand below what is to be done about them.
void TellRefusal(const std::string& file, const Status& status,
                 const std::vector<std::string>& violations, Console& console) {
  if (violations.empty()) {
    console.Note(fmt::format("{}: {}", file, status.text()));
  } else if (violations.size() == 1) {
    const std::string& line = violations.front();
    console.Note(fmt::format("{}: {}; nothing of it was stored, correct it", file,
                             line.substr(line.find_first_not_of(' '))));
  } else {
    console.Note(fmt::format("{}: nothing of it was stored, correct these:", file));
    for (const std::string& line : violations) console.Note(line);
  }
}

void TellStored(const Answer& answer, const std::string& file, const Checked& seen,
                const std::optional<Uuid>& replaced, Console& console) {
  const Inserted& inserted = answer.inserted;
  JsonObject line;
  line.Add("file", file)
      .Add("id", FormatUuid(inserted.id))
      .Add("avsendersMeldingsidentifikator", MaskIdentifier(answer.identifikator.reveal()))
      .Add("state", StateName(inserted.state))
      .Add("new", inserted.is_new);
  if (replaced) line.Add("replaces", FormatUuid(*replaced)).Add("passed", inserted.passed);
  if (!seen.violations.empty()) AddViolations(line, seen);
  console.Line(line);
}

std::string Remark(const Inserted& inserted, const std::optional<Uuid>& replaced) {
  std::string remark;
  if (replaced) {
    remark = fmt::format("  in place of {}, which is cancelled", FormatUuid(*replaced));
    if (inserted.passed) remark += "; it goes after those that waited for that one";
  }
  if (!inserted.is_new) remark += fmt::format("  (there already, {})", StateName(inserted.state));
  return remark;
}

}  // namespace

void TellAnswer(const Answer& answer, Console& console, const std::optional<Uuid>& replaced) {
  const std::string file = MaskIdentifier(answer.label);
  Checked seen;
  seen.violations = answer.violations;
  seen.more = answer.more_violations;
  if (!answer.status.ok()) {
    if (console.json()) {
      JsonObject error = FailureJson(answer.status);
      AddViolations(error, seen);
      console.Line(JsonObject().Add("file", file).Add("error", error));
      return;
    }
    // Warnings of a document that is refused for something else are not what to correct.
    const bool invalid = answer.status.code() == Code::kInvalid;
    TellRefusal(file, answer.status, invalid ? ViolationLines(seen) : std::vector<std::string>(),
                console);
    return;
  }
  if (console.json()) {
    TellStored(answer, file, seen, replaced, console);
    return;
  }
  console.Text(fmt::format("{}  {}{}", FormatUuid(answer.inserted.id), file,
                           Remark(answer.inserted, replaced)));
  for (const std::string& warning : ViolationLines(seen)) {
    console.Note(fmt::format("{}:{}", file, warning));
  }
}

}  // namespace utboks::app

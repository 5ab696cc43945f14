#include "producer/app/verdict_view.h"

#include <fmt/format.h>

#include "producer/intake/kept_refusal.h"

namespace utboks::app {

void AddKind(JsonObject& object, const Checked& checked) {
  for (const auto& [name, value] :
       {std::pair("ressurs", &checked.ressurs), std::pair("edition", &checked.edition)}) {
    if (value->empty()) {
      object.AddNull(name);
    } else {
      object.Add(name, *value);
    }
  }
}

void AddViolations(JsonObject& object, const Checked& checked) {
  object.Add("violations", ViolationsJson(checked.violations));
  if (checked.more > 0) object.Add("more", checked.more);
}

std::string KindText(const Checked& checked) {
  if (checked.ressurs.empty()) return "";
  if (checked.edition.empty()) return ", " + checked.ressurs;
  return fmt::format(", {} {}", checked.ressurs, checked.edition);
}

std::vector<std::string> ViolationLines(const Checked& checked) {
  std::vector<std::string> lines;
  for (const Violation& violation : checked.violations) {
    std::string place;
    if (violation.line > 0) {
      place = fmt::format("line {}, column {}", violation.line, violation.column);
    }
    if (!violation.path.empty()) place += (place.empty() ? "" : ", ") + violation.path;
    lines.push_back(fmt::format("  {}{}{}{} ({})", violation.warning ? "warning: " : "", place,
                                place.empty() ? "" : ": ", violation.text, violation.rule));
  }
  if (checked.more > 0) lines.push_back(fmt::format("  and {} more", checked.more));
  return lines;
}

}  // namespace utboks::app

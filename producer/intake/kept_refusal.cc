#include "producer/intake/kept_refusal.h"

#include <string>

#include "queue/reason.h"

namespace utboks {

JsonList ViolationsJson(std::span<const Violation> violations) {
  JsonList list;
  for (const Violation& violation : violations) {
    JsonObject one;
    one.Add("rule", violation.rule)
        .Add("line", violation.line)
        .Add("column", violation.column)
        .Add("path", violation.path)
        .Add("text", violation.text);
    if (violation.warning) one.Add("warning", true);
    list.Add(one);
  }
  return list;
}

Refusal RefusalOf(const Answer& answer) {
  JsonObject details;
  details.Add("code", CodeName(answer.status.code())).Add("text", answer.status.text());
  details.Add("violations", ViolationsJson(answer.violations));
  if (answer.more_violations > 0) details.Add("more", answer.more_violations);
  const bool ours = answer.status.code() == Code::kInternal;
  return {std::string(ours ? reason::kFault : reason::kInvalid), SensitiveText(details.Text())};
}

}  // namespace utboks

// How a checked document is shown, by `validate` and `enqueue` alike.  Pure.
#pragma once

#include <string>
#include <vector>

#include "producer/xml/validator.h"
#include "queue/base/json.h"

namespace utboks::app {

// ressurs and edition; null where the document is of none.
void AddKind(JsonObject& object, const Checked& checked);
// violations[{rule, line, column, path, text}], with `warning` where it is only that,
// and `more` where there were more.
void AddViolations(JsonObject& object, const Checked& checked);

// ", doedsfall_v1 1.1"; "" where the document is of no resource.
std::string KindText(const Checked& checked);
// "  line 3, column 5, /a/b: text (rule)", one per violation.
std::vector<std::string> ViolationLines(const Checked& checked);

}  // namespace utboks::app

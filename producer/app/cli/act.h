// What commands that go through many messages or documents have in common.
#pragma once

#include <string>
#include <vector>

#include "producer/app/console.h"
#include "producer/app/parts.h"
#include "producer/ops/operator.h"

namespace utboks::app {

// The messages that `words` name; each that does not exist is reported and makes
// the exit code at least 1 (`exit_code`).  A failure is the store's.  In the order in
// which they arrived: what is sent again keeps it.
Result<Selection> Resolve(Operator& desk, const std::vector<std::string>& words, Console& console,
                          int* exit_code);

// Does it and reports each; the exit code is the first of 75 and 1 that applies,
// `exit_code` included.
Result<int> ActOn(Operator& desk, Decision decision, const std::vector<Uuid>& ids,
                  const ActOptions& options, const Actor& actor, Console& console, int exit_code);

// What a selection is made of, by cause; on standard output.
void ShowCauses(const Selection& selection, Console& console);

// The document `file` could not be looked at; `status` says why and names it.
void ReportFailure(const std::string& file, const Status& status, Console& console);

// kUsage unless `ressurs` is in the catalogue or empty.
Status CheckRessurs(Parts& parts, const std::string& ressurs);

}  // namespace utboks::app

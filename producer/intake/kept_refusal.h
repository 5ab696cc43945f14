// What is kept of a refused document's answer, to be told later.  Pure.
#pragma once

#include <span>

#include "producer/domain/violation.h"
#include "producer/intake/acceptor.h"
#include "queue/base/json.h"
#include "queue/message.h"

namespace utboks {

// [{rule, line, column, path, text}], with `warning` where it is only that.
JsonList ViolationsJson(std::span<const Violation> violations);

// {code, text, violations, more}: the same that `enqueue --json` would have said.
Refusal RefusalOf(const Answer& answer);

}  // namespace utboks

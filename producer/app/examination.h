// Looks at everything `utboks doctor` judges, in the order of its lines.  Writes
// nothing and opens no store; asks the register HEAD and nothing else.
#pragma once

#include <functional>

#include "producer/app/finding.h"
#include "producer/app/parts.h"

namespace utboks::app {

// Each finding is told as soon as it is made, for the register may take its time:
// at most connect_timeout and response_timeout for each resource.
using Tell = std::function<void(const Finding& finding)>;

void Examine(Parts& parts, const Tell& tell);

}  // namespace utboks::app

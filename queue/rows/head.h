// Learning, at a worker's start, what HEAD is answered when all is well.
#pragma once

#include <string_view>

#include "queue/message.h"
#include "queue/rows/work.h"

namespace utboks::rows {

Result<HeadTurn> ClaimHeadRow(Work& work, std::string_view ressurs);
Status LearnHeadRow(Work& work, std::string_view ressurs, const HeadResult& head);

}  // namespace utboks::rows

// Learning, at a worker's start, what HEAD is answered when all is well.
#pragma once

#include <string_view>

#include "queue/message.h"
#include "queue/sqlite/work.h"

namespace utboks::sqlite {

Result<HeadTurn> ClaimHeadRow(Work& work, std::string_view ressurs);
Status LearnHeadRow(Work& work, std::string_view ressurs, const HeadResult& head);

}  // namespace utboks::sqlite

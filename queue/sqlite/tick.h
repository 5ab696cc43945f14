// What time does by itself (delivery.md §9, §11).
#pragma once

#include <vector>

#include "queue/sqlite/work.h"

namespace utboks::sqlite {

Result<std::vector<AlarmChange>> TickRows(Work& work, bool disk_low);

}  // namespace utboks::sqlite

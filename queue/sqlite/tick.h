// What time does by itself, once a minute and at start (delivery.md §11).
#pragma once

#include <cstdint>
#include <string>

#include "queue/sqlite/work.h"

namespace utboks::sqlite {

Status TickRows(Work& work, const std::string& path, std::uint64_t min_free);

}  // namespace utboks::sqlite

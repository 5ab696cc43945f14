// Days and times as documents write them (xs:date, xs:dateTime).  Pure.
#pragma once

#include <optional>
#include <string_view>

#include "queue/base/clock.h"

namespace utboks {

using Day = std::chrono::sys_days;

// The day that an xs:date names, whatever its zone; nothing of one that is none, or
// lies outside the years 1 to 9999.
std::optional<Day> ReadDay(std::string_view text);

struct ReadTime {
  // As UTC; of a time without zone, as if it were one in Norway that is as early as it
  // can be.
  WallTime at{};
  bool zone = false;
};
// Of an xs:dateTime; nothing as above.
std::optional<ReadTime> ReadDateTime(std::string_view text);

// The day in Norway, in its summer time the whole year: in winter an hour early.
Day TodayInNorway(WallTime now);

}  // namespace utboks

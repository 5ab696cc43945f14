// Durations, sizes and times as people write them, in utboks.toml and on the
// command line.  Pure.  Failures are kUsage, with a text that says the right form
// and does not name the setting: the caller knows where it stood.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks::app {

// A whole number and ms, s, m, h or d: "500ms", "15m", "14d".  At most 100 years.
Result<Millis> ParseDuration(std::string_view text);
// In the largest unit that leaves nothing over: "90s", "15m", "0s".
std::string FormatDuration(Millis duration);

// A whole number and B, KiB, MiB or GiB.
Result<std::int64_t> ParseSize(std::string_view text);
std::string FormatSize(std::int64_t bytes);

// RFC 3339 with a zone ("2026-11-23T22:15:00+01:00"), or "+2h" from `now`.  A time
// without a zone is refused: two people would read it as two times.
Result<WallTime> ParseTime(std::string_view text, WallTime now);

}  // namespace utboks::app

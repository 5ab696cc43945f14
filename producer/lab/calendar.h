// A calendar of outages: when the register was, or is meant to be, out of order.
//
// Read from CSV whose first line names the columns, in any order, others beside them
// ignored:
//   id                            one word per row, no two alike
//   start_utc, end_utc            2021-05-12T11:00Z, seconds allowed; end empty = not known
//   planned                       yes, no
//   affects_producer_submission   yes, likely, no
//   effect                        down, read-only (nothing is taken: as down), unstable,
//                                 delayed-feedback (everything is taken)
// and, where they are there:
//   time_source                   a row with "cancelled" in it never happened
//   answer                        how a failing request showed it: refused, 500,
//                                 503-html, 404, hang, 429
// The columns are those in which the operating notices of 2018 to 2024 are kept.  Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "producer/lab/failure.h"
#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks::lab {

enum class Effect { kDown, kUnstable, kDelayedFeedback };

struct Outage {
  std::string id;
  WallTime start{}, end{};
  bool planned = false;
  Effect effect = Effect::kDown;
  std::optional<Failure> answer;
};

struct Calendar {
  std::vector<Outage> outages;  // in the order of their starts
  // Rows that are not replayed, and why.
  int cancelled = 0;
  int of_others = 0;  // producers were not affected
  int without_start = 0;
  int without_end = 0;

  int left_out() const { return cancelled + of_others + without_start + without_end; }
};

// kInvalid: "NAME, line N: why" names the first line that is wrong.
Result<Calendar> ParseCalendar(std::string_view text, std::string_view name);

}  // namespace utboks::lab

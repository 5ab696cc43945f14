// Calendars that nobody lived through, for property tests.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>

#include "producer/lab/calendar.h"
#include "queue/base/random.h"

namespace utboks::lab {

// Some outages of a week of 2021, of every kind, that may overlap.
inline Calendar RandomCalendar(Random& random) {
  constexpr Failure kAnswers[] = {Failure::kRefused,  Failure::kServerError, Failure::kWebPage,
                                  Failure::kNotFound, Failure::kHang,        Failure::kThrottled};
  const WallTime monday = std::chrono::sys_days(std::chrono::year(2021) / 5 / 10);
  Calendar calendar;
  const auto outages = 1 + random.Below(6);
  for (std::uint64_t i = 0; i < outages; ++i) {
    Outage outage;
    outage.id = std::to_string(i);
    outage.start = monday + random.Between(Millis(0), std::chrono::hours(24 * 7));
    const Millis longest = random.Below(2) == 0 ? Millis(300'000) : Millis(std::chrono::hours(12));
    outage.end = outage.start + random.Between(Millis(1'000), longest);
    outage.effect = static_cast<Effect>(random.Below(3));
    // An unstable register that takes requests and does not answer may cost messages their
    // limit of doubts: docs/policy-lab.md.
    if (outage.effect == Effect::kUnstable) {
      constexpr Failure kFlaky[] = {Failure::kRefused, Failure::kServerError, Failure::kWebPage,
                                    Failure::kNotFound, Failure::kThrottled};
      outage.answer = kFlaky[random.Below(std::size(kFlaky))];
    } else {
      outage.answer = kAnswers[random.Below(std::size(kAnswers))];
    }
    calendar.outages.push_back(outage);
  }
  std::ranges::stable_sort(calendar.outages, {}, &Outage::start);
  return calendar;
}

}  // namespace utboks::lab

// Which alarms stand (delivery.md §9): a pure look at what the store knows.
//
// Alarms whose cause lies outside the store (certificate-expiry, clock, key,
// store-busy) are set by whoever sees it; those that stand until acknowledged
// (double, accepted-late, mixed-answer, odd-success) are raised by a disposition.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "queue/base/clock.h"
#include "queue/gate.h"

namespace utboks {

// A closed resource is not yet news: most closings are over sooner.
inline constexpr Millis kResourceClosedAfter{2 * 60'000};
// So long a doubt is settled by the next send, as a rule.
inline constexpr Millis kInDoubtAfter{10 * 60'000};

// The Date of the register's answers counts whole seconds, and an answer takes its
// time: less than this says nothing of our clock.
inline constexpr Millis kClockOff{60'000};
// Of alarm `clock` and of doctor.
bool ClockIsOff(WallTime theirs, WallTime ours);

struct AlarmFacts {
  std::vector<Gate> gates;        // the site's has the name ""
  std::int64_t held = 0;          // messages that wait for a person
  std::int64_t head_blocked = 0;  // held or rejected heads with followers behind them
  std::int64_t in_doubt = 0;      // in doubt for longer than kInDoubtAfter
  bool disk_low = false;          // below min_free: nothing is taken in
};

struct StandingAlarm {
  std::string name;
  std::string subject;  // a resource, or ""
  std::int64_t count = 1;
  bool operator==(const StandingAlarm&) const = default;
};

// The names that StandingAlarms speaks for: one of these that it does not give is over.
inline constexpr std::array<std::string_view, 8> kStoreAlarms = {
    "site-closed", "resource-closed", "blame-run", "credential",
    "held",        "head-blocked",    "in-doubt",  "disk"};

std::vector<StandingAlarm> StandingAlarms(const AlarmFacts& facts, WallTime now);

}  // namespace utboks

// Time, as the rest of the program sees it: passed in, so that tests own it.
//
// Due times, leases and history are wall clock (UTC, whole milliseconds);
// waits in memory are monotonic (delivery.md §11).  Implementations are safe
// for many threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <stop_token>
#include <string>

namespace utboks {

using Millis = std::chrono::milliseconds;
using WallTime = std::chrono::sys_time<Millis>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime Wall() const = 0;
  virtual SteadyTime Steady() const = 0;
  // Waits until `until`, or until `stop` is asked for; true when the time came.
  virtual bool WaitUntil(SteadyTime until, const std::stop_token& stop) = 0;
};

// The machine's clocks.  Lives as long as the process.
Clock& SystemClock();

// "2026-11-23T22:15:00.123Z": the form of every time in JSON and in the log.
std::string FormatUtc(WallTime time);
// "2026-11-23 23:15:00 +01:00" in Europe/Oslo: the form people see in tables.
std::string FormatOslo(WallTime time);

inline WallTime WallFromMillis(long long since_epoch) {
  return WallTime(Millis(since_epoch));
}
inline long long ToMillis(WallTime time) {
  return time.time_since_epoch().count();
}

}  // namespace utboks

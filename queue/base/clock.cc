#include "queue/base/clock.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <time.h>

#include <mutex>

namespace utboks {
namespace {

class MachineClock final : public Clock {
 public:
  WallTime Wall() const override {
    return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  }
  SteadyTime Steady() const override { return std::chrono::steady_clock::now(); }
  bool WaitUntil(SteadyTime until, const std::stop_token& stop) override {
    std::mutex mutex;
    std::condition_variable_any waiter;
    std::unique_lock lock(mutex);
    waiter.wait_until(lock, stop, until, [] { return false; });
    return !stop.stop_requested();
  }
};

// Offset of Europe/Oslo from UTC by the EU rule in force since 1996: summer time
// from the last Sunday of March to the last Sunday of October, 01:00 UTC.  The
// rule is written out because the C library has no thread-safe way to ask for a
// zone other than the process's own, and GCC 12 has no std::chrono zones.
Millis OsloOffset(WallTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const auto last_sunday = [&](month in) {
    return sys_days(date.year() / in / Sunday[last]) + hours(1);
  };
  const bool summer = time >= last_sunday(March) && time < last_sunday(October);
  return summer ? Millis(hours(2)) : Millis(hours(1));
}

}  // namespace

Clock& SystemClock() {
  static MachineClock clock;
  return clock;
}

std::string FormatUtc(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = (time - whole).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03d}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), rest);
}

std::string FormatOslo(WallTime time) {
  const Millis offset = OsloOffset(time);
  const auto local = std::chrono::floor<std::chrono::seconds>(time + offset);
  return fmt::format("{:%Y-%m-%d %H:%M:%S} +{:02d}:00",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(local)),
                     std::chrono::duration_cast<std::chrono::hours>(offset).count());
}

}  // namespace utboks

#include "queue/base/clock.h"

#include <gtest/gtest.h>

namespace utboks {
namespace {

TEST(ClockTest, WritesUtcWithMilliseconds) {
  EXPECT_EQ(FormatUtc(WallFromMillis(1'795'475'700'123)), "2026-11-23T23:15:00.123Z");
}

TEST(ClockTest, ShowsPeopleOsloTimeWithItsOffset) {
  struct Case {
    const char* what;
    long long utc;
    const char* oslo;
  };
  const Case cases[] = {
      {"winter", 1'795'475'700'000, "2026-11-24 00:15:00 +01:00"},
      {"summer", 1'782'864'000'000, "2026-07-01 02:00:00 +02:00"},
      {"last second of winter time", 1'774'745'999'000, "2026-03-29 01:59:59 +01:00"},
      {"first second of summer time", 1'774'746'000'000, "2026-03-29 03:00:00 +02:00"},
      {"last second of summer time", 1'792'889'999'000, "2026-10-25 02:59:59 +02:00"},
      {"first second after it", 1'792'890'000'000, "2026-10-25 02:00:00 +01:00"},
  };
  for (const Case& c : cases) EXPECT_EQ(FormatOslo(WallFromMillis(c.utc)), c.oslo) << c.what;
}

TEST(ClockTest, AWaitEndsWhenItIsToldToStop) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(
      SystemClock().WaitUntil(SystemClock().Steady() + std::chrono::hours(1), stop.get_token()));
}

}  // namespace
}  // namespace utboks

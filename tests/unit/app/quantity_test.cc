#include "producer/app/quantity.h"

#include <gtest/gtest.h>

namespace utboks::app {
namespace {

TEST(QuantityTest, DurationsReadAndWrite) {
  struct Case {
    const char* text;
    long long ms;
    const char* written;
  };
  const Case cases[] = {{"0s", 0, "0s"},           {"500ms", 500, "500ms"},
                        {"90s", 90'000, "90s"},    {"60s", 60'000, "1m"},
                        {"15m", 900'000, "15m"},   {"36h", 129'600'000, "36h"},
                        {"24h", 86'400'000, "1d"}, {"14d", 1'209'600'000, "14d"}};
  for (const Case& c : cases) {
    const auto duration = ParseDuration(c.text);
    ASSERT_TRUE(duration.ok()) << c.text;
    EXPECT_EQ(duration->count(), c.ms) << c.text;
    EXPECT_EQ(FormatDuration(*duration), c.written);
  }
}

TEST(QuantityTest, WhatIsNoDurationIsRefused) {
  for (const char* text : {"", "s", "10", "10 s", " 10s", "10S", "1.5h", "-1s", "+1s", "10sec",
                           "10w", "99999999999999999999s", "9223372036854775807d", "36526d"}) {
    EXPECT_EQ(ParseDuration(text).code(), Code::kUsage) << text;
  }
}

TEST(QuantityTest, SizesReadAndWrite) {
  EXPECT_EQ(*ParseSize("0B"), 0);
  EXPECT_EQ(*ParseSize("2MiB"), 2LL << 20);
  EXPECT_EQ(FormatSize(2LL << 20), "2MiB");
  EXPECT_EQ(FormatSize(1500), "1500B");
  EXPECT_EQ(FormatSize(0), "0B");
  for (const char* text : {"", "2", "2MB", "2M", "2mib", "-1B", "99999999999GiB"}) {
    EXPECT_EQ(ParseSize(text).code(), Code::kUsage) << text;
  }
}

TEST(QuantityTest, TimesAreWithZoneOrFromNow) {
  const WallTime now = WallFromMillis(1'000);
  struct Case {
    const char* text;
    long long ms;
  };
  const Case cases[] = {{"+2h", 7'201'000},
                        {"+0s", 1'000},
                        {"2026-11-23T23:15:00Z", 1'795'475'700'000},
                        {"2026-11-24T00:15:00+01:00", 1'795'475'700'000},
                        {"2026-11-23 19:45:00-03:30", 1'795'475'700'000},
                        {"2026-11-23t23:15:00.5z", 1'795'475'700'500},
                        {"2026-11-23T23:15:00.123987Z", 1'795'475'700'123},
                        {"2024-02-29T00:00:00Z", 1'709'164'800'000}};
  for (const Case& c : cases) {
    const auto time = ParseTime(c.text, now);
    ASSERT_TRUE(time.ok()) << c.text;
    EXPECT_EQ(ToMillis(*time), c.ms) << c.text;
  }
}

TEST(QuantityTest, TimesThatCouldBeReadTwiceAreRefused) {
  const auto without_zone = ParseTime("2026-11-23T23:15:00", WallFromMillis(0));
  EXPECT_EQ(without_zone.code(), Code::kUsage);
  EXPECT_NE(without_zone.status().text().find("zone"), std::string::npos);
  for (const char* text : {"", "+", "+2", "2h", "now", "2026-11-23", "2026-02-30T00:00:00Z",
                           "2026-13-01T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T23:60:00Z",
                           "2026-11-23T23:15Z", "2026-11-23T23:15:00.Z", "2026-11-23T23:15:00+1:00",
                           "2026-11-23T23:15:00+01:00x", "23.11.2026 23:15"}) {
    EXPECT_EQ(ParseTime(text, WallFromMillis(0)).code(), Code::kUsage) << text;
  }
}

}  // namespace
}  // namespace utboks::app

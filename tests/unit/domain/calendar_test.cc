#include "producer/domain/calendar.h"

#include <gtest/gtest.h>

#include <string>

namespace utboks {
namespace {

std::string DayText(std::string_view text) {
  const auto day = ReadDay(text);
  return day ? FormatUtc(*day).substr(0, 10) : "-";
}
std::string TimeText(std::string_view text) {
  const auto time = ReadDateTime(text);
  return time ? FormatUtc(time->at).substr(0, 19) + (time->zone ? "" : "?") : "-";
}

TEST(ReadDay, WhateverTheZone) {
  EXPECT_EQ(DayText("2024-02-29"), "2024-02-29");
  EXPECT_EQ(DayText(" \n2024-12-31+14:00\t"), "2024-12-31");
  EXPECT_EQ(ReadDay("0001-01-01Z"), Day(std::chrono::January / 1 / 1)) << "beyond what prints";
  for (const char* none :
       {"", " ", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "0000-01-01",
        "-2024-01-01", "12024-01-01", "24-01-01", "2024-1-1", "2024-01-01+15:00", "2024-01-01x",
        "2024-01-01+1:00", "2024-01-01+01:60", "2024-01-01+01:000", "+024-01-01"}) {
    EXPECT_EQ(DayText(none), "-") << none;
  }
}

TEST(ReadDateTime, AsUtcAndWithoutZoneAsEarlyAsNorwayCanMeanIt) {
  EXPECT_EQ(TimeText("2024-05-21T09:30:00+02:00"), "2024-05-21T07:30:00");
  EXPECT_EQ(TimeText("2024-05-21T09:30:00.719Z"), "2024-05-21T09:30:00");
  EXPECT_EQ(TimeText("2024-05-21T23:30:00-01:30"), "2024-05-22T01:00:00");
  EXPECT_EQ(TimeText("2024-05-21T24:00:00Z"), "2024-05-22T00:00:00");
  EXPECT_EQ(TimeText(" 2018-09-01T15:04:47.719 "), "2018-09-01T13:04:47?");
  for (const char* none :
       {"", "2024-05-21", "2024-05-21T", "2024-05-21 09:30:00", "2024-05-21T9:30:00",
        "2024-05-21T09:30", "2024-05-21T09:60:00", "2024-05-21T09:30:60", "2024-05-21T25:00:00",
        "2024-05-21T09:30:00.", "2024-05-21T09:30:00.x", "2024-05-21T09:30:00+2"}) {
    EXPECT_EQ(TimeText(none), "-") << none;
  }
}

TEST(TodayInNorway, IsNeverADayLate) {
  const auto at = [](std::string_view text) {
    return FormatUtc(TodayInNorway(ReadDateTime(text)->at)).substr(0, 10);
  };
  EXPECT_EQ(at("2024-07-01T21:59:59Z"), "2024-07-01");
  EXPECT_EQ(at("2024-07-01T22:00:00Z"), "2024-07-02");
  EXPECT_EQ(at("2024-01-01T23:00:00Z"), "2024-01-02");
}

}  // namespace
}  // namespace utboks

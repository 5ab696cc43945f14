// The calendar's file: what is read, what is left out, and what is refused.
#include "producer/lab/calendar.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "producer/lab/csv.h"
#include "tests/lab/comparison.h"

namespace utboks::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kHeads =
    "id,start_utc,end_utc,planned,affects_producer_submission,effect";

Result<Calendar> Read(std::string_view rows) {
  return ParseCalendar(fmt::format("{}\n{}", kHeads, rows), "outages.csv");
}

WallTime At(int hour, int minute) {
  using namespace std::chrono;
  return WallTime(sys_days(2021y / May / 12)) + hours(hour) + minutes(minute);
}

TEST(CalendarTest, ReadsWhatItNeedsWhateverElseStandsThere) {
  const auto calendar = ParseCalendar(
      "\xEF\xBB\xBF"
      "note,effect,id,end_utc,start_utc,planned,affects_producer_submission,answer\r\n"
      "\"told late, "
      "\"\"Mottak\"\"\nstopped\",down,b,2021-05-12T12:30Z,2021-05-12T11:00:30Z,no,yes,404\r\n"
      "\r\n"
      ",unstable,a,2021-05-12T10:00Z,2021-05-12T09:00Z,yes,likely,\r\n"
      ",read-only,c,2021-05-12T16:00Z,2021-05-12T15:00Z,yes,yes,\r\n"
      ",delayed-feedback,d,2021-05-12T18:00Z,2021-05-12T17:00Z,yes,yes,",
      "x");
  ASSERT_TRUE(calendar.ok()) << calendar.status().text();
  ASSERT_EQ(calendar->outages.size(), 4U);
  const Outage& a = calendar->outages[0];
  const Outage& b = calendar->outages[1];
  EXPECT_EQ(a.id, "a");
  EXPECT_EQ(a.start, At(9, 0));
  EXPECT_EQ(a.end, At(10, 0));
  EXPECT_TRUE(a.planned);
  EXPECT_EQ(a.effect, Effect::kUnstable);
  EXPECT_EQ(a.answer, std::nullopt);
  EXPECT_EQ(b.id, "b");
  EXPECT_EQ(b.start, At(11, 0) + std::chrono::seconds(30));
  EXPECT_FALSE(b.planned);
  EXPECT_EQ(b.effect, Effect::kDown);
  EXPECT_EQ(b.answer, Failure::kNotFound);
  EXPECT_EQ(calendar->outages[2].effect, Effect::kDown) << "nothing is taken by who only reads";
  EXPECT_EQ(calendar->outages[3].effect, Effect::kDelayedFeedback);
  EXPECT_EQ(calendar->left_out(), 0);
}

TEST(CalendarTest, WhatCannotBeReplayedIsLeftOutAndCounted) {
  const auto calendar = ParseCalendar(
      "id,start_utc,end_utc,planned,affects_producer_submission,effect,time_source\n"
      "a,2021-05-12T11:00Z,,no,yes,down,end:not-stated\n"
      "b,,2021-05-12T11:00Z,no,yes,down,\n"
      "c,2021-05-12T11:00Z,2021-05-12T12:00Z,no,no,,\n"
      "d,2021-05-12T11:00Z,2021-05-12T12:00Z,no,no,of a kind of their own,\n"
      "e,2021-05-12T11:00Z,2021-05-12T12:00Z,yes,yes,down,start:stated;cancelled\n"
      "f,2021-05-12T11:00Z,2021-05-12T12:00Z,yes,yes,down,\n"
      "g,,,yes,yes,down,\n",
      "x");
  ASSERT_TRUE(calendar.ok()) << calendar.status().text();
  EXPECT_EQ(calendar->outages.size(), 1U);
  EXPECT_EQ(calendar->without_end, 1);
  EXPECT_EQ(calendar->without_start, 2);
  EXPECT_EQ(calendar->of_others, 2);
  EXPECT_EQ(calendar->cancelled, 1);
  EXPECT_EQ(calendar->left_out(), 6);
}

TEST(CalendarTest, AWrongLineIsNamedWithItsFault) {
  struct Case {
    const char* row;
    const char* fault;
  };
  const Case cases[] = {
      {",2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,down", "id is empty"},
      {"a,2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes", "5 fields, the first line names 6 columns"},
      {"a,2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,down,", "7 fields"},
      {"a,2021-05-12T11:00,2021-05-12T12:00Z,no,yes,down", "start_utc is no time like"},
      {"a,2021-05-12 11:00Z,2021-05-12T12:00Z,no,yes,down", "start_utc is no time like"},
      {"a,2021-02-29T11:00Z,2021-05-12T12:00Z,no,yes,down", "start_utc is no time like"},
      {"a,2021-05-12T11:00Z,2021-05-12T24:00Z,no,yes,down", "end_utc is no time like"},
      {"a,2021-05-12T11:00Z,2021-05-12T12:0xZ,no,yes,down", "end_utc is no time like"},
      {"a,2021-05-12T11:00Z,2021-05-12T12:00+02:00,no,yes,down", "end_utc is no time like"},
      {"a,2021-05-12T11:00Z,2021-05-12T11:00Z,no,yes,down", "end_utc does not come after"},
      {"a,2021-05-12T11:00Z,2021-06-13T11:00Z,no,yes,down", "more than 31 days"},
      {"a,2021-05-12T11:00Z,2021-05-12T12:00Z,perhaps,yes,down", "planned is neither"},
      {"a,2021-05-12T11:00Z,2021-05-12T12:00Z,no,,down", "affects_producer_submission is none of"},
      {"a,2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,", "effect is none of"},
      {"a,2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,Down", "effect is none of"},
      {"a,\"2021,2021-05-12T12:00Z,no,yes,down", "a quoted field never ends"},
      {"\"a\"b,2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,down", "behind a closing quote"},
      {"a\"b,2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,down", "a quote inside a field"},
  };
  constexpr const char* kGood = "ok,2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,down\n";
  for (const Case& c : cases) {
    const auto calendar = Read(std::string(kGood) + c.row + "\n");
    ASSERT_FALSE(calendar.ok()) << c.row;
    EXPECT_EQ(calendar.code(), Code::kInvalid);
    EXPECT_THAT(calendar.status().text(), StartsWith("outages.csv, line 3: ")) << c.row;
    EXPECT_THAT(calendar.status().text(), HasSubstr(c.fault)) << c.row;
  }
}

TEST(CalendarTest, LinesOfAFileAreCountedThroughQuotedLineEnds) {
  const auto calendar = Read("\"a\n\nb\",2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,down\nc\n");
  ASSERT_FALSE(calendar.ok());
  EXPECT_THAT(calendar.status().text(), HasSubstr("line 5: "));
}

TEST(CalendarTest, TheSameIdTwiceAndColumnsThatAreMissingOrTwiceAreRefused) {
  constexpr const char* kRow = "a,2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,down\n";
  EXPECT_THAT(Read(std::string(kRow) + kRow).status().text(),
              HasSubstr("line 3: a row before it has the same id"));
  EXPECT_THAT(ParseCalendar("id,end_utc\n", "x").status().text(),
              HasSubstr("x, line 1: there is no column start_utc"));
  EXPECT_THAT(ParseCalendar("id,id\n", "x").status().text(), HasSubstr("two columns"));
  EXPECT_THAT(ParseCalendar("", "x").status().text(), HasSubstr("x, line 1"));
}

TEST(CalendarTest, AnEmptyCalendarIsOne) {
  const auto calendar = Read("");
  ASSERT_TRUE(calendar.ok());
  EXPECT_TRUE(calendar->outages.empty());
}

TEST(CsvTest, FieldsAndLineEnds) {
  const auto rows = ReadCsv("a,,\"b,\"\"c\"\"\"\r\n\n\"\",x\r\nlast", 10);
  ASSERT_TRUE(rows.ok()) << rows.status().text();
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_THAT((*rows)[0].fields, ElementsAre("a", "", "b,\"c\""));
  EXPECT_THAT((*rows)[1].fields, ElementsAre("", "x"));
  EXPECT_EQ((*rows)[1].line, 3);
  EXPECT_THAT((*rows)[2].fields, ElementsAre("last"));
  EXPECT_THAT(ReadCsv("a\nb\nc\n", 2).status().text(), HasSubstr("line 3: more than 2 rows"));
}

TEST(BuiltInHistoryTest, HoldsTheOutagesOfSevenYears) {
  const Calendar calendar = BuiltInHistory();
  EXPECT_EQ(calendar.outages.size(), 134U);
  EXPECT_EQ(calendar.cancelled, 7);
  EXPECT_EQ(calendar.without_start, 2);
  EXPECT_EQ(calendar.without_end, 23);
  EXPECT_EQ(calendar.outages.size() + static_cast<std::size_t>(calendar.left_out()), 258U);
  EXPECT_EQ(FormatUtc(calendar.outages.front().start).substr(0, 4), "2018");
  EXPECT_EQ(FormatUtc(calendar.outages.back().start).substr(0, 4), "2024");
  int not_found = 0;
  for (const Outage& outage : calendar.outages) {
    if (outage.answer == Failure::kNotFound) {
      ++not_found;
      EXPECT_EQ(FormatUtc(outage.start), "2024-04-16T11:05:00.000Z");
    }
  }
  EXPECT_EQ(not_found, 1) << "the register answered 404 for four hours";
}

}  // namespace
}  // namespace utboks::lab

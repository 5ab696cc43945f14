// What is measured, by hand; and what weather and mail are made of.
#include "producer/lab/measures.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <set>
#include <vector>

#include "producer/lab/plot.h"
#include "tests/lab/comparison.h"

namespace utboks::lab {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const WallTime kMay12 = std::chrono::sys_days(std::chrono::year(2021) / 5 / 12);

Outage Down(const char* id, Millis from, Millis to, Failure answer = Failure::kServerError) {
  return {.id = id, .start = kMay12 + from, .end = kMay12 + to, .answer = answer};
}

TEST(SpreadTest, IsTheNearestRank) {
  EXPECT_FALSE(SpreadOf({}).p50.has_value());
  std::vector<Millis> waits;
  for (int i = 100; i >= 1; --i) waits.emplace_back(i);
  const Spread spread = SpreadOf(waits);
  EXPECT_EQ(spread.p50, Millis(50));
  EXPECT_EQ(spread.p99, Millis(99));
  EXPECT_EQ(spread.most, Millis(100));
  EXPECT_EQ(SpreadOf({Millis(7)}).p99, Millis(7));
}

TEST(PeakTest, CountsWhatLiesInAnyWindow) {
  Peak peak{seconds(1)};
  for (const int at : {0, 400, 999, 1'000, 1'200, 1'399, 5'000}) peak.Add(kMay12 + Millis(at));
  EXPECT_EQ(peak.most(), 5) << "from 400 to 1399: a window is open at its end";
}

TEST(WeatherTest, OutagesThatTouchAreOneAndTheWorseOneShows) {
  Calendar calendar;
  calendar.outages = {Down("a", hours(1), hours(3)), Down("b", hours(2), hours(4)),
                      Down("c", hours(4), hours(5)), Down("d", hours(6), hours(7)),
                      Down("late", hours(8), hours(9))};
  calendar.outages[0].effect = Effect::kUnstable;
  calendar.outages[1].answer = Failure::kRefused;
  calendar.outages[4].effect = Effect::kDelayedFeedback;
  const Weather weather(calendar, 1);
  ASSERT_EQ(weather.episodes().size(), 2U);
  EXPECT_EQ(weather.episodes()[0].ids, "a+b+c");
  EXPECT_TRUE(weather.episodes()[0].down);
  EXPECT_EQ(weather.episodes()[0].end, kMay12 + hours(5));
  const std::unique_ptr<Random> random = SeededRandom(1);
  const auto at = [&](Millis when) { return weather.Meets(kMay12 + when, *random); };
  EXPECT_EQ(at(hours(1) - Millis(1)), Failure::kNone);
  EXPECT_EQ(at(minutes(150)), Failure::kRefused) << "b is down, a only unstable";
  EXPECT_EQ(at(minutes(270)), Failure::kServerError);
  EXPECT_EQ(at(hours(5)), Failure::kNone) << "the last moment belongs to it no more";
  EXPECT_EQ(at(minutes(510)), Failure::kNone) << "late feedback fails nothing";
  int failed = 0;
  for (int i = 0; i < 1'000; ++i) failed += at(minutes(90)) != Failure::kNone ? 1 : 0;
  EXPECT_GT(failed, 250);
  EXPECT_LT(failed, 980);
  EXPECT_EQ(weather.EpisodeAt(kMay12 + minutes(330)), -1);
  EXPECT_EQ(weather.EpisodeAt(kMay12 + minutes(390)), 1);
}

TEST(WeatherTest, WhatIsDrawnForAnOutageDependsOnNoOther) {
  const Calendar whole = BuiltInHistory();
  const Weather history(whole, 1);
  std::set<Failure> kinds;
  const std::unique_ptr<Random> random = SeededRandom(1);
  for (const Outage& outage : whole.outages) {
    if (outage.effect != Effect::kDown) continue;
    Calendar alone;
    alone.outages = {outage};
    const Failure failure = Weather(alone, 1).Meets(outage.start, *random);
    EXPECT_EQ(failure, history.Meets(outage.start, *random)) << outage.id;
    kinds.insert(failure);
  }
  EXPECT_EQ(kinds.size(), 5U) << "every way to be down was drawn";
}

TEST(MailTest, BringsAboutAsManyAsExpectedWhenPeopleWork) {
  Calendar calendar;
  calendar.outages = {Down("day", hours(0), hours(24))};  // a Wednesday
  const double expected = Mail::Expected(calendar, 10'000);
  EXPECT_NEAR(expected, 10'000, 200) << "and half an hour of the night on both sides";
  int came = 0, at_work = 0, again = 0;
  std::set<std::int64_t> persons;
  std::array<int, kResources> of{};
  WallTime last{};
  for (Mail mail(calendar, 10'000, 3); mail.NextAt();) {
    const Letter letter = mail.Take();
    ASSERT_GE(letter.at, last);
    last = letter.at;
    ++came;
    const auto hour = std::chrono::floor<hours>(letter.at + hours(1) - kMay12).count();
    at_work += hour >= 7 && hour < 17 ? 1 : 0;
    again += persons.insert(letter.person).second ? 0 : 1;
    ++of[static_cast<std::size_t>(letter.resource)];
  }
  EXPECT_NEAR(came, expected, 400);
  EXPECT_NEAR(at_work, 0.9 * came, 300);
  EXPECT_NEAR(again, 0.10 * came, 150);
  for (std::size_t r = 0; r < kShares.size(); ++r) EXPECT_NEAR(of[r], kShares[r] * came, 250);

  calendar.outages[0].start += hours(72);  // Saturday
  calendar.outages[0].end += hours(72);
  EXPECT_NEAR(Mail::Expected(calendar, 10'000), 1'500, 100);
}

TEST(MeasuresTest, AnOutageByHand) {
  Calendar calendar;
  calendar.outages = {Down("a", hours(1), hours(2)), Down("b", hours(3), hours(4))};
  const Weather weather(calendar, 1);
  Measures measures(weather);
  const auto at = [](Millis when) { return kMay12 + when; };
  for (MessageSeq seq = 1; seq <= 4; ++seq) {
    measures.Arrived(seq, {.at = at(hours(1)), .resource = 0, .person = seq / 3});
  }
  measures.Posted(1, at(minutes(70)), Failure::kServerError);
  measures.Posted(2, at(minutes(80)), Failure::kHang);
  measures.AskedHead(at(minutes(90)), Failure::kServerError);
  measures.Advance(at(hours(2)));  // all four wait
  measures.Posted(2, at(hours(2) + seconds(5)), Failure::kNone);
  measures.Taken(2, at(hours(2) + seconds(6)));  // before 1, of the same person
  measures.Posted(1, at(hours(2) + seconds(9)), Failure::kNone);
  measures.Taken(1, at(hours(2) + seconds(10)));
  measures.Advance(at(hours(5)));  // 3 and 4 wait still
  measures.Posted(3, at(hours(5)), Failure::kNone);
  measures.Taken(3, at(hours(5)));
  measures.GivenUp(4);
  const Summary s = measures.Summarize();
  EXPECT_EQ(s.messages, 4);
  EXPECT_EQ(s.episodes, 2);
  EXPECT_EQ(s.waited_for, 2);
  EXPECT_EQ(s.hours, 2);
  EXPECT_EQ(s.wasted_posts, 2);
  EXPECT_EQ(s.heads, 1);
  EXPECT_EQ(s.waste_an_hour(), 1.5);
  EXPECT_EQ(s.failed_outside, 0);
  EXPECT_EQ(s.given_up, 1);
  EXPECT_EQ(s.given_up_in_doubt, 0);
  EXPECT_EQ(s.left, 0);
  EXPECT_EQ(s.resent_in_doubt, 1);
  EXPECT_EQ(s.overtaken, 1);
  EXPECT_EQ(s.first.p50, Millis(seconds(6)));
  EXPECT_EQ(s.first.most, Millis(hours(1))) << "of the second, 3 was the first";
  EXPECT_EQ(s.all.p50, Millis(hours(1)));
  EXPECT_EQ(s.all.most, Millis(hours(3))) << "3 waited at the first's end too";
  EXPECT_EQ(s.peak_second, 1);
}

TEST(PlotTest, HasAPointForEachThatDelivered) {
  std::vector<Row> rows(3);
  rows[0].policy = "good & fast";
  rows[0].summary.all.p50 = Millis(9'000);
  rows[0].summary.hours = 1;
  rows[0].summary.heads = 200;
  rows[1].policy = "forgetful";
  rows[1].summary.all.p50 = Millis(60'000);
  rows[1].summary.given_up = 1;
  rows[2].policy = "none";
  const std::string svg = PlotSvg(rows);
  EXPECT_NE(svg.find("good &amp; fast"), std::string::npos);
  EXPECT_NE(svg.find("fill=\"#a33\""), std::string::npos);
  EXPECT_NE(svg.find("forgetful"), std::string::npos);
  EXPECT_EQ(svg.find("none<"), std::string::npos);
  EXPECT_EQ(PlotSvg({}).find("circle"), std::string::npos);
}

}  // namespace
}  // namespace utboks::lab

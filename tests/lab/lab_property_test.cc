// What holds over any calendar, with any settings.
#include <gtest/gtest.h>

#include <algorithm>

#include "producer/lab/plot.h"
#include "producer/lab/rehearsal.h"
#include "tests/lab/random_calendar.h"
#include "tests/unit/queue/property.h"

namespace utboks::lab {
namespace {

using testing::PropertySeed;
using testing::PropertySteps;

DeliverySettings RandomSettings(Random& random) {
  constexpr int kLimits[] = {0, 120, 1'200, 60'000};
  DeliverySettings settings;
  settings.rate_limit_per_minute = kLimits[random.Below(std::size(kLimits))];
  settings.max_in_flight = 1 + static_cast<int>(random.Below(64));
  // With more, two messages in turns on a quiet resource do not close its gate.
  settings.gate_failures = 1 + static_cast<int>(random.Below(3));
  // Fewer, and messages reach their limit of doubts before a hanging register's gate closes.
  settings.in_doubt_resends = settings.gate_failures + static_cast<int>(random.Below(3));
  settings.probe_interval = random.Between(Millis(200), Millis(5'000));
  settings.probe_interval_max = settings.probe_interval + random.Between(Millis(0), Millis(60'000));
  settings.backoff_max = random.Between(Millis(10'000), std::chrono::minutes(15));
  return settings;
}

TEST(LabPropertyTest, NothingIsLostOvertakenOrSentTooSoonOverAnyCalendar) {
  const std::uint64_t first = PropertySeed(20'210'512);
  std::int64_t messages = 0, wasted = 0, resent = 0, for_doubts = 0;
  const std::int64_t rounds = std::max<std::int64_t>(1, PropertySteps() / 500);
  for (std::int64_t n = 0; n < rounds; ++n) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(n);
    SCOPED_TRACE("UTBOKS_PROPERTY_SEED=" + std::to_string(seed));
    const std::unique_ptr<Random> random = SeededRandom(seed);
    const Calendar calendar = RandomCalendar(*random);
    const DeliverySettings settings = RandomSettings(*random);
    ASSERT_TRUE(Check(settings).ok());
    const Scenario scenario{.calendar = calendar,
                            .per_day = 100 + static_cast<int>(random->Below(3'000)),
                            .seed = seed,
                            .latency = random->Between(Millis(1), Millis(3'000))};
    const Rehearsed rehearsed = Rehearse(scenario, settings);
    const Summary& s = rehearsed.summary;
    // Only what a register took and did not answer, again and again, is ever left to a
    // person; and with it those that must not overtake it.
    const bool hangs = std::ranges::any_of(calendar.outages, [](const Outage& outage) {
      return outage.answer == Failure::kHang && outage.effect == Effect::kDown;
    });
    ASSERT_EQ(s.given_up, s.given_up_in_doubt);
    ASSERT_LE(s.given_up, hangs ? s.messages / 100 : 0);
    ASSERT_LE(s.left, s.given_up * 20) << "all that came were taken";
    for_doubts += s.given_up;
    ASSERT_EQ(s.overtaken, 0) << "the order of each person";
    ASSERT_EQ(s.too_early, 0) << "what a 429 asked for";
    ASSERT_EQ(s.failed_outside, 0);
    ASSERT_EQ(rehearsed.gates.counted_by_closed, 0);
    if (settings.rate_limit_per_minute > 0) {
      ASSERT_LE(s.peak_minute_ever, settings.rate_limit_per_minute);
    }
    messages += s.messages;
    wasted += s.wasted_posts + s.heads;
    resent += s.resent_in_doubt;
  }
  // The worlds were not dull ones.
  EXPECT_LE(for_doubts, 1 + messages / 10'000) << "a rare one, after a hang of minutes";
  EXPECT_GT(messages, 1'000);
  EXPECT_GT(wasted, 1'000);
  EXPECT_GT(resent, 0);
}

TEST(LabPropertyTest, ARehearsalEndsThoughNoProbeCanEverPass) {
  const Calendar calendar = *ParseCalendar(
      "id,start_utc,end_utc,planned,affects_producer_submission,effect,answer\n"
      "a,2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,down,500\n",
      "test");
  DeliverySettings settings;
  settings.probe_timeout = Millis(100);  // an answer takes 200
  const Rehearsed rehearsed = Rehearse(Scenario{.calendar = calendar, .per_day = 200}, settings);
  EXPECT_GT(rehearsed.summary.left, 0);
  EXPECT_EQ(rehearsed.summary.given_up, 0);
}

TEST(LabPropertyTest, TheSameScenarioGivesTheSameFigures) {
  const std::unique_ptr<Random> random = SeededRandom(PropertySeed(7));
  const Calendar calendar = RandomCalendar(*random);
  const Scenario scenario{.calendar = calendar, .per_day = 1'000};
  const auto once = [&] {
    Rehearsed rehearsed = Rehearse(scenario, DeliverySettings());
    return ToJson({"x", std::move(rehearsed.summary), rehearsed.gates}).Text();
  };
  EXPECT_EQ(once(), once());
}

TEST(LabPropertyTest, WhatNeverFailsCostsNothing) {
  const Calendar calendar = *ParseCalendar(
      "id,start_utc,end_utc,planned,affects_producer_submission,effect\n"
      "a,2021-05-10T06:00Z,2021-05-14T20:00Z,yes,yes,delayed-feedback\n",
      "test");
  const Rehearsed rehearsed =
      Rehearse(Scenario{.calendar = calendar, .per_day = 2'000}, DeliverySettings());
  const Summary& s = rehearsed.summary;
  EXPECT_GT(s.messages, 7'000);
  EXPECT_EQ(s.episodes, 0);
  EXPECT_EQ(s.wasted_posts + s.heads + s.failed_outside + s.given_up + s.left, 0);
  EXPECT_EQ(s.resent_in_doubt, 0);
  EXPECT_EQ(rehearsed.gates.counted, 0);
  EXPECT_EQ(rehearsed.gates.probes_an_hour, 0);
}

}  // namespace
}  // namespace utboks::lab

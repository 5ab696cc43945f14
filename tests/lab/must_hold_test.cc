// What is promised over seven years of outages at 10,000 messages a working day, and
// what none of the peers does better.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <chrono>
#include <vector>

#include "tests/lab/comparison.h"

namespace utboks::lab {
namespace {

using std::chrono::seconds;

DeliverySettings Production() {
  DeliverySettings settings;
  settings.rate_limit_per_minute = kProductionLimit;
  return settings;
}

// What the calendar does not say is drawn five times; the promise holds for each, and
// waits are judged over all.
TEST(MustHoldTest, SevenYearsOfOutagesWithTheDefaults) {
  const Calendar calendar = BuiltInHistory();
  std::vector<Millis> any, first;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const Scenario scenario{.calendar = calendar, .seed = seed};
    const Rehearsed rehearsed = Rehearse(scenario, Production());
    const Summary& s = rehearsed.summary;
    EXPECT_GT(s.messages, 350'000);
    EXPECT_GT(s.hours, 500);
    EXPECT_EQ(s.given_up, 0);
    EXPECT_EQ(s.left, 0);
    EXPECT_EQ(s.failed_outside, 0) << "late feedback costs nothing";
    EXPECT_EQ(s.overtaken, 0);
    EXPECT_LE(s.peak_minute_ever, kProductionLimit);
    EXPECT_LE(s.peak_second, kProductionLimit / 60);
    EXPECT_EQ(rehearsed.gates.counted_by_closed, 0);
    EXPECT_LE(rehearsed.gates.probes_an_hour, 250) << "the first minute counted too";
    const Weather weather(calendar, seed);
    for (std::size_t i = 0; i < s.recoveries.size(); ++i) {
      const Recovery& recovery = s.recoveries[i];
      const Episode& episode = weather.episodes()[i];
      if (!recovery.first) continue;
      any.push_back(*recovery.any - episode.end);
      first.push_back(*recovery.first - episode.end);
    }
  }
  EXPECT_GT(any.size(), 250U);
  // Of any message, and of those that had waited themselves.
  for (const Spread& spread : {SpreadOf(any), SpreadOf(first)}) {
    EXPECT_LE(*spread.p50, seconds(10));
    EXPECT_LE(*spread.p99, seconds(30));
  }
}

TEST(MustHoldTest, NoPeerThatGivesNothingUpIsBetterInWasteAndDelay) {
  const Calendar calendar = BuiltInHistory();
  const std::vector<Row> rows = Compare(Scenario{.calendar = calendar});
  int keep_all = 0, waste_less = 0, faster = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const Summary& peer = rows[i].summary;
    EXPECT_EQ(peer.messages, rows[0].summary.messages) << rows[i].policy;
    if (peer.given_up + peer.left > 0) continue;
    ++keep_all;
    waste_less += peer.waste_an_hour() < rows[0].summary.waste_an_hour() ? 1 : 0;
    faster += *peer.all.p50 < *rows[0].summary.all.p50 ? 1 : 0;
    EXPECT_FALSE(BetterInBoth(rows[0].summary, peer))
        << rows[i].policy << ": " << WherePeerIsBetter(rows[0].summary, peer);
  }
  // A comparison that every peer loses in everything would show a wrong scale.
  EXPECT_GE(keep_all, 5);
  EXPECT_GE(waste_less, 1);
  EXPECT_GE(faster, 1);
}

}  // namespace
}  // namespace utboks::lab

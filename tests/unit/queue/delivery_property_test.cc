// The rules of delivery as invariants over whatever can happen.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "queue/reason.h"
#include "tests/unit/queue/delivery_model.h"
#include "tests/unit/queue/property.h"

namespace utboks::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

bool StillToDeliver(const DeliveryModel::Row& row) {
  return row.poison == 0 && (row.facts.state == State::kDue || row.facts.state == State::kInDoubt ||
                             row.facts.state == State::kSending);
}

std::string Describe(const DeliveryModel& model) {
  std::string text = "now " + FormatUtc(model.Wall());
  auto add = [&](const Gate& gate) {
    text += "\n  gate '" + gate.name + "'";
    if (gate.outage) text += " outage " + gate.outage_reason;
    if (gate.blame_run) text += " blame-run";
    if (gate.paused) text += " paused";
    if (gate.alone_next) text += " alone-next";
    if (gate.suspect != 0) text += " suspect " + std::to_string(gate.suspect);
    if (gate.next_probe) text += " next probe " + FormatUtc(*gate.next_probe);
    if (gate.not_before) text += " not before " + FormatUtc(*gate.not_before);
    text += " probes " + std::to_string(gate.probes);
  };
  add(model.site);
  for (const Gate& gate : model.gates) add(gate);
  for (const DeliveryModel::Row& row : model.rows) {
    text += "\n  message " + std::to_string(row.facts.seq) + " of " + std::to_string(row.resource) +
            " " + std::string(StateName(row.facts.state)) + " " + row.facts.reason + " due " +
            FormatUtc(row.facts.due_at) + (row.poison == 1 ? " poison" : "");
  }
  return text;
}

TEST(DeliveryPropertyTest, TheRulesHoldWhateverHappensAndAllIsDeliveredWhenItIsOver) {
  const std::uint64_t seed = PropertySeed(4'711);
  constexpr std::int64_t kStepsEach = 400;
  std::int64_t acceptances = 0, opened = 0, runs = 0, holds = 0, doubts = 0;
  for (std::int64_t n = 0; n * kStepsEach < PropertySteps(); ++n) {
    const std::uint64_t own = seed + static_cast<std::uint64_t>(n);
    SCOPED_TRACE("UTBOKS_PROPERTY_SEED=" + std::to_string(own));
    DeliveryModel model(own, 1 + static_cast<int>(n % 3));
    for (std::int64_t step = 0; step < kStepsEach && !model.failed(); ++step) model.RandomEvent();
    ASSERT_FALSE(model.failed());

    model.Heal();
    // The longest 429, then backoff, the feed's time, and probes in between.
    model.WorkOff(hours(4));
    ASSERT_FALSE(model.failed());
    for (const DeliveryModel::Row& row : model.rows) {
      ASSERT_FALSE(StillToDeliver(row))
          << "message " << row.facts.seq << " is " << StateName(row.facts.state) << " for "
          << row.facts.reason << " four hours after all was well: " << Describe(model);
    }
    acceptances += model.acceptances;
    opened += model.opened;
    runs += model.runs;
    holds += model.holds;
    doubts += model.doubts;
  }
  // The world was not a dull one.
  EXPECT_GT(acceptances, 0);
  EXPECT_GT(opened, 0);
  EXPECT_GT(runs, 0);
  EXPECT_GT(holds, 0);
  EXPECT_GT(doubts, 0);
}

TEST(DeliveryPropertyTest, TheRulesHoldInAHundredThousandShortLives) {
  constexpr std::uint64_t kMostEvents = 160;
  const std::int64_t lives = PropertySequences();
  const std::uint64_t seed = PropertySeed(20'261'130);
  fmt::print("[   seed   ] UTBOKS_PROPERTY_SEED={}, {} sequences\n", seed, lives);
  std::map<std::string_view, std::int64_t> judged;
  for (std::int64_t n = 0; n < lives; ++n) {
    const std::uint64_t own = seed + static_cast<std::uint64_t>(n);
    DeliveryModel model(own, 1 + static_cast<int>(own % 3));
    // Enough to be under way from the beginning: short lives are for what happens then.
    for (int i = 0; i < 6; ++i) model.Arrive(i == 0 && own % 4 == 0);
    const std::uint64_t events = 1 + own % kMostEvents;
    for (std::uint64_t i = 0; i < events && !model.failed(); ++i) model.RandomEvent();
    ASSERT_FALSE(model.failed()) << "repeat it with UTBOKS_PROPERTY_SEED=" << own << "\n"
                                 << Describe(model);
    for (const auto& [rule, times] : model.judged) judged[rule] += times;
  }
  for (const auto& [rule, times] : judged) {
    fmt::print("[   rule   ] {:>9} times: {}\n", times, rule);
  }
  // None holds for want of an occasion.
  constexpr std::size_t kRules = 41;
  if (lives >= 5'000) {
    EXPECT_EQ(judged.size(), kRules);
  }
}

DeliverySettings Plain() {
  DeliverySettings settings;
  settings.in_doubt = DoubtPolicy::kResend;
  return settings;
}

TEST(DeliveryScenarioTest, APoisonMessageNeverKeepsAGateShutAlone) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    DeliveryModel model(seed, 1);
    model.settings = Plain();
    model.Arrive(true);
    for (int i = 0; i < 5; ++i) {
      model.WorkOff(hours(1));  // alone: the gate is suspect
      ASSERT_TRUE(model.gates[0].outage) << i << Describe(model);
      model.Arrive(false);
      const std::optional<Millis> first = model.WorkOff(seconds(30));
      ASSERT_TRUE(first.has_value()) << "the good message did not go";
      EXPECT_EQ(first->count(), 0) << "it was never tried: it goes at once";
      ASSERT_EQ(model.rows.back().facts.state, State::kAccepted);
    }
  }
}

TEST(DeliveryScenarioTest, ManyPoisonMessagesCostTheOthersLittle) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    DeliveryModel model(seed, 1);
    model.settings = Plain();
    for (int i = 0; i < 4; ++i) model.Arrive(true);
    for (int i = 0; i < 20; ++i) model.Arrive(false);
    model.WorkOff(minutes(5));
    for (const DeliveryModel::Row& row : model.rows) {
      EXPECT_FALSE(StillToDeliver(row)) << row.facts.seq;
    }
  }
}

TEST(DeliveryScenarioTest, ASingleFailedMessageOnAnIdleSystemRecoversByItself) {
  for (const Mood mood : {Mood::kErrors, Mood::kGone}) {
    DeliveryModel model(3, 1);
    model.settings = Plain();
    model.Arrive(false);
    model.moods[0] = mood;
    model.WorkOff(hours(16));
    ASSERT_EQ(model.rows[0].facts.state, State::kDue);
    model.Heal();
    model.WorkOff(model.settings.backoff_max + seconds(20));
    EXPECT_EQ(model.rows[0].facts.state, State::kAccepted);
  }
}

TEST(DeliveryScenarioTest, ADayBehindAClosedGateCountsNoAttemptAndLosesNothing) {
  struct Case {
    Mood mood;
    SiteMood site;
  };
  const Case cases[] = {{Mood::kErrors, SiteMood::kWell},
                        {Mood::kGone, SiteMood::kWell},
                        {Mood::kWell, SiteMood::kRefusing},
                        {Mood::kWell, SiteMood::kLoginRefused}};
  for (const Case& c : cases) {
    DeliveryModel model(5, 1);
    model.settings = Plain();
    for (int i = 0; i < 10; ++i) model.Arrive(false);
    model.moods[0] = c.mood;
    model.site_mood = c.site;
    model.WorkOff(minutes(1));
    ASSERT_TRUE(model.gates[0].outage || model.site.outage);
    int counted = 0;
    for (const DeliveryModel::Row& row : model.rows) counted += row.facts.counted;
    EXPECT_LE(counted, model.settings.gate_failures);
    model.WorkOff(hours(24));
    int after = 0;
    for (const DeliveryModel::Row& row : model.rows) {
      after += row.facts.counted;
      EXPECT_EQ(row.facts.state, State::kDue);
    }
    EXPECT_EQ(after, counted) << "an attempt was spent on a closed gate";
    model.Heal();
    const std::optional<Millis> first = model.WorkOff(minutes(1));
    ASSERT_TRUE(first.has_value());
    EXPECT_LE(*first, Millis(18'000)) << "probe_interval_max and its jitter";
    for (const DeliveryModel::Row& row : model.rows) {
      EXPECT_EQ(row.facts.state, State::kAccepted);
    }
  }
}

TEST(DeliveryScenarioTest, ARejectingResourceIsStoppedAndItsMessagesComeBackWhole) {
  DeliveryModel model(6, 2);
  model.settings = Plain();
  for (int i = 0; i < 60; ++i) model.Arrive(false);
  model.moods[0] = Mood::kRejecting;
  model.WorkOff(hours(1));
  ASSERT_TRUE(model.gates[0].blame_run);
  EXPECT_FALSE(HasMark(model.gates[1]));
  int held = 0;
  for (DeliveryModel::Row& row : model.rows) {
    EXPECT_NE(row.facts.state, State::kRejected);
    if (row.facts.state != State::kHeld) continue;
    EXPECT_EQ(row.facts.reason, reason::kBlameRun);
    ++held;
  }
  EXPECT_EQ(held, model.settings.blame_run);
  model.Heal();
  for (DeliveryModel::Row& row : model.rows) {
    if (row.facts.state == State::kHeld) model.Release(row);
  }
  model.WorkOff(hours(1));
  for (const DeliveryModel::Row& row : model.rows) {
    EXPECT_EQ(row.facts.state, State::kAccepted);
  }
}

}  // namespace
}  // namespace utboks::testing

// Each peer's formula, against what its own code is known to come to.
#include "tests/lab/peer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "tests/lab/comparison.h"
#include "tests/lab/destination.h"
#include "tests/lab/peer_run.h"

namespace utboks::lab {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Without chance, or with as much as there can be.
class Fixed final : public Random {
 public:
  explicit Fixed(double unit) : next_(static_cast<std::uint64_t>(unit * 0x1.0p53) << 11) {}
  std::uint64_t Next() override { return next_; }

 private:
  std::uint64_t next_;
};

// From the first failure until try number `tries` + 1; nothing: it had been given up.
// `unit`: where the jitter lies.
std::optional<double> HoursUntil(std::string_view peer, int tries, double unit) {
  Fixed random(unit);
  Millis age{0};
  for (int n = 1; n <= tries; ++n) {
    const auto wait = PeerNamed(peer).wait(n, age, random);
    if (!wait) return std::nullopt;
    age += *wait;
  }
  return static_cast<double>(age.count()) / 3'600'000;
}

// How long after its first failure it tries for the last time, when each try fails at once.
double Life(std::string_view peer, double unit = 0) {
  Fixed random(unit);
  Millis age{0};
  for (int n = 1;; ++n) {
    const auto wait = PeerNamed(peer).wait(n, age, random);
    if (!wait) return static_cast<double>(age.count()) / 3'600'000;
    age += *wait;
  }
}

TEST(PeerTest, TriesComeWhenTheirOwnCodeHasThem) {
  struct Case {
    const char* peer;
    int tries;
    double unit, hours;
  };
  const Case cases[] = {
      {"River", 11, 0.5, 11.1},
      {"River", 12, 0.5, 16.9},
      {"River", 13, 0.5, 24.8},
      {"Oban", 14, 0, 9.2},
      {"Oban", 15, 0, 18.3},
      {"Oban", 16, 0, 36.5},
      {"Sidekiq", 1, 0, 15.0 / 3600},
      {"Sidekiq", 2, 0, 31.0 / 3600},
      {"eFormidling", 1, 0, 20.0 / 3600},
      {"eFormidling", 2, 0, 80.0 / 3600},
      {"Temporal", 3, 0, 7.0 / 3600},
      {"Graphile Worker", 1, 0, std::exp(1.0) / 3600},
  };
  for (const Case& c : cases) {
    const auto at = HoursUntil(c.peer, c.tries, c.unit);
    ASSERT_TRUE(at.has_value()) << c.peer;
    EXPECT_NEAR(*at, c.hours, 0.05) << c.peer << " " << c.tries;
  }
}

TEST(PeerTest, TheyGiveUpWhenTheirOwnCodeDoes) {
  EXPECT_NEAR(Life("phase4") * 3600, 10, 0.1);
  EXPECT_NEAR(Life("phoss-ap") * 60, 9, 0.1);
  EXPECT_NEAR(Life("transaction-outbox") * 60, 8, 0.1);
  EXPECT_NEAR(Life("Domibus") * 60, 12, 0.1);
  EXPECT_NEAR(Life("Graphile Worker"), 95.3, 1);
  EXPECT_NEAR(Life("River", 0.5) / 24, 20.4, 0.1) << "the 25th attempt is the last";
  EXPECT_NEAR(Life("Oban", 0) / 24, 12.1, 0.1);
  EXPECT_NEAR(Life("Oban", 0.999) / 24, 13.4, 0.1);
  EXPECT_NEAR(Life("Sidekiq", 0.5) / 24, 20.4, 0.2);
  EXPECT_GE(Life("eFormidling"), 24);
  EXPECT_LE(Life("eFormidling"), 25) << "one wait of an hour past its time to live";
  EXPECT_GE(Life("Postfix") / 24, 5);
  EXPECT_LE(Life("Postfix") / 24, 5.1);
}

TEST(PeerTest, LongestWaits) {
  Fixed none(0);
  EXPECT_EQ(PeerNamed("eFormidling").wait(50, hours(1), none), hours(1));
  EXPECT_EQ(PeerNamed("Temporal").wait(1'000'000, hours(1), none), seconds(100));
  EXPECT_EQ(PeerNamed("Postfix").wait(1, seconds(5), none), seconds(300));
  EXPECT_EQ(PeerNamed("Postfix").wait(9, minutes(20), none), minutes(20)) << "as long as so far";
  EXPECT_EQ(PeerNamed("Postfix").wait(9, hours(9), none), seconds(4'000));
  const auto longest = PeerNamed("Graphile Worker").wait(20, hours(1), none);
  EXPECT_NEAR(static_cast<double>(longest->count()) / 3'600'000, 6.1, 0.05);
}

TEST(DestinationTest, AWindowOfFailuresIsDeadForFiveMinutes) {
  const WallTime now = WallFromMillis(1'600'000'000'000);
  Destination destination;
  EXPECT_EQ(destination.window(), 5);
  int failures = 0;
  while (!destination.dead(now)) {
    destination.OnFailure(now);
    ++failures;
  }
  EXPECT_GE(failures, 4);
  EXPECT_LE(failures, 5) << "the window shrinks meanwhile";
  EXPECT_TRUE(destination.dead(now + seconds(299)));
  EXPECT_FALSE(destination.dead(now + seconds(300)));
  EXPECT_EQ(destination.window(), 5);
}

TEST(DestinationTest, ItGrowsToTwentyAndASuccessForgetsFailures) {
  Destination destination;
  const WallTime now = WallFromMillis(1'600'000'000'000);
  for (int i = 0; i < 4; ++i) {
    destination.OnFailure(now);
    destination.OnFailure(now);
    destination.OnSuccess();
  }
  EXPECT_FALSE(destination.dead(now));
  for (int i = 0; i < 1'000; ++i) destination.OnSuccess();
  EXPECT_EQ(destination.window(), 20);
}

// An hour down in the middle of a working day.
Calendar OneHour(std::string_view answer) {
  const std::string text =
      "id,start_utc,end_utc,planned,affects_producer_submission,effect,answer\n"
      "a,2021-05-12T11:00Z,2021-05-12T12:00Z,no,yes,down," +
      std::string(answer) + "\n";
  return *ParseCalendar(text, "test");
}

TEST(PeerRunTest, EachDoesWhatItsFormulaSays) {
  const Calendar calendar = OneHour("500");
  const Scenario scenario{.calendar = calendar, .per_day = 2'000};
  const auto run = [&](std::string_view name) {
    return RunPeer(scenario, PeerNamed(name), 60'000);
  };
  // Three requests in each quarter of an hour.
  const Summary fixed = run("fixed interval (farskapsportal)");
  EXPECT_EQ(fixed.wasted_posts, 4 * 3);
  EXPECT_EQ(fixed.given_up + fixed.left, 0);
  EXPECT_GT(*fixed.first.p50, minutes(1));
  EXPECT_LE(*fixed.first.p50, minutes(15));

  const Summary once = run("phase4");
  EXPECT_EQ(once.wasted_posts, 2 * once.given_up + once.wasted_posts % 2)
      << "each is tried twice, but for those whose second try came after the end";
  EXPECT_GT(once.given_up, 100);

  const Summary river = run("River");
  EXPECT_EQ(river.given_up + river.left, 0);
  // Its eighth try comes 78 minutes after the first; nothing is told of the end.
  EXPECT_GT(*river.all.most, minutes(15));

  const Summary pings = run("Wolverine (sender)");
  EXPECT_NEAR(static_cast<double>(pings.heads), 3'600 / 1.0, 30) << "a ping each second";
  EXPECT_LE(*pings.first.p50, Millis(1'500));

  const Summary postfix = run("Postfix");
  EXPECT_LT(postfix.wasted_posts, 12 * 12) << "a few each five minutes, then dead again";
  EXPECT_GE(*postfix.all.most, minutes(5));
}

TEST(PeerRunTest, NoneSendsMoreThanTheRateAllows) {
  const Calendar calendar = OneHour("refused");
  const Scenario scenario{.calendar = calendar, .per_day = 20'000};
  for (const Peer& peer : Peers()) {
    if (peer.latches_after > 0) continue;  // its pings take no token
    EXPECT_LE(RunPeer(scenario, peer, 600).peak_minute_ever, 600) << peer.name;
  }
}

}  // namespace
}  // namespace utboks::lab

// The pauses before a broker is asked again.
#include "queue/amqp/backoff.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace utboks::amqp {
namespace {

TEST(AmqpBackoff, GrowsToItsEndAndStaysWithinHalfOfIt) {
  const auto random = SeededRandom(7);
  Millis whole = kFirstPause;
  for (int failures = 1; failures < 40; ++failures) {
    for (int i = 0; i < 100; ++i) {
      const Millis pause = PauseAfter(failures, *random);
      EXPECT_GE(pause, whole / 2) << failures;
      EXPECT_LE(pause, whole) << failures;
    }
    whole = std::min(whole * 2, kLongestPause);
  }
  EXPECT_LE(PauseAfter(std::numeric_limits<int>::max(), *random), kLongestPause);
  EXPECT_GE(PauseAfter(0, *random), kFirstPause / 2);
}

TEST(AmqpBackoff, SpreadsThoseWhoFailedTogether) {
  const auto random = SeededRandom(7);
  std::set<Millis> pauses;
  for (int i = 0; i < 100; ++i) pauses.insert(PauseAfter(20, *random));
  EXPECT_GT(pauses.size(), 90U);
}

}  // namespace
}  // namespace utboks::amqp

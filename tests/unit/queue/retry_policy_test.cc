#include "queue/retry_policy.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/queue/property.h"

namespace utboks {
namespace {

DeliverySettings Defaults() {
  return DeliverySettings{};
}

TEST(RetryPolicyTest, TheFirstWaitIsBetweenTheMinimumAndThreeTimesIt) {
  const auto random = SeededRandom(1);
  Millis shortest{INT64_MAX}, longest{0};
  for (int i = 0; i < 10'000; ++i) {
    const Millis wait = NextBackoff(Millis(0), Defaults(), *random);
    shortest = std::min(shortest, wait);
    longest = std::max(longest, wait);
  }
  EXPECT_GE(shortest, Millis(2'000));
  EXPECT_LE(longest, Millis(6'000));
  // The whole width is used.
  EXPECT_LT(shortest, Millis(2'050));
  EXPECT_GT(longest, Millis(5'950));
}

TEST(RetryPolicyTest, EveryWaitIsWithinItsBounds) {
  const std::uint64_t seed = testing::PropertySeed(2);
  SCOPED_TRACE(seed);
  const auto random = SeededRandom(seed);
  const DeliverySettings settings = Defaults();
  Millis last{0};
  for (std::int64_t i = 0; i < testing::PropertySteps(); ++i) {
    if (random->Below(40) == 0) last = Millis(0);
    const Millis before = std::max(last, settings.backoff_min);
    const Millis next = NextBackoff(last, settings, *random);
    ASSERT_GE(next, settings.backoff_min);
    ASSERT_LE(next, std::min(before * 3, settings.backoff_max));
    last = next;
  }
}

TEST(RetryPolicyTest, AMessageThatGoesOnFailingIsTriedEverMoreSeldom) {
  const auto random = SeededRandom(3);
  // The mean over many messages of their n-th wait grows, up to its level.
  double before = 0;
  for (const int n : {1, 3, 5, 8}) {
    double sum = 0;
    for (int i = 0; i < 2'000; ++i) {
      Millis wait{0};
      for (int k = 0; k < n; ++k) wait = NextBackoff(wait, Defaults(), *random);
      sum += static_cast<double>(wait.count());
    }
    EXPECT_GT(sum, before * 1.1) << n;
    before = sum;
  }
}

TEST(RetryPolicyTest, LongWaitsDoNotAllEndTogether) {
  const auto random = SeededRandom(4);
  const DeliverySettings settings = Defaults();
  int at_the_ceiling = 0;
  for (int i = 0; i < 1'000; ++i) {
    at_the_ceiling += NextBackoff(settings.backoff_max, settings, *random) == settings.backoff_max;
  }
  EXPECT_LE(at_the_ceiling, 1);
}

TEST(RetryPolicyTest, AWaitThatIsNotCountedIsNeverShorterThanTheOneBefore) {
  const auto random = SeededRandom(5);
  const DeliverySettings settings = Defaults();
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_GE(SameBackoff(Millis(0), settings, *random), settings.backoff_min);
    EXPECT_LE(SameBackoff(Millis(0), settings, *random), settings.backoff_min * 3);
    EXPECT_EQ(SameBackoff(Millis(60'000), settings, *random), Millis(60'000));
    EXPECT_EQ(SameBackoff(settings.backoff_max * 2, settings, *random), settings.backoff_max);
  }
}

TEST(RetryPolicyTest, WhatTheServerAsksIsOnlyEverExtended) {
  const DeliverySettings settings = Defaults();
  const Millis max = settings.retry_after_max;
  EXPECT_EQ(ExtendWait(Millis(5'000), Millis(2'000), settings), Millis(5'000));
  EXPECT_EQ(ExtendWait(Millis(1), Millis(2'000), settings), Millis(2'000));
  EXPECT_EQ(ExtendWait(max, Millis(2'000), settings), max);
  EXPECT_EQ(ExtendWait(max + Millis(1), Millis(2'000), settings), max);
  EXPECT_EQ(ExtendWait(Millis(1), max + Millis(1), settings), max + Millis(1));
}

TEST(RetryPolicyTest, NoWaitOfOursLiesFurtherAheadThanTheLongest) {
  DeliverySettings settings = Defaults();
  EXPECT_EQ(LongestWait(settings), settings.retry_after_max);
  settings.doubt_wait = settings.retry_after_max * 2;
  EXPECT_EQ(LongestWait(settings), settings.doubt_wait);
  settings.backoff_max = settings.retry_after_max * 3;
  EXPECT_EQ(LongestWait(settings), settings.backoff_max);
}

}  // namespace
}  // namespace utboks

#include "tests/support/manual_clock.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace utboks::testing {
namespace {

using std::chrono::seconds;

TEST(ManualClockTest, StandsStillUntilItIsMoved) {
  ManualClock clock;
  const SteadyTime steady = clock.Steady();
  EXPECT_EQ(clock.Wall(), ManualClock::kStart);
  EXPECT_EQ(clock.Steady(), steady);
  clock.Advance(Millis(1500));
  EXPECT_EQ(clock.Wall(), ManualClock::kStart + Millis(1500));
  EXPECT_EQ(clock.Steady(), steady + Millis(1500));
}

TEST(ManualClockTest, SettingTheWallLeavesTheMonotonicClockAlone) {
  ManualClock clock;
  const SteadyTime steady = clock.Steady();
  clock.SetWall(ManualClock::kStart - std::chrono::hours(48));
  EXPECT_EQ(clock.Wall(), ManualClock::kStart - std::chrono::hours(48));
  EXPECT_EQ(clock.Steady(), steady);
}

TEST(ManualClockTest, AWaiterWakesWhenItsTimeHasComeAndNotBefore) {
  ManualClock clock;
  const SteadyTime until = clock.Steady() + seconds(10);
  auto waiter =
      std::async(std::launch::async, [&] { return clock.WaitUntil(until, std::stop_token()); });
  ASSERT_TRUE(clock.AwaitWaiters(1));
  EXPECT_EQ(clock.NextDeadline(), until);
  clock.Advance(seconds(10) - Millis(1));
  EXPECT_TRUE(clock.AwaitWaiters(1));  // still there: its deadline is still ahead
  clock.Advance(Millis(1));
  EXPECT_TRUE(waiter.get());
  EXPECT_EQ(clock.NextDeadline(), std::nullopt);
}

TEST(ManualClockTest, AWaiterWakesWhenItIsToldToStop) {
  ManualClock clock;
  std::stop_source stop;
  auto waiter = std::async(std::launch::async, [&] {
    return clock.WaitUntil(clock.Steady() + seconds(10), stop.get_token());
  });
  ASSERT_TRUE(clock.AwaitWaiters(1));
  stop.request_stop();
  EXPECT_FALSE(waiter.get());
}

TEST(ManualClockTest, ATimeAlreadyPastIsNotWaitedFor) {
  ManualClock clock;
  EXPECT_TRUE(clock.WaitUntil(clock.Steady(), std::stop_token()));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(clock.WaitUntil(clock.Steady() + seconds(1), stop.get_token()));
}

TEST(ManualClockTest, AdvancesToTheNearestOfManyWaiters) {
  ManualClock clock;
  EXPECT_FALSE(clock.AdvanceToNextWaiter());
  const SteadyTime start = clock.Steady();
  auto later = std::async(std::launch::async,
                          [&] { return clock.WaitUntil(start + seconds(7), std::stop_token()); });
  auto sooner = std::async(std::launch::async,
                           [&] { return clock.WaitUntil(start + seconds(3), std::stop_token()); });
  ASSERT_TRUE(clock.AwaitWaiters(2));
  EXPECT_TRUE(clock.AdvanceToNextWaiter());
  EXPECT_TRUE(sooner.get());
  EXPECT_EQ(clock.Steady(), start + seconds(3));
  EXPECT_TRUE(clock.AdvanceToNextWaiter());
  EXPECT_TRUE(later.get());
  EXPECT_EQ(clock.Steady(), start + seconds(7));
}

TEST(ManualClockTest, PatienceEndsWhenNobodyComes) {
  ManualClock clock;
  EXPECT_FALSE(clock.AwaitWaiters(1, Millis(1)));
}

}  // namespace
}  // namespace utboks::testing

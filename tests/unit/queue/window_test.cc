#include "queue/window.h"

#include <gtest/gtest.h>

#include <deque>

#include "queue/base/random.h"
#include "tests/unit/queue/property.h"

namespace utboks {
namespace {

SteadyTime At(int ms) {
  return SteadyTime(Millis(ms));
}

void Send(Window& window, int n) {
  for (int i = 0; i < n; ++i) window.OnSent();
}

void Grow(Window& window, int to) {
  while (window.size() < to) {
    window.OnSent();
    window.OnSuccess();
  }
}

TEST(WindowTest, StartsAtOneAndDoublesWithEachWindowOfSuccesses) {
  Window window(32);
  for (const int size : {1, 2, 4, 8, 16, 32, 32}) {
    ASSERT_EQ(window.size(), size);
    Send(window, size);
    EXPECT_EQ(window.room(), 0);
    for (int i = 0; i < size; ++i) {
      ASSERT_EQ(window.size(), size) << i;
      window.OnSuccess();
    }
  }
}

TEST(WindowTest, TheCeilingIsKeptThoughNoPowerOfTwo) {
  Window window(5);
  Grow(window, 5);
  Send(window, 5);
  for (int i = 0; i < 5; ++i) window.OnSuccess();
  EXPECT_EQ(window.size(), 5);
  EXPECT_EQ(Window(0).size(), 1);
}

TEST(WindowTest, OnePoisonMessageCostsOthersNothing) {
  Window window(32);
  Grow(window, 32);
  for (int i = 1; i < 100; ++i) {
    window.OnSent();
    window.OnFailure(7, At(i), At(i));
  }
  EXPECT_EQ(window.size(), 32);
}

TEST(WindowTest, FailuresOfTwoMessagesHalveOncePerRoundTrip) {
  Window window(32);
  Grow(window, 32);
  Send(window, 32);
  for (int i = 0; i < 32; ++i) window.OnFailure(i + 1, At(0), At(10));
  EXPECT_EQ(window.size(), 16);  // all of them began before the cut
  Send(window, 3);
  window.OnFailure(1, At(10), At(20));  // began at the very time of the cut
  window.OnFailure(2, At(11), At(20));
  EXPECT_EQ(window.size(), 16);
  window.OnFailure(3, At(11), At(20));
  EXPECT_EQ(window.size(), 8);
}

TEST(WindowTest, NeverFallsBelowOne) {
  Window window(4);
  for (int i = 1; i < 20; ++i) {
    window.OnSent();
    window.OnFailure(i, At(i * 2), At(i * 2 + 1));
    EXPECT_GE(window.size(), 1);
  }
}

TEST(WindowTest, AWindowOfSuccessesForgetsAFailure) {
  Window window(4);
  Grow(window, 4);
  window.OnSent();
  window.OnFailure(1, At(1), At(1));
  Send(window, 4);
  for (int i = 0; i < 4; ++i) window.OnSuccess();
  window.OnSent();
  window.OnFailure(2, At(2), At(2));
  EXPECT_EQ(window.size(), 4);
}

TEST(WindowTest, AFailureEndsTheRunThatWouldHaveDoubledIt) {
  Window window(32);
  Grow(window, 8);
  Send(window, 9);
  for (int i = 0; i < 7; ++i) window.OnSuccess();
  window.OnFailure(1, At(1), At(2));
  window.OnFailure(2, At(1), At(2));
  ASSERT_EQ(window.size(), 4);
  Send(window, 4);
  for (int i = 0; i < 3; ++i) window.OnSuccess();
  EXPECT_EQ(window.size(), 4);
  window.OnSuccess();
  EXPECT_EQ(window.size(), 8);
}

TEST(WindowTest, RestartIsSlowStartAndKeepsWhatIsUnderWay) {
  Window window(32);
  Grow(window, 32);
  Send(window, 3);
  window.Restart();
  EXPECT_EQ(window.size(), 1);
  EXPECT_EQ(window.in_flight(), 3);
  EXPECT_EQ(window.room(), 0);
}

TEST(WindowTest, WhatSaysNothingChangesNothing) {
  Window window(32);
  Grow(window, 8);
  Send(window, 2);
  window.OnNeutral();
  window.OnHandedBack();
  EXPECT_EQ(window.size(), 8);
  EXPECT_EQ(window.in_flight(), 0);
}

TEST(WindowTest, NeverMoreUnderWayThanTheCeilingAndHalvedAtMostOncePerRoundTrip) {
  const std::uint64_t seed = testing::PropertySeed(21);
  SCOPED_TRACE(seed);
  const auto random = SeededRandom(seed);
  Window window(24);
  std::deque<std::pair<MessageSeq, int>> under_way;
  int now = 0, last_cut = -1;
  for (std::int64_t step = 0; step < testing::PropertySteps(); ++step) {
    now += static_cast<int>(random->Below(5));
    if (window.room() > 0 && random->Below(3) != 0) {
      under_way.emplace_back(1 + static_cast<MessageSeq>(random->Below(60)), now);
      window.OnSent();
    } else if (!under_way.empty()) {
      const auto [message, sent] = under_way.front();
      under_way.pop_front();
      const int before = window.size();
      switch (random->Below(8)) {
        case 0:
        case 1:
          window.OnFailure(message, At(sent), At(now));
          if (window.size() < before) {
            ASSERT_GT(sent, last_cut) << "two cuts within one round trip, step " << step;
            ASSERT_EQ(window.size(), before / 2);
            last_cut = now;
          }
          break;
        case 2:
          window.OnNeutral();
          ASSERT_EQ(window.size(), before);
          break;
        default:
          window.OnSuccess();
          ASSERT_GE(window.size(), before);
          ASSERT_LE(window.size(), before * 2);
          break;
      }
    }
    if (random->Below(500) == 0) window.Restart();
    ASSERT_GE(window.size(), 1);
    ASSERT_LE(window.size(), 24);
    ASSERT_EQ(window.in_flight(), static_cast<int>(under_way.size()));
    ASSERT_LE(window.in_flight(), 24);
  }
}

}  // namespace
}  // namespace utboks

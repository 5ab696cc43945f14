#include "queue/breaker.h"

#include <gtest/gtest.h>

#include "queue/probe.h"

namespace utboks {
namespace {

constexpr WallTime kNow = WallTime(Millis(1'800'000'000'000));
using std::chrono::seconds;

class BreakerTest : public ::testing::Test {
 protected:
  void Fail(MessageSeq message, bool others_tried, const char* why = "http-500") {
    CountFailure(gate_, message, why, others_tried, settings_, now_, *random_);
  }
  void Close(const char* why) { CloseGate(gate_, why, settings_, now_, *random_); }
  bool Blamed(MessageSeq message) { return CountBlame(gate_, message, settings_, now_); }
  Millis ProbeIn() const { return *gate_.next_probe - now_; }

  DeliverySettings settings_;
  std::unique_ptr<Random> random_ = SeededRandom(31);
  WallTime now_ = kNow;
  Gate gate_;
};

TEST_F(BreakerTest, ClosesAtOnceAndProbesAfterASecond) {
  Close("connect-refused");
  EXPECT_TRUE(gate_.outage);
  EXPECT_FALSE(IsOpen(gate_, now_));
  EXPECT_EQ(gate_.outage_reason, "connect-refused");
  EXPECT_EQ(gate_.outage_since, now_);
  EXPECT_GE(ProbeIn(), Millis(1'000));
  EXPECT_LE(ProbeIn(), Millis(1'200));
}

TEST_F(BreakerTest, ClosedAlreadyOnlyTheReasonChanges) {
  Close("connect-refused");
  const Gate before = gate_;
  now_ += seconds(30);
  Close("tls-failed");
  EXPECT_EQ(gate_.outage_reason, "tls-failed");
  gate_.outage_reason = before.outage_reason;
  EXPECT_EQ(gate_, before);
}

TEST_F(BreakerTest, ThreeDifferentMessagesInARowCloseIt) {
  Fail(1, true);
  Fail(2, true);
  EXPECT_FALSE(gate_.outage);
  Fail(3, true);
  EXPECT_TRUE(gate_.outage);
  EXPECT_EQ(gate_.suspect, 0);
  EXPECT_TRUE(gate_.failed.empty());
}

TEST_F(BreakerTest, ASuccessBetweenStartsTheCountAgain) {
  Fail(1, true);
  Fail(2, true);
  EXPECT_FALSE(CountSuccess(gate_, now_));
  Fail(3, true);
  Fail(4, true);
  EXPECT_FALSE(gate_.outage);
  EXPECT_EQ(gate_.openings, 0);
}

TEST_F(BreakerTest, TwoInTurnsOfWhichNonePassesAreEnough) {
  Fail(1, true);
  Fail(2, true);
  EXPECT_FALSE(gate_.outage);
  Fail(1, true);
  EXPECT_TRUE(gate_.outage);
  EXPECT_EQ(gate_.suspect, 0) << "both have failed: it is the resource";
}

TEST_F(BreakerTest, TwoInTurnsAreNotFive) {
  settings_.gate_failures = 5;
  for (int i = 0; i < 50; ++i) Fail(1 + i % 2, true);
  EXPECT_FALSE(gate_.outage);
  for (MessageSeq m = 3; m <= 4; ++m) Fail(m, true);
  EXPECT_FALSE(gate_.outage);
  Fail(2, true);  // 1 to 4, and 2 again
  EXPECT_TRUE(gate_.outage);
}

TEST_F(BreakerTest, ASuccessBetweenTwoInTurnsBeginsAnew) {
  for (int i = 0; i < 50; ++i) {
    Fail(1, true);
    Fail(2, true);
    CountSuccess(gate_, now_);
  }
  EXPECT_FALSE(gate_.outage);
}

TEST_F(BreakerTest, OneMessageWithOthersTriedBetweenNeverClosesIt) {
  for (int i = 0; i < 50; ++i) Fail(1, true);
  EXPECT_FALSE(gate_.outage);
}

TEST_F(BreakerTest, OneMessageThreeTimesAndNothingElseMakesItSuspect) {
  Fail(1, true);
  Fail(1, false);
  EXPECT_FALSE(gate_.outage);
  Fail(1, false);
  EXPECT_TRUE(gate_.outage);
  EXPECT_EQ(gate_.suspect, 1);
  EXPECT_TRUE(TakesUntriedAtOnce(gate_, Gate{}, now_));
}

TEST_F(BreakerTest, ASuspectIsClearedWhenSomethingElsePasses) {
  for (int i = 0; i < 3; ++i) Fail(1, false);
  EXPECT_TRUE(CountSuccess(gate_, now_));
  EXPECT_TRUE(IsOpen(gate_, now_));
  EXPECT_EQ(gate_.suspect, 0);
}

TEST_F(BreakerTest, WhenOthersFailTooItIsNotTheSuspect) {
  for (int i = 0; i < 3; ++i) Fail(1, false);
  gate_.probes = 15;
  gate_.next_probe = now_ + seconds(600);
  Fail(1, false);
  Fail(2, true);
  EXPECT_EQ(gate_.suspect, 1);
  EXPECT_EQ(gate_.probes, 15);
  Fail(3, true);
  EXPECT_EQ(gate_.suspect, 0);
  EXPECT_EQ(gate_.probes, 0);
  EXPECT_LE(ProbeIn(), Millis(1'200));
  EXPECT_EQ(gate_.outage_since, kNow);
  EXPECT_FALSE(TakesUntriedAtOnce(gate_, Gate{}, now_));
}

TEST_F(BreakerTest, WhoFailedBeforeTheSuspectKeepsItsWeight) {
  Fail(9, true);
  Fail(1, true);
  Fail(1, false);
  Fail(1, false);
  ASSERT_EQ(gate_.suspect, 1);
  Fail(2, true);  // 9, 1 and 2
  EXPECT_EQ(gate_.suspect, 0);
}

TEST_F(BreakerTest, AClosingOfTheWholeResourceEndsTheSuspicion) {
  for (int i = 0; i < 3; ++i) Fail(1, false);
  Close("http-404");
  EXPECT_EQ(gate_.suspect, 0);
  EXPECT_EQ(gate_.outage_reason, "http-404");
}

TEST_F(BreakerTest, FailuresOfAClosedGateCountNothing) {
  Close("http-404");
  const auto next = gate_.next_probe;
  for (int i = 1; i < 20; ++i) Fail(i, true, "http-503");
  EXPECT_EQ(gate_.outage_reason, "http-503");
  EXPECT_EQ(gate_.next_probe, next);
  EXPECT_TRUE(gate_.failed.empty());
}

TEST_F(BreakerTest, AnAcceptanceOpensIt) {
  Close("http-404");
  gate_.credential = true;
  EXPECT_TRUE(CountSuccess(gate_, now_));
  Gate fresh;
  fresh.openings = 1;
  EXPECT_EQ(gate_, fresh);
}

TEST_F(BreakerTest, OpeningsGrowOnlyWithOpenings) {
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(CountSuccess(gate_, now_));
  EXPECT_EQ(gate_.openings, 0);
  Close("http-404");
  CountSuccess(gate_, now_);
  EXPECT_EQ(gate_.openings, 1);
}

// ---- blame run ----

TEST_F(BreakerTest, FiveDifferentMessagesBlamedInARowAreNotToBlame) {
  for (MessageSeq m = 1; m <= 4; ++m) EXPECT_FALSE(Blamed(m));
  EXPECT_FALSE(HasMark(gate_));
  EXPECT_TRUE(Blamed(5));
  EXPECT_TRUE(gate_.blame_run);
  EXPECT_EQ(gate_.blame_since, now_);
  EXPECT_EQ(gate_.blamed, (std::vector<MessageSeq>{1, 2, 3, 4, 5}));
  EXPECT_FALSE(gate_.outage);
}

TEST_F(BreakerTest, AnAcceptanceBetweenEndsTheRun) {
  for (MessageSeq m = 1; m <= 4; ++m) Blamed(m);
  CountSuccess(gate_, now_);
  for (MessageSeq m = 11; m <= 14; ++m) EXPECT_FALSE(Blamed(m));
}

TEST_F(BreakerTest, TheSameMessageTwiceIsOne) {
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(Blamed(1 + i % 4));
}

TEST_F(BreakerTest, WhatWasUnderWayBelongsToTheRunAndTheListStaysShort) {
  for (MessageSeq m = 1; m <= 5; ++m) Blamed(m);
  now_ += seconds(1);
  for (MessageSeq m = 6; m <= 40; ++m) EXPECT_TRUE(Blamed(m));
  EXPECT_EQ(gate_.blamed.size(), 5U);
  EXPECT_EQ(gate_.blame_since, kNow);
}

TEST_F(BreakerTest, OnlyAPersonOpensABlameRun) {
  for (MessageSeq m = 1; m <= 5; ++m) Blamed(m);
  EXPECT_FALSE(CountSuccess(gate_, now_));
  EXPECT_TRUE(gate_.blame_run);
  EXPECT_FALSE(ExpirePause(gate_, now_ + seconds(1'000'000)));
  EXPECT_FALSE(NextProbe(gate_, Gate{}).has_value());
  EXPECT_TRUE(Resume(gate_, now_));
  EXPECT_FALSE(gate_.blame_run);
}

TEST_F(BreakerTest, ResumeStartsWithAProbeAndTheCountAtZero) {
  for (MessageSeq m = 1; m <= 5; ++m) Blamed(m);
  ASSERT_TRUE(Resume(gate_, now_));
  EXPECT_FALSE(IsOpen(gate_, now_));
  EXPECT_EQ(NextProbe(gate_, Gate{}), now_);
  for (MessageSeq m = 6; m <= 9; ++m) EXPECT_FALSE(Blamed(m));
  EXPECT_TRUE(Blamed(10));
}

// ---- pause ----

TEST_F(BreakerTest, APauseStopsProbesTooAndLeavesTheOutageBeside) {
  Close("http-404");
  now_ += seconds(5);
  Pause(gate_, std::nullopt, now_);
  EXPECT_FALSE(NextProbe(gate_, Gate{}).has_value());
  EXPECT_TRUE(Resume(gate_, now_));
  EXPECT_EQ(gate_.outage_reason, "http-404");
  EXPECT_EQ(gate_.outage_since, kNow);
  EXPECT_EQ(NextProbe(gate_, Gate{}), gate_.next_probe);
}

TEST_F(BreakerTest, AnOutageThatEndsBehindAPauseOpensNothing) {
  Close("http-404");
  Pause(gate_, std::nullopt, now_);
  EXPECT_FALSE(CountSuccess(gate_, now_));
  EXPECT_FALSE(gate_.outage);
  EXPECT_TRUE(HasMark(gate_));
}

TEST_F(BreakerTest, PausingAgainMovesOnlyTheEnd) {
  Pause(gate_, now_ + seconds(60), now_);
  now_ += seconds(10);
  Pause(gate_, now_ + seconds(600), now_);
  EXPECT_EQ(gate_.paused_since, kNow);
  EXPECT_FALSE(ExpirePause(gate_, kNow + seconds(60)));
  Pause(gate_, std::nullopt, now_);
  EXPECT_FALSE(ExpirePause(gate_, kNow + seconds(6'000'000)));
}

TEST_F(BreakerTest, APauseThatEndsByItselfLeavesTheGateForAProbe) {
  Pause(gate_, now_ + seconds(60), now_);
  EXPECT_FALSE(ExpirePause(gate_, now_ + seconds(60) - Millis(1)));
  EXPECT_TRUE(ExpirePause(gate_, now_ + seconds(60)));
  EXPECT_FALSE(gate_.paused);
  EXPECT_FALSE(IsOpen(gate_, now_ + seconds(60)));
  EXPECT_EQ(gate_.outage_reason, "resumed");
  EXPECT_EQ(NextProbe(gate_, Gate{}), now_ + seconds(60));
}

TEST_F(BreakerTest, APauseThatEndsByItselfLeavesABlameRun) {
  for (MessageSeq m = 1; m <= 5; ++m) Blamed(m);
  Pause(gate_, now_ + seconds(60), now_);
  EXPECT_TRUE(ExpirePause(gate_, now_ + seconds(60)));
  EXPECT_TRUE(gate_.blame_run);
  EXPECT_FALSE(gate_.outage);
}

TEST_F(BreakerTest, ResumeTakesOffPauseAndBlameRunTogether) {
  for (MessageSeq m = 1; m <= 5; ++m) Blamed(m);
  Pause(gate_, std::nullopt, now_);
  EXPECT_TRUE(Resume(gate_, now_));
  EXPECT_FALSE(gate_.paused);
  EXPECT_FALSE(gate_.blame_run);
}

TEST_F(BreakerTest, NothingToResumeIsSaid) {
  EXPECT_FALSE(Resume(gate_, now_));
  Close("http-404");
  EXPECT_FALSE(Resume(gate_, now_));
}

// ---- 429 ----

TEST_F(BreakerTest, NothingBeforeNotBeforeAndThenOneAlone) {
  Throttle(gate_, now_ + seconds(5));
  EXPECT_FALSE(IsOpen(gate_, now_ + seconds(5) - Millis(1)));
  EXPECT_TRUE(IsOpen(gate_, now_ + seconds(5)));
  EXPECT_TRUE(gate_.alone_next);
}

TEST_F(BreakerTest, ALater429NeverShortensAnEarlierOne) {
  Throttle(gate_, now_ + seconds(60));
  Throttle(gate_, now_ + seconds(5));
  EXPECT_EQ(gate_.not_before, now_ + seconds(60));
  Throttle(gate_, now_ + seconds(90));
  EXPECT_EQ(gate_.not_before, now_ + seconds(90));
}

TEST_F(BreakerTest, AnswersToWhatWasUnderWayDoNotEndTheSilence) {
  Throttle(gate_, now_ + seconds(5));
  CountAnswer(gate_, now_ + seconds(4));
  CountSuccess(gate_, now_ + seconds(4));
  EXPECT_TRUE(gate_.alone_next);
  EXPECT_EQ(gate_.openings, 0);
  CountAnswer(gate_, now_ + seconds(5));
  EXPECT_FALSE(gate_.alone_next);
  EXPECT_EQ(gate_.openings, 1) << "every worker's window starts at one";
}

TEST_F(BreakerTest, AnOutageDoesNotForgetWhatA429AskedFor) {
  Throttle(gate_, now_ + seconds(60));
  Close("connect-refused");
  CountSuccess(gate_, now_ + seconds(1));
  EXPECT_FALSE(IsOpen(gate_, now_ + seconds(59)));
  EXPECT_TRUE(gate_.alone_next);
}

// ---- clocks ----

TEST_F(BreakerTest, TimesOfAClockThatWasSetBackArePulledIn) {
  Close("connect-refused");
  Throttle(gate_, now_ + seconds(3'600));
  Pause(gate_, now_ + std::chrono::hours(24 * 30), now_);
  const auto pause = gate_.pause_until;
  EXPECT_FALSE(PullIn(gate_, settings_, now_));
  now_ -= std::chrono::hours(48);
  EXPECT_TRUE(PullIn(gate_, settings_, now_));
  EXPECT_LE(*gate_.next_probe, now_ + Millis(18'000));
  EXPECT_EQ(gate_.not_before, now_ + settings_.retry_after_max);
  EXPECT_EQ(gate_.pause_until, pause);
  // Or the alarm of a closed resource would wait for two days.
  EXPECT_EQ(gate_.outage_since, now_);
  EXPECT_EQ(gate_.paused_since, now_);
  EXPECT_FALSE(PullIn(gate_, settings_, now_));
}

TEST_F(BreakerTest, ASuspectsProbeMayLieAsFarAheadAsItsBackoff) {
  for (int i = 0; i < 3; ++i) Fail(1, false);
  gate_.next_probe = now_ + settings_.backoff_max;
  EXPECT_FALSE(PullIn(gate_, settings_, now_));
}

}  // namespace
}  // namespace utboks

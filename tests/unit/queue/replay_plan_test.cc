#include "queue/replay_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "queue/base/random.h"
#include "tests/unit/queue/property.h"

namespace utboks {
namespace {

using Item = ReplayItemState;

constexpr WallTime kStart = WallTime(Millis(1'800'000'000'000));
constexpr int kAll = 1'000'000;

ReplayProgress Job(std::int64_t messages, int canary = 1, int per_minute = 0) {
  ReplayProgress job;
  job.canary = canary;
  job.per_minute = per_minute;
  job.counts.waiting = messages;
  BeginCanary(job);
  return job;
}

int SendNext(ReplayProgress& job, WallTime now = kStart) {
  const int go = NextOf(job, kAll, now);
  for (int i = 0; i < go; ++i) TellSent(job);
  return go;
}

bool End(ReplayProgress& job, int count, Item state, bool known = true) {
  bool stopped = false;
  for (int i = 0; i < count; ++i) stopped = TellEnd(job, Item::kSent, state, known) || stopped;
  return stopped;
}

// All that goes is accepted; the sizes of the batches.
std::vector<int> Batches(ReplayProgress& job) {
  std::vector<int> sizes;
  while (IsRunning(job.phase)) {
    const int go = SendNext(job);
    if (go == 0) break;
    sizes.push_back(go);
    End(job, go, Item::kAccepted);
  }
  return sizes;
}

TEST(ReplayPlanTest, TheCanaryGoesAloneAndThenBatchesDouble) {
  ReplayProgress job = Job(5'000);
  EXPECT_EQ(Batches(job),
            (std::vector<int>{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'000, 1'000, 1'000, 977}));
  EXPECT_EQ(job.phase, ReplayPhase::kDone);
  EXPECT_EQ(job.counts.accepted, 5'000);

  job = Job(100, 10);
  EXPECT_EQ(Batches(job), (std::vector<int>{10, 20, 40, 30}));
  job = Job(3, 10);
  EXPECT_EQ(Batches(job), (std::vector<int>{3}));
  EXPECT_EQ(job.phase, ReplayPhase::kDone);
}

TEST(ReplayPlanTest, NothingElseGoesWhileTheCanaryIsUnderWay) {
  ReplayProgress job = Job(100, 3);
  EXPECT_EQ(SendNext(job), 3);
  EXPECT_EQ(SendNext(job), 0);
  End(job, 2, Item::kAccepted);
  EXPECT_EQ(SendNext(job), 0) << "one is not at its end";
  End(job, 1, Item::kAccepted);
  EXPECT_EQ(SendNext(job), 6);
}

TEST(ReplayPlanTest, ACanaryThatIsNotSentProvesNothingAndTheNextGoesInItsPlace) {
  for (const Item end : {Item::kBlocked, Item::kSkipped}) {
    ReplayProgress job = Job(100);
    EXPECT_EQ(SendNext(job), 1);
    End(job, 1, end);
    EXPECT_EQ(SendNext(job), 1) << ReplayItemName(end);
    EXPECT_EQ(job.phase, ReplayPhase::kCanary);
  }
  ReplayProgress job = Job(100);
  EXPECT_EQ(NextOf(job, kAll, kStart), 1);
  TellEnd(job, Item::kWaiting, Item::kRefused, false);
  EXPECT_EQ(SendNext(job), 1);
  EXPECT_EQ(job.phase, ReplayPhase::kCanary);
}

TEST(ReplayPlanTest, WhatStopsAJob) {
  struct Case {
    const char* what;
    int batches;  // that come through before it
    int failed;
    bool known;
    std::string_view stopped_by;  // "": it goes on
  };
  const Case cases[] = {
      {"a canary fails as before", 0, 1, true, kStoppedByCanary},
      {"a canary fails anew", 0, 1, false, kStoppedByNewFailure},
      {"one of two fails as before", 1, 1, true, ""},
      {"two of two fail as before", 1, 2, true, kStoppedBySameFailure},
      {"one of two fails anew", 1, 1, false, kStoppedByNewFailure},
      {"one of 16 fails as before", 4, 1, true, ""},
      {"two of 16 fail as before", 4, 2, true, kStoppedBySameFailure},
      {"three of 32 fail as before", 5, 3, true, ""},
      {"four of 32 fail as before", 5, 4, true, kStoppedBySameFailure},
      {"one of 32 fails anew", 5, 1, false, kStoppedByNewFailure},
      {"100 of 1000 fail as before", 10, 100, true, ""},
      {"101 of 1000 fail as before", 10, 101, true, kStoppedBySameFailure},
  };
  for (const Case& c : cases) {
    ReplayProgress job = Job(100'000);
    for (int i = 0; i < c.batches; ++i) End(job, SendNext(job), Item::kAccepted);
    SendNext(job);
    EXPECT_EQ(End(job, c.failed, Item::kFailed, c.known), !c.stopped_by.empty()) << c.what;
    EXPECT_EQ(job.stopped_by, c.stopped_by) << c.what;
    EXPECT_EQ(job.phase == ReplayPhase::kStopped, !c.stopped_by.empty()) << c.what;
    if (!c.stopped_by.empty()) {
      EXPECT_EQ(SendNext(job), 0) << c.what;
    }
  }
}

TEST(ReplayPlanTest, OfALargeBatchATenthMayBeUnderWayWhenTheNextGoes) {
  ReplayProgress job = Job(100'000);
  for (int i = 0; i < 6; ++i) End(job, SendNext(job), Item::kAccepted);
  ASSERT_EQ(SendNext(job), 64);
  End(job, 57, Item::kAccepted);
  EXPECT_EQ(SendNext(job), 0) << "seven are under way";
  End(job, 1, Item::kAccepted);
  EXPECT_EQ(SendNext(job), 128);
  EXPECT_EQ(job.counts.sent, 134);
}

TEST(ReplayPlanTest, AfterAStopTheCanaryComesAgain) {
  ReplayProgress job = Job(1'000);
  for (int i = 0; i < 5; ++i) End(job, SendNext(job), Item::kAccepted);
  ASSERT_EQ(SendNext(job), 32);
  End(job, 1, Item::kFailed, false);
  End(job, 31, Item::kAccepted);  // they went on as any message does
  EXPECT_EQ(job.phase, ReplayPhase::kStopped);
  BeginCanary(job);
  EXPECT_EQ(SendNext(job), 1);
  End(job, 1, Item::kAccepted);
  EXPECT_EQ(SendNext(job), 2);
}

TEST(ReplayPlanTest, NoPhaseThatDoesNotRunSendsAnything) {
  for (const ReplayPhase phase : {ReplayPhase::kGathering, ReplayPhase::kStopped,
                                  ReplayPhase::kDone, ReplayPhase::kCancelled}) {
    ReplayProgress job = Job(10);
    job.phase = phase;
    EXPECT_EQ(NextOf(job, kAll, kStart), 0) << ReplayPhaseName(phase);
    EXPECT_EQ(job.phase, phase);
  }
}

TEST(ReplayPlanTest, ACallAsksForNoMoreThanItCanSend) {
  ReplayProgress job = Job(100'000, 500);
  EXPECT_EQ(NextOf(job, 100, kStart), 100);
  for (int i = 0; i < 100; ++i) TellSent(job);
  EXPECT_EQ(NextOf(job, 100, kStart), 100) << "the batch goes on";
}

// However it goes: each message is counted once, the rate holds in every minute, nothing
// goes after a stop, and the job comes to an end.
TEST(ReplayPlanPropertyTest, WhateverHappensTheJobKeepsItsPromises) {
  const std::int64_t steps = testing::PropertySteps(3'000);
  int done = 0, stopped = 0;
  for (std::int64_t run = 0; run < steps; ++run) {
    const std::uint64_t seed = testing::PropertySeed(20'261'129) + static_cast<std::uint64_t>(run);
    SCOPED_TRACE(seed);
    const auto chance = SeededRandom(seed);
    const auto messages = static_cast<std::int64_t>(chance->Below(300));
    const int per_minute = chance->Below(2) == 0 ? 0 : 1 + static_cast<int>(chance->Below(2'000));
    ReplayProgress job = Job(messages, 1 + static_cast<int>(chance->Below(5)), per_minute);
    std::deque<WallTime> sent_at;
    WallTime now = kStart;
    int turns = 0;
    for (; IsRunning(job.phase) && turns < 200'000; ++turns) {
      now += Millis(static_cast<Millis::rep>(1 + chance->Below(2'000)));
      for (std::int64_t left = job.counts.sent; left > 0; --left) {
        const bool fails = run % 3 == 0;
        switch (chance->Below(60)) {
          case 0:
            if (fails) TellEnd(job, Item::kSent, Item::kFailed, true);
            break;
          case 1:
            if (fails) TellEnd(job, Item::kSent, Item::kFailed, chance->Below(4) != 0);
            break;
          case 2:
            TellEnd(job, Item::kSent, Item::kSkipped, false);
            break;
          case 3:
            TellEnd(job, Item::kSent, Item::kBlocked, false);
            break;
          case 4:
          case 5:
          case 6:
          case 7:
            break;  // under way still
          default:
            TellEnd(job, Item::kSent, Item::kAccepted, false);
        }
      }
      const bool runs = IsRunning(job.phase);
      const int go = NextOf(job, 100, now);
      ASSERT_LE(go, job.counts.waiting);
      ASSERT_TRUE(runs || go == 0) << "it had stopped";
      for (int i = 0; i < go; ++i) {
        if (chance->Below(50) == 0) {
          TellEnd(job, Item::kWaiting, Item::kRefused, false);
          continue;
        }
        TellSent(job);
        sent_at.push_back(now);
      }
      while (!sent_at.empty() && sent_at.front() <= now - Millis(60'000)) sent_at.pop_front();
      if (per_minute > 0) {
        ASSERT_LE(std::ssize(sent_at), per_minute);
      }
      ASSERT_EQ(job.counts.total(), messages);
      for (int state = 0; state <= 6; ++state) {
        ASSERT_GE(job.counts.Of(static_cast<Item>(state)), 0);
      }
      if (job.phase == ReplayPhase::kCanary) {
        ASSERT_LE(job.counts.sent, job.canary);
      }
    }
    ASSERT_FALSE(IsRunning(job.phase)) << "it never ended";
    (job.phase == ReplayPhase::kDone ? done : stopped) += 1;
    if (job.phase == ReplayPhase::kDone) {
      ASSERT_EQ(job.counts.waiting + job.counts.sent, 0);
    }
  }
  if (steps < 100) return;
  EXPECT_GT(done, 0);
  EXPECT_GT(stopped, 0);
}

TEST(ReplayPlanTest, WordsAreStable) {
  EXPECT_EQ(ReplayPhaseName(ReplayPhase::kCanary), "canary");
  EXPECT_EQ(ReplayPhaseName(ReplayPhase::kGrowing), "running");
  EXPECT_EQ(ReplayPhaseName(ReplayPhase::kStopped), "stopped");
  EXPECT_EQ(ReplayPhaseName(ReplayPhase::kDone), "done");
  EXPECT_EQ(ReplayPhaseName(ReplayPhase::kCancelled), "cancelled");
  EXPECT_EQ(ReplayItemName(Item::kBlocked), "blocked");
  EXPECT_EQ(ReplayItemName(Item::kRefused), "refused");
}

}  // namespace
}  // namespace utboks

#include "producer/ops/replay_jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "producer/ops/replay_runner.h"
#include "queue/base/clock.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_desk.h"
#include "tests/support/fake_replays.h"
#include "tests/support/log_watch.h"

namespace utboks {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Accepts with edition 1.1, or as the test says for a ressurs.
class FakeRevalidator final : public Revalidator {
 public:
  Result<Accepted> Check(const Payload& payload) override {
    if (!failure.ok()) return failure;
    if (payload.ressurs == refused) return Status(Code::kInvalid, "edition 1.1 no longer has it");
    return Accepted{payload.ressurs == newer ? "1.2" : "1.1", "hash"};
  }
  std::string refused, newer;
  Status failure;
};

class ReplayJobsTest : public ::testing::Test {
 protected:
  ReplayTurn TurnOf(const std::vector<Uuid>& ids) {
    ReplayTurn turn;
    turn.job = 1;
    turn.ids = ids;
    return turn;
  }

  testing::FakeDesk desk_;
  testing::FakeReplays replays_;
  FakeRevalidator revalidator_;
  ReplayJobs jobs_{replays_, desk_, revalidator_};
  const Actor kari_{"cli:kari", SensitiveText("telephone with the register")};
};

TEST_F(ReplayJobsTest, TheSetIsWrittenDownInGroupsBeforeItStarts) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 1'201; ++i) {
    ids.push_back(desk_.AddMessage(std::to_string(i), State::kHeld, "doedsfall_v1").id);
  }
  std::vector<std::size_t> progress;
  const auto job = jobs_.Start(ids, {true, true, 7, 60}, kari_,
                               [&](std::size_t count) { progress.push_back(count); });
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->progress.phase, ReplayPhase::kCanary);
  EXPECT_EQ(replays_.begun.at(0).ids, ids);
  const NewReplay& with = replays_.begun.at(0).with;
  EXPECT_TRUE(with.again);
  EXPECT_TRUE(with.after_followers);
  EXPECT_EQ(with.canary, 7);
  EXPECT_EQ(with.per_minute, 60);
  EXPECT_EQ(with.actor, "cli:kari");
  EXPECT_EQ(with.why.reveal(), "telephone with the register");
  EXPECT_THAT(replays_.calls, ElementsAre("add 500", "add 500", "add 201"));
  EXPECT_THAT(progress, ElementsAre(500U, 1'000U, 1'201U));
}

TEST_F(ReplayJobsTest, WhereAnotherRunsNothingIsStarted) {
  replays_.next_failure = Status(Code::kBusy, "a replay job runs already");
  EXPECT_EQ(jobs_.Start({}, {}, kari_).code(), Code::kBusy);
  EXPECT_TRUE(replays_.begun.empty());
}

TEST_F(ReplayJobsTest, AStepValidatesAgainAndKeepsTheOrder) {
  revalidator_.refused = "gone_v1";
  revalidator_.newer = "foedsel_v1";
  const Uuid a = desk_.AddMessage("a", State::kHeld, "doedsfall_v1").id;
  const Uuid b = desk_.AddMessage("b", State::kHeld, "gone_v1").id;
  const Uuid c = desk_.AddMessage("c", State::kHeld, "doedsfall_v1").id;
  const Uuid d = desk_.AddMessage("d", State::kHeld, "foedsel_v1").id;
  const Uuid e = desk_.AddMessage("e", State::kHeld, "doedsfall_v1").id;
  desk_.purged_contents = {e};
  replays_.turns = {TurnOf({a, b, c, d, e})};
  const auto stepped = jobs_.Step();
  ASSERT_TRUE(stepped.ok());
  EXPECT_TRUE(stepped->moved);
  ASSERT_EQ(replays_.sent.size(), 3U);
  EXPECT_THAT(replays_.sent[0].ids, ElementsAre(a));
  EXPECT_THAT(replays_.sent[1].ids, ElementsAre(c));
  EXPECT_EQ(replays_.sent[1].edition, "1.1");
  EXPECT_THAT(replays_.sent[2].ids, ElementsAre(d));
  EXPECT_EQ(replays_.sent[2].edition, "1.2");
  EXPECT_EQ(replays_.sent[2].job, 1);
  EXPECT_THAT(replays_.calls, ElementsAre("refuse " + FormatUuid(b) + " invalid",
                                          "refuse " + FormatUuid(e) + " purged"));
  ASSERT_EQ(stepped->refused.size(), 2U);
  EXPECT_EQ(stepped->refused[0].id, b);
}

TEST_F(ReplayJobsTest, WithNothingToDoNothingIsDone) {
  const auto stepped = jobs_.Step();
  ASSERT_TRUE(stepped.ok());
  EXPECT_FALSE(stepped->moved);
  EXPECT_FALSE(stepped->ended.has_value());
  EXPECT_TRUE(replays_.sent.empty());
}

TEST_F(ReplayJobsTest, AStoreThatFailsEndsTheStep) {
  const Uuid a = desk_.AddMessage("a", State::kHeld, "doedsfall_v1").id;
  replays_.turns = {TurnOf({a}), TurnOf({a})};
  desk_.next_failure = Status(Code::kCorrupt, "the database is damaged");
  EXPECT_EQ(jobs_.Step().code(), Code::kCorrupt);
  EXPECT_THAT(replays_.sent, IsEmpty());
  EXPECT_TRUE(jobs_.Step().ok());
  EXPECT_EQ(replays_.sent.size(), 1U);
}

// Contracts that cannot be read say nothing of a document.
TEST_F(ReplayJobsTest, WhereNothingCanBeValidatedNothingIsRefused) {
  const Uuid a = desk_.AddMessage("a", State::kHeld, "doedsfall_v1").id;
  replays_.turns = {TurnOf({a})};
  revalidator_.failure = Status(Code::kConfig, "the installed schemas are damaged");
  EXPECT_EQ(jobs_.Step().code(), Code::kConfig);
  EXPECT_THAT(replays_.calls, IsEmpty());
  EXPECT_THAT(replays_.sent, IsEmpty());
}

// Its turns come one after the other as long as messages go.
TEST_F(ReplayJobsTest, TheRunnerMovesOnWhatThereIsAndStops) {
  const Uuid a = desk_.AddMessage("a", State::kHeld, "doedsfall_v1").id;
  const Uuid b = desk_.AddMessage("b", State::kHeld, "doedsfall_v1").id;
  ReplayTurn done;
  done.job = 1;
  done.ended = ReplayJob();
  done.ended->progress.phase = ReplayPhase::kDone;
  replays_.turns = {TurnOf({a}), TurnOf({b}), done};
  {
    ReplayRunner runner(jobs_, SystemClock());
    ASSERT_TRUE(runner.Start().ok());
    EXPECT_TRUE(testing::Eventually([&] { return testing::LogWatch::Count("replay-done") == 1; }));
    runner.Stop();
    runner.Stop();
  }
  EXPECT_EQ(replays_.sent.size(), 2U);
  ReplayRunner never_started(jobs_, SystemClock());
  never_started.Stop();
}

}  // namespace
}  // namespace utboks

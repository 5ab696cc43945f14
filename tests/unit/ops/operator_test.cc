#include "producer/ops/operator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_desk.h"
#include "tests/support/log_watch.h"

namespace utboks {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Accepts with edition 1.1, or as the test says for a ressurs.
class FakeRevalidator final : public Revalidator {
 public:
  Result<Accepted> Check(const Payload& payload) override {
    ++checks;
    if (payload.ressurs == refused) return Status(Code::kInvalid, "edition 1.1 no longer has it");
    return Accepted{payload.ressurs == newer ? "1.2" : "1.1", "hash-" + payload.ressurs};
  }
  std::string refused, newer;
  int checks = 0;
};

class OperatorTest : public ::testing::Test {
 protected:
  testing::FakeDesk desk_;
  FakeRevalidator revalidator_;
  Operator operator_{desk_, desk_, revalidator_};
  const Actor kari_{"cli:kari", SensitiveText("telephone with the register")};
  std::vector<Acted> done_;
};

TEST_F(OperatorTest, ListsInPagesNewestFirst) {
  for (int i = 0; i < 1'201; ++i) desk_.AddMessage(std::to_string(i), State::kDue, "doedsfall_v1");
  std::vector<MessageSeq> seen;
  Filter filter;
  filter.limit = 0;
  ASSERT_TRUE(operator_
                  .List(filter,
                        [&](const MessageView& row) {
                          seen.push_back(row.seq);
                          return true;
                        })
                  .ok());
  ASSERT_EQ(seen.size(), 1'201U);
  EXPECT_EQ(seen.front(), 1'201);
  EXPECT_EQ(seen.back(), 1);
  EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
  EXPECT_EQ(desk_.list_calls, 3);
}

TEST_F(OperatorTest, TheLimitHoldsOverPages) {
  for (int i = 0; i < 1'201; ++i) desk_.AddMessage(std::to_string(i), State::kDue, "doedsfall_v1");
  for (const int limit : {1, 499, 500, 501, 1'201, 5'000}) {
    int seen = 0;
    Filter filter;
    filter.limit = limit;
    ASSERT_TRUE(operator_.List(filter, [&](const MessageView&) { return ++seen > 0; }).ok());
    EXPECT_EQ(seen, std::min(limit, 1'201));
  }
}

TEST_F(OperatorTest, AListEndsWhenNobodyLooksAnyMore) {
  for (int i = 0; i < 10; ++i) desk_.AddMessage(std::to_string(i), State::kDue, "doedsfall_v1");
  int seen = 0;
  EXPECT_TRUE(operator_.List(Filter(), [&](const MessageView&) { return ++seen < 3; }).ok());
  EXPECT_EQ(seen, 3);
}

TEST_F(OperatorTest, FindsOneOrSaysWhatToDo) {
  desk_.AddMessage("sak-1", State::kDue, "doedsfall_v1");
  EXPECT_EQ(operator_.One("sak-1")->seq, 1);
  EXPECT_EQ(operator_.One("sak-2").code(), Code::kNotFound);
}

TEST_F(OperatorTest, AFrozenSetHasTheOrderOfArrivalAndItsCauses) {
  desk_.AddMessage("a", State::kRejected, "doedsfall_v1", "feilkode-x");
  desk_.AddMessage("b", State::kHeld, "doedsfall_v1", "blame-run");
  desk_.AddMessage("c", State::kDue, "doedsfall_v1");
  desk_.AddMessage("d", State::kHeld, "doedsfall_v1", "blame-run");
  Filter filter;
  filter.states = StatesFor(Decision::kReplay);
  filter.limit = 0;
  const auto set = operator_.Freeze(filter);
  ASSERT_TRUE(set.ok());
  EXPECT_THAT(set->ids,
              ElementsAre(desk_.messages[0].id, desk_.messages[1].id, desk_.messages[3].id));
  ASSERT_EQ(set->causes.size(), 2U);
  EXPECT_EQ(set->causes[0].reason, "blame-run");
  EXPECT_EQ(set->causes[0].count, 2);
  EXPECT_EQ(set->causes[1].reason, "feilkode-x");
}

// What comes in after the set was frozen is not acted on.
TEST_F(OperatorTest, AFrozenSetDoesNotGrow) {
  desk_.AddMessage("a", State::kHeld, "doedsfall_v1");
  Filter filter;
  filter.states = {State::kHeld};
  const auto set = operator_.Freeze(filter);
  desk_.AddMessage("b", State::kHeld, "doedsfall_v1");
  ASSERT_TRUE(operator_.Do(Decision::kReplay, set->ids, {}, kari_, &done_).ok());
  EXPECT_EQ(desk_.messages[0].state, State::kDue);
  EXPECT_EQ(desk_.messages[1].state, State::kHeld);
}

TEST_F(OperatorTest, ActorReasonAndOptionsReachTheStore) {
  desk_.AddMessage("a", State::kHeld, "doedsfall_v1");
  ActOptions options;
  options.may_be_registered = true;
  ASSERT_TRUE(operator_.Do(Decision::kCancel, {desk_.messages[0].id}, options, kari_, &done_).ok());
  ASSERT_EQ(desk_.acts.size(), 1U);
  EXPECT_EQ(desk_.acts[0].decision, Decision::kCancel);
  EXPECT_EQ(desk_.acts[0].actor, "cli:kari");
  EXPECT_EQ(desk_.acts[0].why.reveal(), "telephone with the register");
  EXPECT_TRUE(desk_.acts[0].may_be_registered);
  EXPECT_FALSE(desk_.acts[0].again);
  EXPECT_EQ(revalidator_.checks, 0);  // nothing is sent: nothing to validate
  ASSERT_EQ(done_.size(), 1U);
  EXPECT_EQ(done_[0].to, State::kCancelled);

  options = ActOptions();
  options.again = options.after_followers = true;
  ASSERT_TRUE(operator_.Do(Decision::kReplay, {desk_.messages[0].id}, options, kari_, &done_).ok());
  EXPECT_TRUE(desk_.acts[1].again);
  EXPECT_TRUE(desk_.acts[1].after_followers);
}

TEST_F(OperatorTest, ManyAreDoneInGroupsAndTheRestIsKnownWhenOneFails) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 250; ++i) {
    ids.push_back(desk_.AddMessage(std::to_string(i), State::kDue, "doedsfall_v1").id);
  }
  std::vector<std::size_t> progress;
  const auto note = [&](std::size_t n) {
    progress.push_back(n);
    if (n == 200) desk_.next_failure = Status(Code::kBusy, "the store is busy");
  };
  const Status status = operator_.Do(Decision::kHold, ids, {}, kari_, &done_, note);
  EXPECT_EQ(status.code(), Code::kBusy);
  EXPECT_EQ(done_.size(), 200U);
  EXPECT_THAT(progress, ElementsAre(100U, 200U));
}

TEST_F(OperatorTest, AnAnswerForOneDoesNotStopTheOthers) {
  const Uuid sending = desk_.AddMessage("a", State::kSending, "doedsfall_v1").id;
  const Uuid due = desk_.AddMessage("b", State::kDue, "doedsfall_v1").id;
  desk_.answers[sending] = Status(Code::kBusy, "is being sent");
  ASSERT_TRUE(operator_.Do(Decision::kHold, {sending, due}, {}, kari_, &done_).ok());
  ASSERT_EQ(done_.size(), 2U);
  EXPECT_EQ(done_[0].status.code(), Code::kBusy);
  EXPECT_TRUE(done_[1].status.ok());
}

TEST_F(OperatorTest, ReleaseAndReplayValidateAgain) {
  for (const Decision decision : {Decision::kRelease, Decision::kReplay}) {
    desk_.messages.clear();
    desk_.acts.clear();
    done_.clear();
    revalidator_.refused = "gone_v1";
    revalidator_.newer = "foedsel_v1";
    const Uuid a = desk_.AddMessage("a", State::kHeld, "doedsfall_v1").id;
    const Uuid b = desk_.AddMessage("b", State::kHeld, "doedsfall_v1").id;
    const Uuid c = desk_.AddMessage("c", State::kHeld, "gone_v1").id;
    const Uuid d = desk_.AddMessage("d", State::kHeld, "foedsel_v1").id;
    const Uuid e = desk_.AddMessage("e", State::kHeld, "doedsfall_v1").id;
    desk_.purged_contents = {e};
    ASSERT_TRUE(operator_.Do(decision, {a, b, c, d, e}, {}, kari_, &done_).ok());

    ASSERT_EQ(done_.size(), 5U);
    const Uuid order[] = {a, b, c, d, e};
    const Code codes[] = {Code::kOk, Code::kOk, Code::kInvalid, Code::kOk, Code::kNotFound};
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(done_[i].id, order[i]) << i;
      EXPECT_EQ(done_[i].status.code(), codes[i]) << i;
    }
    EXPECT_EQ(done_[2].from, State::kHeld);
    EXPECT_EQ(desk_.messages[2].state, State::kHeld);
    ASSERT_EQ(desk_.acts.size(), 2U);
    EXPECT_THAT(desk_.acts[0].ids, ElementsAre(a, b));
    EXPECT_EQ(desk_.acts[0].edition, "1.1");
    EXPECT_EQ(desk_.acts[0].schema_hash, "hash-doedsfall_v1");
    EXPECT_THAT(desk_.acts[1].ids, ElementsAre(d));
    EXPECT_EQ(desk_.acts[1].edition, "1.2");
  }
}

TEST_F(OperatorTest, AStoreThatFailsWhileReadingEndsTheAct) {
  const Uuid id = desk_.AddMessage("a", State::kHeld, "doedsfall_v1").id;
  desk_.next_failure = Status(Code::kCorrupt, "the database is damaged");
  EXPECT_EQ(operator_.Do(Decision::kRelease, {id}, {}, kari_, &done_).code(), Code::kCorrupt);
  EXPECT_TRUE(done_.empty());
}

TEST_F(OperatorTest, GatesAndAlarmsCarryTheActor) {
  EXPECT_TRUE(operator_.Pause("doedsfall_v1", WallFromMillis(5), kari_).ok());
  EXPECT_TRUE(operator_.Pause("", std::nullopt, kari_).ok());
  EXPECT_TRUE(operator_.Resume("", kari_).ok());
  EXPECT_TRUE(operator_.Acknowledge("double", kari_).ok());
  EXPECT_THAT(desk_.gate_calls,
              ElementsAre("pause doedsfall_v1 until 5 by cli:kari: telephone with the register",
                          "pause  until resumed by cli:kari: telephone with the register",
                          "resume  by cli:kari: telephone with the register",
                          "acknowledge double by cli:kari: telephone with the register"));
}

TEST_F(OperatorTest, ContentIsAuditedBeforeItIsShown) {
  const Uuid id = desk_.AddMessage("a", State::kHeld, "doedsfall_v1").id;
  ASSERT_TRUE(operator_.ReadContent(id, kari_).ok());
  EXPECT_THAT(desk_.audits, ElementsAre(HasSubstr("cli:kari")));
  desk_.next_failure = Status(Code::kBusy, "the store is busy");
  EXPECT_EQ(operator_.ReadContent(id, kari_).code(), Code::kBusy);
}

TEST_F(OperatorTest, PurgeGoesInStepsUntilNothingIsLeft) {
  desk_.purge_steps = {{500, 0, 0}, {10, 500, 3}, {0, 0, 1}};
  Desk::Purged total;
  std::vector<std::size_t> progress;
  ASSERT_TRUE(operator_
                  .Purge({Millis(1), Millis(2), false}, std::stop_token(), &total,
                         [&](std::size_t n) { progress.push_back(n); })
                  .ok());
  EXPECT_EQ(total.closed, 510);
  EXPECT_EQ(total.contents, 500);
  EXPECT_EQ(total.records, 4);
  EXPECT_THAT(progress, ElementsAre(500U, 1'013U, 1'014U));
}

TEST_F(OperatorTest, PurgeStopsWhenAskedAndKeepsCountOfAFailure) {
  desk_.purge_steps = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
  std::stop_source stop;
  Desk::Purged total;
  ASSERT_TRUE(
      operator_.Purge({}, stop.get_token(), &total, [&](std::size_t) { stop.request_stop(); })
          .ok());
  EXPECT_EQ(total.contents, 1);
  const auto fail = [&](std::size_t) { desk_.next_failure = Status(Code::kBusy, "busy"); };
  EXPECT_EQ(operator_.Purge({}, std::stop_token(), &total, fail).code(), Code::kBusy);
  EXPECT_EQ(total.contents, 2);
}

TEST(DecisionTest, EachHasItsNameAndItsStates) {
  EXPECT_EQ(DecisionName(Decision::kHold), "hold");
  EXPECT_EQ(DecisionName(Decision::kRelease), "release");
  EXPECT_EQ(DecisionName(Decision::kReplay), "replay");
  EXPECT_EQ(DecisionName(Decision::kCancel), "cancel");
  EXPECT_EQ(DecisionName(Decision::kClose), "close");
  EXPECT_THAT(StatesFor(Decision::kHold), ElementsAre(State::kDue, State::kInDoubt));
  EXPECT_THAT(StatesFor(Decision::kRelease), ElementsAre(State::kHeld));
  EXPECT_THAT(StatesFor(Decision::kCancel),
              ElementsAre(State::kDue, State::kHeld, State::kRejected));
  EXPECT_THAT(StatesFor(Decision::kClose),
              ElementsAre(State::kAccepted, State::kHeld, State::kRejected, State::kInDoubt));
}

}  // namespace
}  // namespace utboks

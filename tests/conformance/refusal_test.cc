// Documents that were refused while nobody waited for the answer: kept as rejected, and in
// nobody's way.
#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

constexpr const char* kDetails = R"({"code":"invalid","text":"no","violations":[]})";

class RefusalTest : public StoreTest {
 protected:
  static NewRow Refused(const std::string& name, const std::string& ressurs = "doedsfall_v1") {
    NewRow row = Row(name, {"person"}, ressurs);
    row.answer_later = true;
    row.correlation = SensitiveText("sak 1");
    row.refusal = Refusal{"invalid", SensitiveText(kDetails)};
    return row;
  }
  static NewReplay Replay() {
    NewReplay job;
    job.actor = "cli:kari";
    return job;
  }
  Result<Acted> Do(const Uuid& id, Decision decision) {
    Act act;
    act.ids = {id};
    act.decision = decision;
    act.actor = "cli:kari";
    const Result<std::vector<Acted>> done = store_->Do(act);
    if (!done.ok()) return done.status();
    return done->front();
  }
};

TEST_P(RefusalTest, ItIsRejectedWithWhatWasWrongAndTold) {
  const Inserted kept = Put(Refused("a"));
  ASSERT_TRUE(kept.status.ok()) << kept.status.text();
  EXPECT_TRUE(kept.kept);
  EXPECT_TRUE(kept.is_new);
  EXPECT_EQ(kept.state, State::kRejected);
  const MessageView view = See(kept.id);
  EXPECT_EQ(view.state, State::kRejected);
  EXPECT_EQ(view.reason, "invalid");
  EXPECT_EQ(view.refusal.reveal(), kDetails);
  EXPECT_EQ(view.attempts, 0);
  const Result<std::vector<EventView>> events = store_->Events(0, 0, std::nullopt);
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ((*events)[0].event, "rejected");
  EXPECT_EQ((*events)[0].to, State::kRejected);
  EXPECT_EQ((*events)[0].refusal.reveal(), kDetails);
  EXPECT_EQ((*events)[0].correlation.reveal(), "sak 1");
  EXPECT_EQ(store_->Content(kept.id)->document.reveal(), "<melding>a</melding>");
  EXPECT_TRUE(ClaimUpTo(10).rows.empty());
}

TEST_P(RefusalTest, WhatTheRegisterRejectsHasNoRefusalOfOurs) {
  const Uuid id = Put(Row("a")).id;
  SendOne(Rejected());
  EXPECT_EQ(See(id).refusal.reveal(), "");
  EXPECT_EQ(store_->Events(0, 0, id)->back().event, "rejected");
  EXPECT_EQ(store_->Events(0, 0, id)->back().refusal.reveal(), "");
}

TEST_P(RefusalTest, ItHoldsNeitherItsIdentifierNorItsPersons) {
  const Uuid refused = Put(Refused("a")).id;
  EXPECT_EQ(store_->Find("a", false)->front().id, refused) << "found by its name as long as";
  const Inserted good = Put(Row("a", {"person"}));
  ASSERT_TRUE(good.status.ok()) << good.status.text();
  EXPECT_TRUE(good.is_new);
  EXPECT_EQ(store_->Find("a", false)->front().id, good.id) << "no message has it";
  EXPECT_EQ(ClaimUpTo(10).rows.size(), 1U) << "nobody waits for what was refused";
  const Inserted again = Put(Refused("a"));
  EXPECT_TRUE(again.kept);
  EXPECT_NE(again.id, refused);
}

TEST_P(RefusalTest, AnotherUnderATakenNameIsKeptWhereNobodyWaits) {
  const Uuid first = Put(Row("a")).id;
  NewRow other = Row("a");
  other.document = SensitiveText("<melding>other</melding>");
  EXPECT_EQ(Put(other).status.code(), Code::kExists);
  other.answer_later = true;
  const Inserted kept = Put(other);
  ASSERT_TRUE(kept.status.ok());
  EXPECT_TRUE(kept.kept);
  EXPECT_NE(kept.id, first);
  EXPECT_EQ(See(kept.id).reason, "identifier-taken");
  EXPECT_NE(See(kept.id).refusal.reveal().find(FormatUuid(first)), std::string::npos);
  EXPECT_NE(See(kept.id).refusal.reveal().find("\"exists\""), std::string::npos);
}

TEST_P(RefusalTest, TheSameAgainLeadsFromItsOwnIdToTheOneThatIsThere) {
  const Uuid first = Put(Row("a")).id;
  NewRow again = Row("a");
  again.answer_later = true;
  again.id = MakeUuid(clock_.Wall(), *random_);
  const Inserted same = Put(again);
  EXPECT_TRUE(same.status.ok());
  EXPECT_FALSE(same.kept);
  EXPECT_EQ(same.id, first);
  EXPECT_EQ(See(*again.id).id, first);
  EXPECT_EQ(store_->Events(0, 0, *again.id)->size(), 1U);
  EXPECT_TRUE(Do(*again.id, Decision::kHold)->status.ok());
  EXPECT_EQ(StateOf(first), State::kHeld);
}

TEST_P(RefusalTest, AnIdThatWasGivenIsTheMessages) {
  NewRow row = Row("a");
  row.id = MakeUuid(clock_.Wall(), *random_);
  EXPECT_EQ(Put(row).id, *row.id);
  EXPECT_EQ(StateOf(*row.id), State::kDue);
}

TEST_P(RefusalTest, OfNoResourceThatWeKnowItIsKeptAllTheSame) {
  const Inserted kept = Put(Refused("a", ""));
  ASSERT_TRUE(kept.status.ok()) << kept.status.text();
  EXPECT_EQ(See(kept.id).ressurs, "");
  EXPECT_EQ(store_->Events(0, 0, kept.id)->front().ressurs, "");
  EXPECT_TRUE(store_->Look().ok());
}

TEST_P(RefusalTest, ItIsNeverSentWhateverAPersonSays) {
  const Uuid id = Put(Refused("a")).id;
  EXPECT_EQ(Do(id, Decision::kReplay)->status.code(), Code::kConflict);
  EXPECT_EQ(Do(id, Decision::kRelease)->status.code(), Code::kConflict);
  EXPECT_EQ(Do(id, Decision::kHold)->status.code(), Code::kConflict);
  EXPECT_EQ(StateOf(id), State::kRejected);
  EXPECT_TRUE(Do(id, Decision::kClose)->status.ok());
  EXPECT_EQ(StateOf(id), State::kClosed);
  const Uuid other = Put(Refused("b")).id;
  EXPECT_TRUE(Do(other, Decision::kCancel)->status.ok());
  EXPECT_TRUE(ClaimUpTo(10).rows.empty());
}

TEST_P(RefusalTest, AReplayJobPassesItOver) {
  const Uuid id = Put(Refused("a")).id;
  const Result<std::int64_t> job = store_->BeginReplay(Replay());
  ASSERT_TRUE(job.ok());
  ASSERT_TRUE(store_->AddToReplay(*job, std::vector<Uuid>{id}).ok());
  ASSERT_TRUE(store_->StartReplay(*job).ok());
  const Result<ReplayTurn> turn = store_->NextReplay();
  ASSERT_TRUE(turn.ok());
  ASSERT_EQ(turn->ids, std::vector<Uuid>{id});
  ASSERT_TRUE(store_->SendReplay({*job, {id}, "1.2", "abc"}).ok());
  EXPECT_EQ(StateOf(id), State::kRejected);
  const Result<std::vector<ReplayItem>> items = store_->ReplayItems(*job, 10);
  ASSERT_EQ(items->size(), 1U);
  EXPECT_EQ((*items)[0].reason, "never-valid");
}

TEST_P(RefusalTest, ACorrectionTakesItsPlace) {
  const Uuid old = Put(Refused("a")).id;
  NewRow correction = Row("a", {"person"});
  correction.corrects = Correction{old, false, SensitiveText("wrong day")};
  const Inserted done = Put(correction);
  ASSERT_TRUE(done.status.ok()) << done.status.text();
  EXPECT_EQ(StateOf(old), State::kCancelled);
  EXPECT_EQ(See(old).replaced_by, done.id);
  EXPECT_EQ(ClaimUpTo(10).rows.size(), 1U);
}

TEST_P(RefusalTest, ItIsPurgedAndLeavesNothing) {
  const Uuid id = Put(Refused("a")).id;
  clock_.Advance(std::chrono::hours(24 * 100));
  const Result<Desk::Purged> purged =
      store_->Purge(std::chrono::hours(24), std::chrono::hours(24), false, 100);
  ASSERT_TRUE(purged.ok()) << purged.status().text();
  EXPECT_EQ(purged->records, 1);
  EXPECT_EQ(store_->Find(FormatUuid(id), false).code(), Code::kNotFound);
  EXPECT_EQ(store_->Find("a", false).code(), Code::kNotFound);
  EXPECT_TRUE(Put(Row("a")).is_new) << "the name was never its own";
}

TEST_P(RefusalTest, AGroupIsStoredWholeGoodAndBad) {
  std::vector<NewRow> rows = {Row("a", {"p"}), Refused("b"), Row("c", {"p"}), Refused("d")};
  const Result<std::vector<Inserted>> done = store_->Insert(rows, InsertMode::kEachAlone);
  ASSERT_TRUE(done.ok()) << done.status().text();
  std::vector<State> states;
  for (const Inserted& one : *done) states.push_back(StateOf(one.id));
  EXPECT_EQ(states,
            (std::vector<State>{State::kDue, State::kRejected, State::kDue, State::kRejected}));
  EXPECT_EQ(ClaimUpTo(10).rows.size(), 1U);
}

UTBOKS_INSTANTIATE_STORES(RefusalTest);

}  // namespace
}  // namespace utboks::testing

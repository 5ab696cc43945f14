// The store's side of the register's feedback: doubts that it settles, receipts that it
// brings late, and its place in the feed, which moves with what it did.
#include <gmock/gmock.h>

#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

using ::testing::ElementsAre;

class FeedbackStoreTest : public StoreTest {
 protected:
  static FeedbackEvent Event(const std::string& identifikator, const std::string& reference,
                             const std::string& result = {}) {
    FeedbackEvent event;
    event.identifikator = SensitiveText(identifikator);
    event.reference = reference;
    event.decision = !result.empty();
    event.result = result;
    return event;
  }
  // Reads on, and is told this.
  FeedbackApplied Hear(std::vector<FeedbackEvent> events, bool silent = false) {
    FeedbackPage page;
    page.from = *store_->FeedPosition();
    page.next = page.from + static_cast<std::int64_t>(events.size());
    page.events = std::move(events);
    page.silent = silent;
    const Result<FeedbackApplied> applied = store_->ApplyFeedback(page);
    EXPECT_TRUE(applied.ok()) << applied.status().text();
    return applied.ok() ? *applied : FeedbackApplied{};
  }
  std::vector<std::string> Alarms() {
    std::vector<std::string> names;
    const Overview overview = store_->Look().value();
    for (const AlarmView& alarm : overview.alarms) names.push_back(alarm.name);
    return names;
  }
};

TEST_P(FeedbackStoreTest, ADoubtIsSettledAndItsFollowerMayGo) {
  const Uuid a = Put(Row("a", {"ola"})).id;
  const Uuid b = Put(Row("b", {"ola"})).id;
  SendOne(Unanswered());
  ASSERT_EQ(StateOf(a), State::kInDoubt);
  EXPECT_TRUE(ClaimUpTo(1).rows.empty());
  EXPECT_EQ(Hear({Event("a", "ref-7")}).matched, 1);
  const MessageView seen = See(a);
  EXPECT_EQ(seen.state, State::kAccepted);
  EXPECT_EQ(seen.reference, "ref-7");
  EXPECT_EQ(EventsOf(a), (std::vector<std::string>{"queued", "in_doubt", "accepted"}));
  const Claimed claimed = ClaimUpTo(1);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].id, b);
  EXPECT_THAT(Alarms(), ::testing::IsEmpty());
}

TEST_P(FeedbackStoreTest, ADecisionClosesWithItsResult) {
  const Uuid a = Put(Row("a")).id;
  const Uuid b = Put(Row("b")).id;
  SendOne(Accepted("ref-1"));
  SendOne(Unanswered());
  EXPECT_EQ(Hear({Event("a", "ref-1")}).matched, 1);
  EXPECT_EQ(StateOf(a), State::kAccepted) << "a case that goes on";
  EXPECT_EQ(Hear({Event("a", "ref-1", "godkjent"), Event("b", "ref-2", "avvist")}).matched, 2);
  EXPECT_EQ(See(a).state, State::kClosed);
  EXPECT_EQ(See(a).reason, "godkjent");
  EXPECT_EQ(See(b).state, State::kClosed);
  EXPECT_EQ(See(b).reason, "avvist");
  EXPECT_EQ(See(b).reference, "ref-2");
  EXPECT_EQ(EventsOf(b), (std::vector<std::string>{"queued", "in_doubt", "accepted", "decided"}));
}

TEST_P(FeedbackStoreTest, APageReadTwiceDoesNothingTheSecondTime) {
  const Uuid a = Put(Row("a")).id;
  SendOne(Unanswered());
  FeedbackPage page;
  page.next = 7;
  page.events = {Event("a", "ref-1", "godkjent")};
  ASSERT_TRUE(store_->ApplyFeedback(page).ok());
  EXPECT_EQ(*store_->FeedPosition(), 7);
  EXPECT_EQ(store_->ApplyFeedback(page).code(), Code::kConflict);
  page.from = 7;
  page.next = 6;
  EXPECT_EQ(store_->ApplyFeedback(page).code(), Code::kConflict) << "backwards";
  EXPECT_EQ(EventsOf(a).size(), 4U);
  // Nor does an event that comes again further on.
  EXPECT_EQ(Hear({Event("a", "ref-1", "godkjent")}).matched, 1);
  EXPECT_EQ(EventsOf(a).size(), 4U);
  EXPECT_THAT(Alarms(), ::testing::IsEmpty());
}

TEST_P(FeedbackStoreTest, WhatNobodySentIsAnOrphan) {
  const Uuid waits = Put(Row("waits")).id;
  const Uuid shut_out = Put(Row("shut out", {}, "foedsel_v1")).id;
  const Claimed claimed = ClaimUpTo(1, {"foedsel_v1"});
  ASSERT_EQ(claimed.rows.size(), 1U);
  Settle(claimed.rows[0], Refused());
  const FeedbackApplied applied =
      Hear({Event("waits", "ref-1"), Event("shut out", "ref-2"), Event("unknown", "ref-3")});
  EXPECT_EQ(applied.orphans, 3);
  EXPECT_EQ(applied.matched, 0);
  EXPECT_EQ(StateOf(waits), State::kDue);
  EXPECT_EQ(StateOf(shut_out), State::kDue) << "no byte of it has left";
}

TEST_P(FeedbackStoreTest, ASecondReferenceRaisesDoubleAndChangesNothing) {
  const Uuid a = Put(Row("a")).id;
  SendOne(Unanswered());
  clock_.Advance(options_.delivery.backoff_max);
  SendOne(Accepted("ref-2"));
  EXPECT_EQ(Hear({Event("a", "ref-1", "godkjent")}).matched, 1);
  EXPECT_EQ(StateOf(a), State::kAccepted);
  EXPECT_EQ(See(a).reference, "ref-2");
  EXPECT_THAT(Alarms(), ElementsAre("double"));
}

TEST_P(FeedbackStoreTest, ALateAnswerBesideTheFeedsReceiptIsADoubleOnlyIfItIsAnother) {
  for (const bool same : {true, false}) {
    const std::string name = same ? "same" : "other";
    const Uuid id = Put(Row(name)).id;
    const Claimed claimed = ClaimUpTo(1);
    ASSERT_EQ(claimed.rows.size(), 1U);
    Hear({Event(name, "ref-1")});
    EXPECT_EQ(StateOf(id), State::kAccepted) << "while it is being sent";
    Settle(claimed.rows[0], Accepted(same ? "ref-1" : "ref-2"));
    EXPECT_EQ(StateOf(id), State::kAccepted);
    EXPECT_EQ(Alarms().size(), same ? 0U : 1U);
  }
}

TEST_P(FeedbackStoreTest, WhatWasGivenUpAndIsRegisteredAfterAllIsSaid) {
  const Uuid a = Put(Row("a")).id;
  SendOne(Unanswered());
  ASSERT_TRUE(
      Decide(Decision::kCancel, a, [](Act& act) { act.may_be_registered = true; }).status.ok());
  Hear({Event("a", "ref-1", "registrert")});
  EXPECT_EQ(StateOf(a), State::kClosed);
  EXPECT_EQ(See(a).reference, "ref-1");
  EXPECT_THAT(Alarms(), ElementsAre("accepted-late"));
}

TEST_P(FeedbackStoreTest, ATombstoneHearsOfItToo) {
  const Uuid a = Put(Row("a")).id;
  SendOne(Unanswered());
  ASSERT_TRUE(
      Decide(Decision::kCancel, a, [](Act& act) { act.may_be_registered = true; }).status.ok());
  clock_.Advance(Millis(10));
  ASSERT_TRUE(store_->Purge(Millis(1), Millis(1), false, 100).ok());
  ASSERT_EQ(store_->Find(FormatUuid(a), false).code(), Code::kNotFound);
  EXPECT_EQ(Hear({Event("a", "ref-1")}).matched, 1);
  EXPECT_THAT(Alarms(), ElementsAre("accepted-late"));
  const Result<std::vector<Inserted>> again =
      store_->Insert(std::vector<NewRow>{Row("a")}, InsertMode::kEachAlone);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)[0].state, State::kAccepted);
  // Once.
  ASSERT_TRUE(store_->Acknowledge("accepted-late", "cli:kari", SensitiveText("seen")).ok());
  EXPECT_EQ(Hear({Event("a", "ref-1", "godkjent")}).matched, 1);
  EXPECT_THAT(Alarms(), ::testing::IsEmpty());
}

TEST_P(FeedbackStoreTest, ADoubtWaitsForTheFeedWhileItIsReadAndNotSilent) {
  options_.delivery.in_doubt = DoubtPolicy::kWait;
  Open();
  const auto wait_of = [&](const std::string& name) {
    const Uuid id = Put(Row(name, {}, name)).id;
    const Claimed claimed = ClaimUpTo(1, {name});
    EXPECT_EQ(claimed.rows.size(), 1U);
    Settle(claimed.rows[0], Unanswered());
    return *See(id).due - clock_.Wall();
  };
  EXPECT_LT(wait_of("never_read"), options_.delivery.doubt_wait);
  Hear({});
  EXPECT_EQ(wait_of("read"), options_.delivery.doubt_wait);
  Hear({}, true);
  EXPECT_LT(wait_of("silent"), options_.delivery.doubt_wait);
  Hear({});
  clock_.Advance(kFeedFresh + Millis(1));
  EXPECT_LT(wait_of("long_ago"), options_.delivery.doubt_wait);
}

UTBOKS_INSTANTIATE_STORES(FeedbackStoreTest);

}  // namespace
}  // namespace utboks::testing

// A corrected document in the place of a message: linked, in one commit, in order, and
// never where the other may be registered.
#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

class CorrectionTest : public StoreTest {
 protected:
  static NewRow RowFor(const Uuid& old, const std::string& name,
                       const std::vector<std::string>& keys = {}) {
    NewRow row = Row(name, keys);
    row.corrects = Correction{old, false, SensitiveText("wrong day")};
    return row;
  }
  Inserted Correct(const NewRow& row) {
    const Result<std::vector<Inserted>> done = store_->Insert({&row, 1}, InsertMode::kEachAlone);
    EXPECT_TRUE(done.ok()) << done.status().text();
    return done.ok() ? done->front() : Inserted{};
  }
  Uuid RejectedOne(const std::string& name, const std::vector<std::string>& keys = {}) {
    const Uuid id = Put(Row(name, keys)).id;
    SendOne(Rejected());
    EXPECT_EQ(StateOf(id), State::kRejected) << name;
    clock_.Advance(Millis(1));
    return id;
  }
  // Who goes now, in the order of sending; each is accepted.
  std::vector<Uuid> Going() {
    std::vector<Uuid> ids;
    for (;;) {
      clock_.Advance(Millis(1));
      const Claimed claimed = ClaimUpTo(1);
      if (claimed.rows.empty()) return ids;
      ids.push_back(claimed.rows[0].id);
      Settle(claimed.rows[0], Accepted());
    }
  }
};

TEST_P(CorrectionTest, TheOldIsCancelledTheNewIsDueAndBothSayOfEachOther) {
  const Uuid old = RejectedOne("a");
  const Inserted done = Correct(RowFor(old, "b"));
  ASSERT_TRUE(done.status.ok()) << done.status.text();
  EXPECT_TRUE(done.is_new);
  EXPECT_FALSE(done.passed);
  EXPECT_EQ(StateOf(old), State::kCancelled);
  EXPECT_EQ(See(old).reason, "replaced");
  EXPECT_EQ(See(old).replaced_by, done.id);
  EXPECT_EQ(See(old).replaces, std::nullopt);
  EXPECT_EQ(StateOf(done.id), State::kDue);
  EXPECT_EQ(See(done.id).replaces, old);
  EXPECT_EQ(See(done.id).replaced_by, std::nullopt);
  const Result<std::vector<EventView>> events = store_->Events(0, 0, old);
  EXPECT_EQ(events->back().event, "cancelled");
  EXPECT_EQ(events->back().reason, "replaced");
  EXPECT_EQ(events->back().why.reveal(), "wrong day");
  EXPECT_EQ(store_->Events(0, 0, done.id)->back().reason, "correction");
  EXPECT_EQ(Going(), std::vector<Uuid>{done.id});
  EXPECT_EQ(store_->Content(done.id)->document.reveal(), "<melding>b</melding>");
  EXPECT_EQ(store_->Attempts(old, false)->size(), 1U) << "its attempts are kept";
}

TEST_P(CorrectionTest, HandedInAgainItIsTheOneThatIsThere) {
  const Uuid old = RejectedOne("a");
  const Inserted first = Correct(RowFor(old, "b"));
  const Inserted again = Correct(RowFor(old, "b"));
  EXPECT_TRUE(again.status.ok()) << again.status.text();
  EXPECT_EQ(again.id, first.id);
  EXPECT_FALSE(again.is_new);
}

TEST_P(CorrectionTest, ItsIdentifierMustBeItsOwn) {
  const Uuid old = RejectedOne("a");
  const Uuid third = Put(Row("c")).id;
  NewRow same = RowFor(old, "a");
  EXPECT_EQ(Correct(same).status.code(), Code::kExists) << "nothing is corrected";
  same.document = SensitiveText("<melding>corrected</melding>");
  const Inserted taken = Correct(same);
  EXPECT_EQ(taken.status.code(), Code::kExists);
  EXPECT_NE(taken.status.text().find("new identifier"), std::string::npos);
  const Inserted other = Correct(RowFor(old, "c"));
  EXPECT_EQ(other.status.code(), Code::kExists) << "a message that is there corrects nothing";
  EXPECT_EQ(StateOf(old), State::kRejected);
  EXPECT_EQ(StateOf(third), State::kDue);
}

TEST_P(CorrectionTest, NothingThatMayBeRegisteredIsReplaced) {
  struct Case {
    const char* name;
    std::function<void(const Uuid&)> bring;
    Code code;
  };
  const Case cases[] = {
      {"due", [](const Uuid&) {}, Code::kConflict},
      {"sending", [&](const Uuid&) { EXPECT_EQ(ClaimUpTo(1).rows.size(), 1U); }, Code::kBusy},
      {"in doubt", [&](const Uuid&) { SendOne(Unanswered()); }, Code::kConflict},
      {"accepted", [&](const Uuid&) { SendOne(Accepted()); }, Code::kConflict},
      {"closed",
       [&](const Uuid& id) {
         SendOne(Accepted());
         Decide(Decision::kClose, id);
       },
       Code::kConflict},
      {"cancelled", [&](const Uuid& id) { Decide(Decision::kCancel, id); }, Code::kConflict},
      {"held, once unanswered",
       [&](const Uuid& id) {
         SendOne(Unanswered());
         Decide(Decision::kHold, id);
       },
       Code::kConflict},
  };
  for (const Case& c : cases) {
    const Uuid old = Put(Row(std::string("old ") + c.name)).id;
    c.bring(old);
    const State before = StateOf(old);
    const Inserted no = Correct(RowFor(old, std::string("new ") + c.name));
    EXPECT_EQ(no.status.code(), c.code) << c.name << ": " << no.status.text();
    EXPECT_NE(no.status.text().find(FormatUuid(old)), std::string::npos) << c.name;
    EXPECT_EQ(StateOf(old), before) << c.name;
    EXPECT_FALSE(store_->Find(std::string("new ") + c.name, false).ok()) << c.name;
    // Out of the way.
    ASSERT_TRUE(WorkerStartsAgain().ok());
    Decide(Decision::kHold, old);
    clock_.Advance(Millis(1));
  }
  EXPECT_EQ(Correct(RowFor(Uuid{}, "of nothing")).status.code(), Code::kNotFound);
}

// The annulment waited for the notice: it does not go before the corrected notice.
TEST_P(CorrectionTest, WhoWaitedForTheOldWaitsForTheNew) {
  const Uuid old = RejectedOne("a1", {"per", "kari"});
  const Uuid a2 = Put(Row("a2", {"per"})).id;
  const Uuid a3 = Put(Row("a3", {"kari"})).id;
  const Uuid other = Put(Row("b1", {"ola"})).id;
  const Inserted done = Correct(RowFor(old, "a1 corrected", {"per", "kari"}));
  ASSERT_TRUE(done.status.ok()) << done.status.text();
  EXPECT_FALSE(done.passed);
  EXPECT_EQ(See(a2).waits_for.head, done.id);
  EXPECT_EQ(See(a3).waits_for.head, done.id);
  const Uuid a4 = Put(Row("a4", {"per"})).id;
  EXPECT_EQ(Going(), (std::vector<Uuid>{done.id, a2, a3, other, a4}));
  // Nothing of the old one is lost by the exchange of their places.
  EXPECT_EQ(See(old).replaced_by, done.id);
  EXPECT_EQ(store_->Attempts(old, false)->size(), 1U);
  EXPECT_EQ(EventsOf(old), (std::vector<std::string>{"queued", "rejected", "cancelled"}));
  EXPECT_EQ(store_->Content(old)->document.reveal(), "<melding>a1</melding>");
  EXPECT_EQ(EventsOf(done.id), (std::vector<std::string>{"queued", "accepted"}));
  // And both are purged as any other is.
  const Millis long_ago = std::chrono::hours(24 * 400);
  clock_.Advance(long_ago + Millis(1));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store_->Purge(long_ago, long_ago, false, 100).ok());
  EXPECT_FALSE(store_->Find(FormatUuid(old), false).ok());
  EXPECT_FALSE(store_->Find(FormatUuid(done.id), false).ok());
}

TEST_P(CorrectionTest, OneOfAnotherPersonStandsBehindThoseWhoAreThere) {
  const Uuid old = RejectedOne("a1", {"per"});
  const Uuid a2 = Put(Row("a2", {"per"})).id;
  const Uuid b1 = Put(Row("b1", {"kari"})).id;
  const Inserted done = Correct(RowFor(old, "b2", {"kari"}));
  ASSERT_TRUE(done.status.ok()) << done.status.text();
  EXPECT_FALSE(done.passed) << "nobody who waited for the old one concerns it";
  EXPECT_EQ(Going(), (std::vector<Uuid>{a2, b1, done.id}));
}

TEST_P(CorrectionTest, WhereItsPlaceCannotBeKeptAPersonSaysSo) {
  const Uuid old = RejectedOne("a1", {"per"});
  const Uuid a2 = Put(Row("a2", {"per"})).id;
  const Uuid b1 = Put(Row("b1", {"kari"})).id;
  NewRow row = RowFor(old, "a1 corrected", {"per", "kari"});
  const Inserted no = Correct(row);
  EXPECT_EQ(no.status.code(), Code::kConflict);
  EXPECT_NE(no.status.text().find("--after-followers"), std::string::npos);
  EXPECT_EQ(StateOf(old), State::kRejected);
  row.corrects->behind = true;
  const Inserted done = Correct(row);
  ASSERT_TRUE(done.status.ok()) << done.status.text();
  EXPECT_TRUE(done.passed);
  EXPECT_EQ(Going(), (std::vector<Uuid>{a2, b1, done.id}));
}

TEST_P(CorrectionTest, AFollowerThatHasGoneIsSaid) {
  options_.delivery.on_head_failed = HeadPolicy::kContinue;
  Open();
  const Uuid old = RejectedOne("a1", {"per"});
  const Uuid a2 = Put(Row("a2", {"per"})).id;
  EXPECT_EQ(Going(), std::vector<Uuid>{a2});
  NewRow row = RowFor(old, "a1 corrected", {"per"});
  EXPECT_EQ(Correct(row).status.code(), Code::kConflict);
  row.corrects->behind = true;
  const Inserted done = Correct(row);
  EXPECT_TRUE(done.passed);
  EXPECT_EQ(Going(), std::vector<Uuid>{done.id});
}

// The worker tells once more what it had told of the old one: the new one, which has its
// seq, does not hear of it.
TEST_P(CorrectionTest, AnAnswerForTheOldOneIsNeverTheNewOnes) {
  const Uuid old = Put(Row("a1", {"per"})).id;
  Put(Row("a2", {"per"}));
  const Claimed claimed = ClaimUpTo(1);
  Settle(claimed.rows[0], Rejected());
  const Inserted done = Correct(RowFor(old, "a1 corrected", {"per"}));
  ASSERT_TRUE(done.status.ok());
  Settle(claimed.rows[0], Rejected());
  EXPECT_EQ(StateOf(done.id), State::kDue);
  Settle(claimed.rows[0], Accepted());
  EXPECT_EQ(StateOf(done.id), State::kDue);
}

TEST_P(CorrectionTest, OneThatAJobHadFrozenIsSkippedByIt) {
  const Uuid old = RejectedOne("a1", {"per"});
  Put(Row("a2", {"per"}));
  NewReplay begun;
  begun.actor = "cli:kari";
  const Result<std::int64_t> job = store_->BeginReplay(begun);
  ASSERT_TRUE(store_->AddToReplay(*job, {&old, 1}).ok());
  ASSERT_TRUE(store_->StartReplay(*job).ok());
  const Inserted done = Correct(RowFor(old, "a1 corrected", {"per"}));
  const Result<ReplayTurn> turn = store_->NextReplay();
  ASSERT_EQ(turn->ids, std::vector<Uuid>{old});
  ASSERT_TRUE(store_->SendReplay({*job, turn->ids, "", ""}).ok());
  EXPECT_EQ(store_->ListReplays(*job)->front().progress.counts.skipped, 1);
  EXPECT_EQ(StateOf(done.id), State::kDue);
  EXPECT_EQ(See(done.id).attempts, 0);
}

TEST_P(CorrectionTest, AttachmentsGoWithTheirMessage) {
  NewRow with = Row("a1", {"per"});
  with.attachments.push_back({SensitiveText("a.pdf"), "application/pdf", SharedText("old bytes")});
  const Uuid old = Put(with).id;
  SendOne(Rejected());
  Put(Row("a2", {"per"}));
  NewRow row = RowFor(old, "a1 corrected", {"per"});
  row.attachments.push_back({SensitiveText("a.pdf"), "application/pdf", SharedText("new bytes")});
  const Inserted done = Correct(row);
  ASSERT_TRUE(done.status.ok()) << done.status.text();
  EXPECT_EQ(store_->Content(old)->attachments.at(0).bytes.reveal(), "old bytes");
  EXPECT_EQ(store_->Content(done.id)->attachments.at(0).bytes.reveal(), "new bytes");
}

TEST_P(CorrectionTest, ItMayBeCorrectedItself) {
  const Uuid first = RejectedOne("a1", {"per"});
  const Uuid a2 = Put(Row("a2", {"per"})).id;
  const Inserted second = Correct(RowFor(first, "a1 b", {"per"}));
  SendOne(Rejected());
  ASSERT_EQ(StateOf(second.id), State::kRejected);
  const Inserted third = Correct(RowFor(second.id, "a1 c", {"per"}));
  ASSERT_TRUE(third.status.ok()) << third.status.text();
  EXPECT_EQ(See(second.id).replaces, first);
  EXPECT_EQ(See(second.id).replaced_by, third.id);
  EXPECT_EQ(Correct(RowFor(first, "a1 d", {"per"})).status.code(), Code::kConflict);
  EXPECT_EQ(Going(), (std::vector<Uuid>{third.id, a2}));
}

UTBOKS_INSTANTIATE_STORES(CorrectionTest);

}  // namespace
}  // namespace utboks::testing

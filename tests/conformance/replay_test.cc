// Replay as a job, in the store: frozen, in order, stopped, resumed, cancelled, and there
// still after a crash.
#include <map>

#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

Outcome TooLarge() {
  Outcome outcome = Rejected();
  outcome.verdict = Verdict::kHold;
  outcome.http_status = 413;
  outcome.reason = "http-413";
  outcome.feilkode.clear();
  return outcome;
}

Outcome RejectedFor(const std::string& feilkode) {
  Outcome outcome = Rejected();
  outcome.feilkode = feilkode;
  return outcome;
}

class ReplayTest : public StoreTest {
 protected:
  ReplayTest() { options_.delivery.blame_run = 1'000; }

  // A message that was rejected.
  Uuid RejectedOne(const std::string& name, const std::vector<std::string>& keys = {},
                   const Outcome& outcome = Rejected()) {
    const Uuid id = Put(Row(name, keys)).id;
    SendOne(outcome);
    EXPECT_NE(See(id).reason, "") << name;
    clock_.Advance(Millis(1));
    return id;
  }
  std::vector<Uuid> RejectedMany(int count) {
    std::vector<Uuid> ids;
    for (int i = 0; i < count; ++i) ids.push_back(RejectedOne("m" + std::to_string(i)));
    return ids;
  }

  std::int64_t Begin(const std::vector<Uuid>& ids,
                     const std::function<void(NewReplay&)>& with = {}) {
    NewReplay job;
    job.actor = "cli:kari";
    job.why = SensitiveText("the register has mended it");
    if (with) with(job);
    const Result<std::int64_t> id = store_->BeginReplay(job);
    EXPECT_TRUE(id.ok()) << id.status().text();
    if (!id.ok()) return 0;
    EXPECT_TRUE(store_->AddToReplay(*id, ids).ok());
    const Result<ReplayJob> started = store_->StartReplay(*id);
    EXPECT_TRUE(started.ok()) << started.status().text();
    return *id;
  }

  ReplayTurn Turn() {
    const Result<ReplayTurn> turn = store_->NextReplay();
    EXPECT_TRUE(turn.ok()) << turn.status().text();
    return turn.ok() ? *turn : ReplayTurn{};
  }
  // What the worker does: all of the turn is good and goes.
  std::vector<Uuid> Step() {
    const ReplayTurn turn = Turn();
    if (!turn.ids.empty()) {
      const Status sent = store_->SendReplay({turn.job, turn.ids, "1.2", "hash"});
      EXPECT_TRUE(sent.ok()) << sent.text();
    }
    return turn.ids;
  }
  ReplayJob JobOf(std::int64_t id) {
    const Result<std::vector<ReplayJob>> jobs = store_->ListReplays(id);
    EXPECT_TRUE(jobs.ok()) << jobs.status().text();
    return jobs.ok() ? jobs->front() : ReplayJob{};
  }
  bool Alarm() {
    const Result<Overview> overview = store_->Look();
    EXPECT_TRUE(overview.ok()) << overview.status().text();
    return std::any_of(overview->alarms.begin(), overview->alarms.end(),
                       [](const AlarmView& alarm) { return alarm.name == "replay-stopped"; });
  }
  void SendAllDue(const Outcome& outcome) {
    for (const Lease& lease : ClaimUpTo(1'000).rows) Settle(lease, outcome);
    clock_.Advance(Millis(1));
  }
};

TEST_P(ReplayTest, TheCanaryGoesAloneThenGrowingBatchesInTheOrderOfArrival) {
  std::vector<Uuid> ids = RejectedMany(8);
  // However they were named, they go as they came.
  std::vector<Uuid> named(ids.rbegin(), ids.rend());
  const std::int64_t job = Begin(named);
  EXPECT_EQ(JobOf(job).progress.phase, ReplayPhase::kCanary);
  EXPECT_EQ(Step(), (std::vector<Uuid>{ids[0]}));
  EXPECT_EQ(StateOf(ids[0]), State::kDue);
  EXPECT_EQ(StateOf(ids[1]), State::kRejected);
  EXPECT_TRUE(Step().empty()) << "the canary is under way";
  SendAllDue(Accepted());
  EXPECT_EQ(Step(), (std::vector<Uuid>{ids[1], ids[2]}));
  EXPECT_EQ(JobOf(job).progress.phase, ReplayPhase::kGrowing);
  SendAllDue(Accepted());
  EXPECT_EQ(Step(), (std::vector<Uuid>{ids[3], ids[4], ids[5], ids[6]}));
  SendAllDue(Accepted());
  EXPECT_EQ(Step(), (std::vector<Uuid>{ids[7]}));
  SendAllDue(Accepted());
  const ReplayTurn last = Turn();
  ASSERT_TRUE(last.ended.has_value());
  EXPECT_EQ(last.ended->progress.phase, ReplayPhase::kDone);
  EXPECT_EQ(last.ended->progress.counts.accepted, 8);
  EXPECT_EQ(Turn().job, 0) << "none runs any more";
  EXPECT_FALSE(Alarm());
}

TEST_P(ReplayTest, AttemptsAreKeptAndTheHistorySaysByWhichJob) {
  const Uuid id = RejectedOne("a");
  const std::int64_t job = Begin({id});
  Step();
  const Result<std::vector<EventView>> events = store_->Events(0, 0, id);
  ASSERT_TRUE(events.ok());
  EXPECT_EQ(events->back().event, "replayed");
  EXPECT_EQ(events->back().reason, "job " + std::to_string(job));
  EXPECT_EQ(events->back().actor, "cli:kari");
  EXPECT_EQ(events->back().why.reveal(), "the register has mended it");
  EXPECT_EQ(See(id).reason, "") << "the job is history, not the message's reason";
  SendAllDue(Accepted());
  const Result<std::vector<AttemptView>> attempts = store_->Attempts(id, false);
  ASSERT_EQ(attempts->size(), 2U);
  EXPECT_EQ((*attempts)[0].http_status, 400);
  EXPECT_EQ((*attempts)[1].http_status, 202);
}

TEST_P(ReplayTest, ACanaryThatFailsAgainStopsTheJobAndNothingElseGoes) {
  const std::vector<Uuid> ids = RejectedMany(5);
  const std::int64_t job = Begin(ids);
  Step();
  SendAllDue(Rejected());
  const ReplayTurn turn = Turn();
  EXPECT_TRUE(turn.ids.empty());
  ASSERT_TRUE(turn.ended.has_value());
  const ReplayJob stopped = JobOf(job);
  EXPECT_EQ(stopped.progress.phase, ReplayPhase::kStopped);
  EXPECT_EQ(stopped.reason, kStoppedByCanary);
  EXPECT_EQ(stopped.failure, "feilkode");
  EXPECT_EQ(stopped.stopped_by, ids[0]);
  EXPECT_EQ(stopped.progress.counts.failed, 1);
  EXPECT_EQ(stopped.progress.counts.waiting, 4);
  EXPECT_TRUE(Alarm());
  EXPECT_TRUE(Step().empty());
  for (const Uuid& id : ids) EXPECT_EQ(StateOf(id), State::kRejected);
  ASSERT_EQ(store_->Look()->replays.size(), 1U);

  ASSERT_TRUE(store_->Acknowledge("replay-stopped", "cli:kari", SensitiveText()).ok());
  EXPECT_FALSE(Alarm());
}

// Another reason, and the same reason with another feilkode of the register, are new; what
// one of the set had failed with is not.
TEST_P(ReplayTest, ANewKindOfFailureStopsTheJobAtOnce) {
  struct Case {
    const char* name;
    Outcome outcome;
    std::string stopped_by;
  };
  const Case cases[] = {
      {"413", TooLarge(), std::string(kStoppedByNewFailure)},
      {"feilkode", RejectedFor("ske.folkeregister.Annet"), std::string(kStoppedByNewFailure)},
      {"same", Rejected(), ""},
      {"other of the set", RejectedFor("ske.folkeregister.Kjent"), ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<Uuid> ids;
    for (int i = 0; i < 4; ++i) {
      ids.push_back(RejectedOne(c.name + std::to_string(i), {},
                                i == 3 ? RejectedFor("ske.folkeregister.Kjent") : Rejected()));
    }
    const std::int64_t job = Begin(ids);
    Step();
    SendAllDue(Accepted());
    ASSERT_EQ(Step().size(), 2U);
    const Claimed claimed = ClaimUpTo(10);
    ASSERT_EQ(claimed.rows.size(), 2U);
    Settle(claimed.rows[0], c.outcome);
    Settle(claimed.rows[1], Accepted());
    Step();
    EXPECT_EQ(JobOf(job).reason, c.stopped_by);
    EXPECT_EQ(JobOf(job).progress.counts.failed, 1);
    EXPECT_EQ(StateOf(ids[3]), c.stopped_by.empty() ? State::kDue : State::kRejected);
    ASSERT_TRUE(store_->CancelReplay(job, "cli:kari", SensitiveText()).ok());
    SendAllDue(Accepted());
  }
}

TEST_P(ReplayTest, ResumedTheCanaryComesFirstAndTheFailureIsKnown) {
  const std::vector<Uuid> ids = RejectedMany(8);
  const std::int64_t job = Begin(ids);
  Step();
  SendAllDue(TooLarge());
  Step();
  ASSERT_EQ(JobOf(job).reason, kStoppedByNewFailure);
  const Result<ReplayJob> resumed = store_->ResumeReplay(job, "cli:ola", SensitiveText("seen"));
  ASSERT_TRUE(resumed.ok()) << resumed.status().text();
  EXPECT_EQ(resumed->progress.phase, ReplayPhase::kCanary);
  EXPECT_EQ(resumed->reason, "");
  EXPECT_FALSE(Alarm());
  EXPECT_EQ(Step(), (std::vector<Uuid>{ids[1]})) << "what failed is not sent again";
  SendAllDue(Accepted());
  ASSERT_EQ(Step().size(), 2U);
  const Claimed claimed = ClaimUpTo(10);
  Settle(claimed.rows[0], TooLarge());  // one of a batch: borne, for a person has seen it
  Settle(claimed.rows[1], Accepted());
  EXPECT_EQ(Step().size(), 4U);
  EXPECT_EQ(store_->ResumeReplay(job, "cli:ola", SensitiveText()).code(), Code::kConflict);
  EXPECT_EQ(store_->ResumeReplay(job + 1, "cli:ola", SensitiveText()).code(), Code::kNotFound);
}

TEST_P(ReplayTest, CancelledTheRestStaysWhereItIs) {
  const std::vector<Uuid> ids = RejectedMany(4);
  const std::int64_t job = Begin(ids);
  const ReplayTurn turn = Turn();
  ASSERT_EQ(turn.ids.size(), 1U);
  const Result<ReplayJob> cancelled = store_->CancelReplay(job, "cli:ola", SensitiveText("no"));
  ASSERT_TRUE(cancelled.ok());
  EXPECT_EQ(cancelled->progress.phase, ReplayPhase::kCancelled);
  // The worker, which was about to send, is told; nothing went.
  EXPECT_EQ(store_->SendReplay({job, turn.ids, "1.2", "hash"}).code(), Code::kConflict);
  EXPECT_TRUE(Step().empty());
  for (const Uuid& id : ids) EXPECT_EQ(StateOf(id), State::kRejected);
  EXPECT_EQ(store_->CancelReplay(job, "cli:ola", SensitiveText()).code(), Code::kConflict);
  EXPECT_TRUE(store_->Look()->replays.empty());
  // Each act is history.
  std::vector<std::string> words;
  const Result<std::vector<EventView>> events = store_->Events(0, 0, std::nullopt);
  for (const EventView& event : *events) {
    if (event.event.starts_with("replay-")) words.push_back(event.event + " by " + event.actor);
  }
  EXPECT_EQ(words, (std::vector<std::string>{"replay-started by cli:kari",
                                             "replay-cancelled by cli:ola"}));
}

TEST_P(ReplayTest, OneJobRunsAtATime) {
  const std::vector<Uuid> ids = RejectedMany(2);
  NewReplay other;
  other.actor = "cli:ola";
  // Begun before the first was started: found when it is to start.
  const Result<std::int64_t> late = store_->BeginReplay(other);
  ASSERT_TRUE(late.ok());
  ASSERT_TRUE(store_->AddToReplay(*late, ids).ok());
  const std::int64_t job = Begin({ids[0]});
  EXPECT_EQ(store_->StartReplay(*late).code(), Code::kBusy);
  EXPECT_EQ(store_->ListReplays(*late).code(), Code::kNotFound) << "it is gone";
  EXPECT_EQ(store_->BeginReplay(other).code(), Code::kBusy);
  ASSERT_TRUE(store_->CancelReplay(job, "cli:ola", SensitiveText()).ok());
  EXPECT_TRUE(store_->BeginReplay(other).ok());
}

TEST_P(ReplayTest, WhatIsNotStartedDoesNotMoveAndDoesNotGrowOnceItIs) {
  const std::vector<Uuid> ids = RejectedMany(2);
  NewReplay begun;
  begun.actor = "cli:kari";
  const Result<std::int64_t> job = store_->BeginReplay(begun);
  ASSERT_TRUE(job.ok());
  ASSERT_TRUE(store_->AddToReplay(*job, std::vector<Uuid>{ids[0], ids[0]}).ok());
  EXPECT_EQ(Turn().job, 0);
  EXPECT_TRUE(store_->ListReplays(std::nullopt)->empty());
  ASSERT_TRUE(store_->StartReplay(*job).ok());
  EXPECT_EQ(JobOf(*job).progress.counts.total(), 1);
  EXPECT_EQ(store_->AddToReplay(*job, std::vector<Uuid>{ids[1]}).code(), Code::kConflict);
  EXPECT_EQ(store_->StartReplay(*job).code(), Code::kConflict);
}

TEST_P(ReplayTest, TheRateHoldsByTheStoresClock) {
  const std::vector<Uuid> ids = RejectedMany(20);
  Begin(ids, [](NewReplay& job) { job.per_minute = 6; });
  std::vector<WallTime> sent;
  for (int second = 0; second < 360; ++second) {
    for (std::size_t i = Step().size(); i > 0; --i) sent.push_back(clock_.Wall());
    SendAllDue(Accepted());
    clock_.Advance(Millis(999));
  }
  ASSERT_EQ(sent.size(), 20U);
  for (std::size_t i = 6; i < sent.size(); ++i) {
    EXPECT_GE(sent[i] - sent[i - 6], Millis(60'000)) << i;
  }
}

// One that is sent in the job never goes before one on the same person that came earlier.
TEST_P(ReplayTest, KeysAreKeptInOrder) {
  const std::vector<Uuid> first = {RejectedOne("a1", {"per"}), Put(Row("a2", {"per"})).id};
  const Uuid other = RejectedOne("b1", {"kari"});
  // a2 waited for its head; a person holds it, and both are replayed.
  ASSERT_TRUE(Decide(Decision::kHold, first[1]).status.ok());
  Begin({first[1], other, first[0]}, [](NewReplay& job) { job.canary = 3; });
  EXPECT_EQ(Step().size(), 3U);
  Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 2U) << "a2 waits for a1";
  EXPECT_EQ(claimed.rows[0].id, first[0]);
  for (const Lease& lease : claimed.rows) Settle(lease, Accepted());
  claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].id, first[1]);
}

// A head that fails keeps its followers; the job does not wait for them for ever.
TEST_P(ReplayTest, BehindAHeadThatFailsOnesAreBlockedAndTheJobGoesOn) {
  std::vector<Uuid> ids = {RejectedOne("x")};
  ids.push_back(RejectedOne("a1", {"per"}));
  ids.push_back(Put(Row("a2", {"per"})).id);
  ASSERT_TRUE(Decide(Decision::kHold, ids[2]).status.ok());
  ids.push_back(RejectedOne("b1"));
  const std::int64_t job = Begin(ids);
  Step();
  SendAllDue(Accepted());
  ASSERT_EQ(Step().size(), 2U);
  const Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].id, ids[1]);
  Settle(claimed.rows[0], Rejected());
  EXPECT_EQ(Step(), (std::vector<Uuid>{ids[3]}));
  SendAllDue(Accepted());
  Step();
  const ReplayJob done = JobOf(job);
  EXPECT_EQ(done.progress.phase, ReplayPhase::kDone);
  EXPECT_EQ(done.progress.counts.failed, 1);
  EXPECT_EQ(done.progress.counts.blocked, 1);
  const Result<std::vector<ReplayItem>> items = store_->ReplayItems(job, 10);
  ASSERT_EQ(items->size(), 2U);
  EXPECT_EQ((*items)[0].state, ReplayItemState::kFailed);
  EXPECT_EQ((*items)[1].id, ids[2]);
  EXPECT_EQ((*items)[1].state, ReplayItemState::kBlocked);
  EXPECT_EQ((*items)[1].reason, "behind " + FormatUuid(ids[1]));
  EXPECT_EQ(StateOf(ids[2]), State::kDue) << "it goes when its head does";
}

// Where a failed head lets pass, one whose follower has gone is refused, as it is alone.
TEST_P(ReplayTest, OneWhoseFollowerHasGoneIsRefusedUnlessAPersonSaysSo) {
  options_.delivery.on_head_failed = HeadPolicy::kContinue;
  Open();
  for (const bool after_followers : {false, true}) {
    const std::string name = after_followers ? "b" : "a";
    const Uuid head = RejectedOne(name + "1", {name});
    Put(Row(name + "2", {name}));
    SendAllDue(Accepted());
    const std::int64_t job =
        Begin({head}, [&](NewReplay& begun) { begun.after_followers = after_followers; });
    Step();
    SendAllDue(Accepted());
    Step();
    const ReplayJob done = JobOf(job);
    EXPECT_EQ(done.progress.phase, ReplayPhase::kDone);
    EXPECT_EQ(done.progress.counts.refused, after_followers ? 0 : 1);
    EXPECT_EQ(done.progress.counts.accepted, after_followers ? 1 : 0);
    if (!after_followers) {
      EXPECT_EQ((*store_->ReplayItems(job, 10))[0].reason, "follower-sent");
    }
  }
}

TEST_P(ReplayTest, AClosedGateOnlyMakesTheJobWait) {
  const std::vector<Uuid> ids = RejectedMany(3);
  const std::int64_t job = Begin(ids);
  Step();
  ASSERT_TRUE(store_->PauseGate("doedsfall_v1", std::nullopt, "cli:kari", SensitiveText()).ok());
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(ClaimUpTo(10).rows.empty());
    EXPECT_TRUE(Step().empty());
    clock_.Advance(Millis(60'000));
  }
  EXPECT_EQ(JobOf(job).progress.phase, ReplayPhase::kCanary);
}

TEST_P(ReplayTest, WhatSomebodyActedOnSinceIsSkipped) {
  const std::vector<Uuid> ids = RejectedMany(5);
  const std::int64_t job = Begin(ids, [](NewReplay& begun) {
    begun.canary = 5;
    begun.again = true;
  });
  const ReplayTurn turn = Turn();
  ASSERT_EQ(turn.ids.size(), 5U);
  // Between the look and the act, and before it.
  ASSERT_TRUE(Decide(Decision::kCancel, ids[0]).status.ok());
  ASSERT_TRUE(Decide(Decision::kReplay, ids[1]).status.ok());
  ASSERT_TRUE(Decide(Decision::kReplay, ids[2]).status.ok());
  const Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 2U);
  Settle(claimed.rows[1], Accepted());
  ASSERT_TRUE(store_->SendReplay({job, turn.ids, "1.2", "hash"}).ok());
  EXPECT_EQ(StateOf(ids[2]), State::kAccepted)
      << "--again is for those that were accepted when the set was frozen";
  const ReplayJob seen = JobOf(job);
  EXPECT_EQ(seen.progress.counts.skipped, 3);
  EXPECT_EQ(seen.progress.counts.sent, 2);
  // After it was sent a person takes one out of the job's hands.
  ASSERT_TRUE(Decide(Decision::kHold, ids[3]).status.ok());
  Step();
  EXPECT_EQ(JobOf(job).progress.counts.skipped, 4);
  EXPECT_EQ(JobOf(job).progress.phase, ReplayPhase::kCanary) << "that is no failure";
}

TEST_P(ReplayTest, ARefusedDocumentStaysAndIsCounted) {
  const std::vector<Uuid> ids = RejectedMany(2);
  const std::int64_t job = Begin(ids);
  EXPECT_EQ(Turn().ids, (std::vector<Uuid>{ids[0]}));
  ASSERT_TRUE(store_->RefuseReplay(job, ids[0], "invalid").ok());
  ASSERT_TRUE(store_->RefuseReplay(job, ids[0], "invalid").ok()) << "told twice, counted once";
  EXPECT_EQ(StateOf(ids[0]), State::kRejected);
  EXPECT_EQ(Step(), (std::vector<Uuid>{ids[1]}));
  SendAllDue(Accepted());
  Step();
  const ReplayJob done = JobOf(job);
  EXPECT_EQ(done.progress.phase, ReplayPhase::kDone);
  EXPECT_EQ(done.progress.counts.refused, 1);
  EXPECT_EQ(done.progress.counts.accepted, 1);
  EXPECT_EQ((*store_->ReplayItems(job, 10))[0].reason, "invalid");
}

// A worker that dies after the look, before or after the act, changes nothing.
TEST_P(ReplayTest, AfterACrashTheJobGoesOnAndEachIsSentOnce) {
  const std::vector<Uuid> ids = RejectedMany(7);
  const std::int64_t job = Begin(ids);
  std::map<Uuid, int> attempts;
  for (int turn = 0; turn < 40; ++turn) {
    Turn();  // … and dies
    if (maker_->durable()) Open();
    if (turn % 3 == 0) Step();
    if (maker_->durable()) Open();
    ASSERT_TRUE(WorkerStartsAgain().ok());
    if (turn % 2 == 0) SendAllDue(Accepted());
  }
  EXPECT_EQ(JobOf(job).progress.phase, ReplayPhase::kDone);
  for (const Uuid& id : ids) {
    EXPECT_EQ(StateOf(id), State::kAccepted);
    EXPECT_EQ(See(id).attempts, 2) << "the first and one of the job";
  }
}

TEST_P(ReplayTest, ABlameRunsOwnVerdictIsKnown) {
  options_.delivery.blame_run = 3;
  Open();
  std::vector<Uuid> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Put(Row("r" + std::to_string(i))).id);
  for (int i = 0; i < 3; ++i) SendOne(Rejected());
  ASSERT_EQ(See(ids[0]).reason, "blame-run");
  ASSERT_TRUE(store_->ResumeGate("doedsfall_v1", "cli:kari", SensitiveText()).ok());
  const std::int64_t job = Begin({ids[0], ids[1], ids[2]});
  Step();
  Result<std::optional<Probe>> probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value());
  const HeadResult head = HeadAnswered();
  ASSERT_TRUE((*probe)->message.has_value());
  ASSERT_TRUE(store_->SettleProbe(**probe, head, Accepted()).ok());
  SendAllDue(Accepted());
  ASSERT_EQ(Step().size(), 2U);
  const Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 2U);
  Settle(claimed.rows[0], Rejected());  // what stood behind the blame run
  Settle(claimed.rows[1], Accepted());
  Step();
  EXPECT_EQ(JobOf(job).progress.phase, ReplayPhase::kDone) << JobOf(job).reason;
}

TEST_P(ReplayTest, PurgeForgetsJobsThatEndedLongAgo) {
  const std::vector<Uuid> ids = RejectedMany(2);
  const std::int64_t ended = Begin({ids[0]});
  ASSERT_TRUE(store_->CancelReplay(ended, "cli:kari", SensitiveText()).ok());
  const std::int64_t stopped = Begin({ids[1]});
  Step();
  SendAllDue(Rejected());
  Step();
  const Millis long_ago = std::chrono::hours(24 * 400);
  ASSERT_TRUE(store_->Purge(long_ago, long_ago, false, 100).ok());
  EXPECT_TRUE(store_->ListReplays(ended).ok());
  clock_.Advance(long_ago + Millis(1));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store_->Purge(long_ago, long_ago, false, 100).ok());
  EXPECT_EQ(store_->ListReplays(ended).code(), Code::kNotFound);
  EXPECT_TRUE(store_->ListReplays(stopped).ok()) << "a person has not said what to do";
}

UTBOKS_INSTANTIATE_STORES(ReplayTest);

}  // namespace
}  // namespace utboks::testing

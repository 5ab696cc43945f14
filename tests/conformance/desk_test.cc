// What people do: hold, release, replay, cancel, close, pause, resume, purge.
#include <gmock/gmock.h>

#include <map>

#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

class DeskTest : public StoreTest {
 protected:
  // Puts a message into `state`.
  Uuid In(State state, const std::string& name) {
    const Uuid id = Put(Row(name, {"key-" + name})).id;
    switch (state) {
      case State::kDue:
        break;
      case State::kSending:
        EXPECT_EQ(ClaimUpTo(1).rows.size(), 1U);
        break;
      case State::kInDoubt:
        SendOne(Unanswered());
        break;
      case State::kHeld:
        EXPECT_TRUE(Decide(Decision::kHold, id).status.ok());
        break;
      case State::kAccepted:
        SendOne(Accepted());
        break;
      case State::kClosed:
        SendOne(Accepted());
        EXPECT_TRUE(Decide(Decision::kClose, id).status.ok());
        break;
      case State::kRejected:
        SendOne(Rejected());
        break;
      case State::kCancelled:
        EXPECT_TRUE(Decide(Decision::kCancel, id).status.ok());
        break;
      case State::kReceived:
        ADD_FAILURE() << "comes from SQL only";
    }
    EXPECT_EQ(StateOf(id), state);
    return id;
  }
};

TEST_P(DeskTest, EachDecisionWorksFromItsStatesAndNoOther) {
  struct Case {
    Decision decision;
    State from;
    State to;  // the same: refused
    Code code = Code::kOk;
  };
  constexpr State kDue = State::kDue, kSending = State::kSending, kInDoubt = State::kInDoubt,
                  kHeld = State::kHeld, kAccepted = State::kAccepted, kClosed = State::kClosed,
                  kRejected = State::kRejected, kCancelled = State::kCancelled;
  constexpr Code kNo = Code::kConflict, kBusy = Code::kBusy;
  const Case cases[] = {
      {Decision::kHold, kDue, kHeld},
      {Decision::kHold, kInDoubt, kHeld},
      {Decision::kHold, kSending, kSending, kBusy},
      {Decision::kHold, kHeld, kHeld, kNo},
      {Decision::kHold, kAccepted, kAccepted, kNo},
      {Decision::kHold, kRejected, kRejected, kNo},
      {Decision::kRelease, kHeld, kDue},
      {Decision::kRelease, kDue, kDue, kNo},
      {Decision::kRelease, kRejected, kRejected, kNo},
      {Decision::kRelease, kSending, kSending, kBusy},
      {Decision::kReplay, kHeld, kDue},
      {Decision::kReplay, kRejected, kDue},
      {Decision::kReplay, kAccepted, kAccepted, kNo},
      {Decision::kReplay, kClosed, kClosed, kNo},
      {Decision::kReplay, kCancelled, kCancelled, kNo},
      {Decision::kReplay, kSending, kSending, kBusy},
      {Decision::kReplay, kInDoubt, kInDoubt, kNo},
      {Decision::kCancel, kDue, kCancelled},
      {Decision::kCancel, kHeld, kCancelled},
      {Decision::kCancel, kRejected, kCancelled},
      {Decision::kCancel, kInDoubt, kInDoubt, kNo},
      {Decision::kCancel, kAccepted, kAccepted, kNo},
      {Decision::kCancel, kSending, kSending, kBusy},
      {Decision::kClose, kAccepted, kClosed},
      {Decision::kClose, kHeld, kClosed},
      {Decision::kClose, kRejected, kClosed},
      {Decision::kClose, kInDoubt, kClosed},
      {Decision::kClose, kDue, kDue, kNo},
      {Decision::kClose, kCancelled, kCancelled, kNo},
      {Decision::kClose, kSending, kSending, kBusy},
  };
  int number = 0;
  for (const Case& c : cases) {
    const std::string what = "decision " + std::to_string(static_cast<int>(c.decision)) + " from " +
                             std::string(StateName(c.from));
    const Uuid id = In(c.from, "m" + std::to_string(++number));
    const Acted acted = Decide(c.decision, id);
    EXPECT_EQ(acted.status.code(), c.code) << what << ": " << acted.status.text();
    EXPECT_EQ(StateOf(id), c.to) << what;
    if (!acted.status.ok()) {
      EXPECT_NE(acted.status.text().find(FormatUuid(id)), std::string::npos) << what;
    }
    // Out of the way of the next case, whatever state it is in.
    clock_.Advance(Millis(1));
    for (const Lease& lease : ClaimUpTo(100).rows) Settle(lease, Accepted());
    if (StateOf(id) == kSending) {
      ASSERT_TRUE(WorkerStartsAgain().ok());
    }
    Decide(Decision::kClose, id);
    clock_.Advance(options_.delivery.backoff_max);
    for (const Lease& lease : ClaimUpTo(100).rows) Settle(lease, Accepted());
    Filter open;
    open.states = {kDue, kSending, kInDoubt};
    ASSERT_TRUE(store_->List(open)->empty()) << what;
  }
}

TEST_P(DeskTest, EachIsCountedInItsState) {
  const auto count = [&](State state) {
    const Result<Overview> overview = store_->Look();
    for (const auto& [counted, number] : overview->states) {
      if (counted == state) return number;
    }
    return std::int64_t{-1};
  };
  std::map<State, std::int64_t> expected;
  for (const State state : {State::kRejected, State::kClosed, State::kCancelled, State::kAccepted,
                            State::kHeld, State::kInDoubt, State::kSending, State::kDue}) {
    const std::string name(StateName(state));
    In(state, name);
    if (state == State::kHeld || state == State::kCancelled) In(state, name + " too");
    expected[state] = state == State::kHeld || state == State::kCancelled ? 2 : 1;
    for (const State each : kAllStates) EXPECT_EQ(count(each), expected[each]) << StateName(each);
  }
}

TEST_P(DeskTest, EveryActIsHistoryWithActorAndReason) {
  const Uuid id = In(State::kHeld, "a");
  const Result<std::vector<EventView>> events = store_->Events(0, 0, id);
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ((*events)[1].event, "held");
  EXPECT_EQ((*events)[1].actor, "cli:kari");
  EXPECT_EQ((*events)[1].why.reveal(), "because");
  EXPECT_EQ((*events)[1].from, State::kDue);
  EXPECT_EQ((*events)[1].to, State::kHeld);
  EXPECT_EQ((*events)[1].identifikator.reveal(), "a");
}

TEST_P(DeskTest, WhatWasOnceUnansweredNeverComesBackAsDue) {
  const Uuid id = In(State::kInDoubt, "a");
  ASSERT_TRUE(Decide(Decision::kHold, id).status.ok());
  EXPECT_EQ(Decide(Decision::kRelease, id).to, State::kInDoubt);
}

TEST_P(DeskTest, CancellingWhatMayBeRegisteredNeedsToBeSaid) {
  const Uuid id = In(State::kInDoubt, "a");
  ASSERT_TRUE(Decide(Decision::kHold, id).status.ok());
  EXPECT_EQ(Decide(Decision::kCancel, id).status.code(), Code::kConflict);
  EXPECT_EQ(Decide(Decision::kCancel, id, [](Act& act) { act.may_be_registered = true; }).to,
            State::kCancelled);
}

TEST_P(DeskTest, ReplayGivesTheSameBytesAndANewLifetime) {
  const Uuid id = In(State::kRejected, "a");
  ASSERT_TRUE(Decide(Decision::kReplay, id).status.ok());
  const Claimed claimed = ClaimUpTo(1);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(store_->Load(claimed.rows[0])->document.reveal(), "<melding>a</melding>");
  EXPECT_EQ(See(id).attempts, 2) << "the attempts stay";
  EXPECT_EQ(store_->Attempts(id, false)->size(), 2U);
}

TEST_P(DeskTest, ReplayAgainTakesItsPlaceUnlessAFollowerWasSent) {
  const Uuid first = Put(Row("first", {"anne"})).id;
  SendOne(Accepted());
  const Uuid second = Put(Row("second", {"anne"})).id;
  const auto again = [](Act& act) { act.again = true; };
  EXPECT_EQ(Decide(Decision::kReplay, first, again).to, State::kDue);
  Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U) << "it stands before its follower again";
  EXPECT_EQ(claimed.rows[0].id, first);
  Settle(claimed.rows[0], Accepted());
  SendOne(Accepted());
  EXPECT_EQ(StateOf(second), State::kAccepted);
  const Acted refused = Decide(Decision::kReplay, first, again);
  EXPECT_EQ(refused.status.code(), Code::kConflict);
  EXPECT_NE(refused.status.text().find(FormatUuid(second)), std::string::npos) << "says which";
  EXPECT_EQ(
      Decide(Decision::kReplay, first, [](Act& act) { act.again = act.after_followers = true; }).to,
      State::kDue);
  EXPECT_EQ(ClaimUpTo(10).rows.size(), 1U);
}

TEST_P(DeskTest, ReplayAfterFollowersWaitsUntilNoneIsUnderWay) {
  const Uuid first = Put(Row("first", {"anne"})).id;
  SendOne(Accepted());
  Put(Row("second", {"anne"}));
  const Claimed follower = ClaimUpTo(1);
  ASSERT_EQ(follower.rows.size(), 1U);
  ASSERT_TRUE(Decide(Decision::kReplay, first, [](Act& act) {
                act.again = act.after_followers = true;
              }).status.ok());
  EXPECT_TRUE(ClaimUpTo(10).rows.empty()) << "a follower is being sent";
  EXPECT_EQ(See(first).waits_for.kind, WaitsFor::Kind::kHead);
  EXPECT_EQ(See(first).waits_for.head, follower.rows[0].id);
  Filter blocked;
  blocked.blocked = true;
  EXPECT_EQ(store_->List(blocked)->size(), 1U);
  Settle(follower.rows[0], Unanswered());
  clock_.Advance(options_.delivery.backoff_max);
  Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U) << "the doubt is settled first";
  EXPECT_EQ(claimed.rows[0].id, follower.rows[0].id);
  Settle(claimed.rows[0], Accepted());
  claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].id, first);
}

TEST_P(DeskTest, WhoWaitsForItsFollowersGoesHoweverTheyCameToRest) {
  struct Case {
    const char* what;
    std::function<void(const Lease&)> rest;
  };
  const Case cases[] = {
      {"handed back",
       [&](const Lease& lease) {
         EXPECT_TRUE(store_->HandBack({&lease, 1}).ok());
       }},
      {"retried", [&](const Lease& lease) { Settle(lease, ServerError()); }},
      {"rejected", [&](const Lease& lease) { Settle(lease, Rejected()); }},
      {"held by a person",
       [&](const Lease& lease) {
         Settle(lease, Unanswered());
         Decide(Decision::kHold, lease.id);
       }},
      {"cancelled in doubt",
       [&](const Lease& lease) {
         Settle(lease, Unanswered());
         Decide(Decision::kCancel, lease.id, [](Act& act) { act.may_be_registered = true; });
       }},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    const Uuid first = Put(Row(std::string("first ") + c.what, {"anne"})).id;
    SendOne(Accepted());
    Put(Row(std::string("second ") + c.what, {"anne", "bo"}));
    const Claimed follower = ClaimUpTo(1);
    ASSERT_EQ(follower.rows.size(), 1U);
    ASSERT_TRUE(Decide(Decision::kReplay, first, [](Act& act) {
                  act.again = act.after_followers = true;
                }).status.ok());
    EXPECT_TRUE(ClaimUpTo(10).rows.empty());
    c.rest(follower.rows[0]);
    const Claimed claimed = ClaimUpTo(10);
    ASSERT_EQ(claimed.rows.size(), 1U);
    EXPECT_EQ(claimed.rows[0].id, first);
    Settle(claimed.rows[0], Accepted());
    // Out of the way of the next case.
    Decide(Decision::kHold, follower.rows[0].id);
    Decide(Decision::kClose, follower.rows[0].id);
    ASSERT_TRUE(ClaimUpTo(10).rows.empty());
  }
}

TEST_P(DeskTest, WhatABlameRunPutBackIsNotReleasedBeforeAFollowerThatWasSent) {
  if (!maker_->durable()) return;  // the settings of a store in memory are those it was made with
  options_.delivery.on_head_failed = HeadPolicy::kContinue;
  Open();
  const Uuid head = Put(Row("head", {"anne"})).id;
  const Uuid follower = Put(Row("follower", {"anne"})).id;
  SendOne(Rejected());
  const Claimed passed = ClaimUpTo(1);
  ASSERT_EQ(passed.rows.size(), 1U);
  ASSERT_EQ(passed.rows[0].id, follower);
  for (int i = 0; i < 4; ++i) {
    Put(Row("r" + std::to_string(i)));
    SendOne(Rejected());
  }
  ASSERT_EQ(See(head).reason, "blame-run");
  Settle(passed.rows[0], ServerError());
  const Acted released = Decide(Decision::kRelease, head);
  EXPECT_EQ(released.status.code(), Code::kConflict);
  EXPECT_NE(released.status.text().find(FormatUuid(follower)), std::string::npos);
  EXPECT_EQ(Decide(Decision::kReplay, head, [](Act& act) { act.after_followers = true; }).to,
            State::kDue);
}

TEST_P(DeskTest, AHeldHeadLetsFollowersPassOnlyIfSoSetAndNotHeldByAPerson) {
  options_.delivery.on_head_failed = HeadPolicy::kContinue;
  if (!maker_->durable()) return;  // the settings of a store in memory are those it was made with
  Open();
  const Uuid rejected = Put(Row("a", {"anne"})).id;
  const Uuid follower = Put(Row("b", {"anne"})).id;
  SendOne(Rejected());
  EXPECT_EQ(StateOf(rejected), State::kRejected);
  Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].id, follower);
  Settle(claimed.rows[0], Accepted());
  const Uuid held = Put(Row("c", {"bo"})).id;
  Put(Row("d", {"bo"}));
  ASSERT_TRUE(Decide(Decision::kHold, held).status.ok());
  EXPECT_TRUE(ClaimUpTo(10).rows.empty());
}

TEST_P(DeskTest, PauseStopsOneResourceOrAllAndResumeStartsWithAProbe) {
  Put(Row("a"));
  Put(Row("b", {}, "foedsel_v1"));
  ASSERT_TRUE(store_->PauseGate("doedsfall_v1", std::nullopt, "cli:kari", SensitiveText("x")).ok());
  Claimed claimed = ClaimUpTo(10, {"doedsfall_v1", "foedsel_v1"});
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].ressurs, "foedsel_v1");
  Settle(claimed.rows[0], Accepted());
  ASSERT_TRUE(store_->ResumeGate("doedsfall_v1", "cli:kari", SensitiveText("x")).ok());
  EXPECT_TRUE(ClaimUpTo(10).rows.empty()) << "a probe, not the flood";
  clock_.Advance(options_.delivery.probe_interval * 2);
  const Result<std::optional<Probe>> probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value());
  EXPECT_TRUE((*probe)->message.has_value());
  EXPECT_EQ(store_->ResumeGate("", "cli:kari", SensitiveText("x")).code(), Code::kConflict);
  ASSERT_TRUE(store_->PauseGate("", std::nullopt, "cli:kari", SensitiveText("x")).ok());
  Put(Row("c", {}, "foedsel_v1"));
  EXPECT_TRUE(ClaimUpTo(10, {"foedsel_v1"}).rows.empty());
}

TEST_P(DeskTest, APauseEndsAtItsTime) {
  Put(Row("a"));
  const WallTime until = clock_.Wall() + Millis(60'000);
  ASSERT_TRUE(store_->PauseGate("doedsfall_v1", until, "cli:kari", SensitiveText("x")).ok());
  EXPECT_EQ(ClaimUpTo(1).ask_again, until);
  clock_.Advance(Millis(60'000));
  ClaimUpTo(1);
  EXPECT_FALSE(GateNamed("doedsfall_v1").paused);
}

TEST_P(DeskTest, WhatHappensToAGateIsHistoryUntilItIsOld) {
  const auto told = [&] {
    std::vector<std::string> words;
    const std::vector<EventView> events = store_->Events(0, 0, std::nullopt).value();
    for (const EventView& event : events) {
      if (event.message != Uuid{}) continue;
      words.push_back((event.ressurs.empty() ? "site" : event.ressurs) + " " + event.event +
                      (event.reason.empty() ? "" : " ") + event.reason + " " + event.actor);
    }
    return words;
  };
  for (int i = 0; i < 4; ++i) Put(Row(std::to_string(i)));
  const WallTime until = clock_.Wall() + Millis(60'000);
  ASSERT_TRUE(store_->PauseGate("doedsfall_v1", until, "cli:kari", SensitiveText("x")).ok());
  clock_.Advance(Millis(60'000));
  ClaimUpTo(1);
  const std::vector<std::string> paused = {"doedsfall_v1 paused cli:kari",
                                           "doedsfall_v1 pause-ended worker"};
  EXPECT_EQ(told(), paused);

  const Result<std::optional<Probe>> probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value() && (*probe)->message);
  ASSERT_TRUE(store_->SettleProbe(**probe, HeadResult{}, Refused()).ok());
  clock_.Advance(Millis(60'000));
  const Result<std::optional<Probe>> site = store_->ClaimProbe();
  ASSERT_TRUE(site.ok() && site->has_value());
  HeadResult answers;
  answers.answered = true;
  ASSERT_TRUE(store_->SettleProbe(**site, answers, std::nullopt).ok());
  clock_.Advance(Millis(60'000));
  const Result<std::optional<Probe>> resource = store_->ClaimProbe();
  ASSERT_TRUE(resource.ok() && resource->has_value() && (*resource)->message);
  ASSERT_TRUE(store_->SettleProbe(**resource, answers, Accepted()).ok());
  std::vector<std::string> all = paused;
  all.insert(all.end(),
             {"site gate-closed connect-refused worker", "site gate-opened connect-refused worker",
              "doedsfall_v1 gate-opened resumed worker"});
  EXPECT_THAT(told(), ::testing::UnorderedElementsAreArray(all));

  const Millis year = std::chrono::hours(24 * 365);
  ASSERT_TRUE(store_->Purge(year, year, false, 100).ok());
  EXPECT_EQ(told().size(), all.size());
  clock_.Advance(year + year);
  ASSERT_TRUE(store_->Purge(year, year, false, 100).ok());
  EXPECT_TRUE(told().empty());
}

TEST_P(DeskTest, FiveBlamedInARowAreHeldTogetherAndTheGateWaitsForAPerson) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(Put(Row(std::to_string(i))).id);
  for (int i = 0; i < 5; ++i) SendOne(Rejected());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(StateOf(ids[static_cast<std::size_t>(i)]), State::kHeld) << i;
    EXPECT_EQ(See(ids[static_cast<std::size_t>(i)]).reason, "blame-run") << i;
  }
  EXPECT_EQ(StateOf(ids[5]), State::kDue);
  EXPECT_TRUE(GateNamed("doedsfall_v1").blame_run);
  EXPECT_TRUE(ClaimUpTo(10).rows.empty());
  EXPECT_EQ(EventsOf(ids[0]), (std::vector<std::string>{"queued", "rejected", "held"}));
}

TEST_P(DeskTest, WhatAPersonHasTouchedIsLeftOutOfABlameRun) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Put(Row(std::to_string(i))).id);
  for (int i = 0; i < 4; ++i) SendOne(Rejected());
  ASSERT_TRUE(Decide(Decision::kCancel, ids[0]).status.ok());
  SendOne(Rejected());
  EXPECT_EQ(StateOf(ids[0]), State::kCancelled);
  EXPECT_EQ(StateOf(ids[1]), State::kHeld);
}

TEST_P(DeskTest, WhatAPersonHasOnlyReadBelongsToABlameRun) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Put(Row(std::to_string(i))).id);
  for (int i = 0; i < 4; ++i) SendOne(Rejected());
  ASSERT_TRUE(store_->AuditReading(ids[0], "cli:kari").ok());
  SendOne(Rejected());
  EXPECT_EQ(See(ids[0]).reason, "blame-run");
}

TEST_P(DeskTest, ReleasedFromABlameRunTheSameVerdictIsBelievedAlsoAfterADoubt) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Put(Row(std::to_string(i))).id);
  SendOne(Unanswered());
  clock_.Advance(options_.delivery.backoff_max);
  for (int i = 0; i < 5; ++i) SendOne(Rejected());
  ASSERT_EQ(See(ids[0]).reason, "blame-run");
  ASSERT_TRUE(store_->ResumeGate("doedsfall_v1", "cli:kari", SensitiveText("x")).ok());
  for (const Uuid& id : ids) ASSERT_TRUE(Decide(Decision::kRelease, id).status.ok());
  const HeadResult head = HeadAnswered();
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(Millis(60'000));
    const Result<std::optional<Probe>> probe = store_->ClaimProbe();
    ASSERT_TRUE(probe.ok() && probe->has_value() && (*probe)->message.has_value()) << i;
    ASSERT_TRUE(store_->SettleProbe(**probe, head, Rejected()).ok());
  }
  EXPECT_FALSE(GateNamed("doedsfall_v1").blame_run) << "they count in no run again";
  EXPECT_TRUE(GateNamed("doedsfall_v1").blamed.empty());
  EXPECT_EQ(See(ids[0]).reason, "rejected-after-doubt");
  EXPECT_EQ(StateOf(ids[1]), State::kRejected);
}

TEST_P(DeskTest, AnAlarmThatStandsUntilSeenGoesWhenAcknowledged) {
  Put(Row("a"));
  Outcome odd = Accepted();
  odd.odd_success = true;
  odd.http_status = 200;
  SendOne(odd);
  const auto stands = [&](const std::string& name) {
    const Result<Overview> overview = store_->Look();
    return std::any_of(overview->alarms.begin(), overview->alarms.end(),
                       [&](const AlarmView& alarm) { return alarm.name == name; });
  };
  EXPECT_TRUE(stands("odd-success"));
  EXPECT_TRUE(store_->Acknowledge("odd-success", "cli:kari", SensitiveText("seen")).ok());
  EXPECT_FALSE(stands("odd-success"));
  EXPECT_EQ(store_->Acknowledge("odd-success", "cli:kari", SensitiveText("seen")).code(),
            Code::kNotFound);
  ASSERT_TRUE(store_->SetAlarm("clock", "", true).ok());
  EXPECT_TRUE(stands("clock"));
  EXPECT_EQ(store_->Acknowledge("clock", "cli:kari", SensitiveText("seen")).code(),
            Code::kConflict);
  ASSERT_TRUE(store_->SetAlarm("clock", "", false).ok());
  EXPECT_FALSE(stands("clock"));
}

TEST_P(DeskTest, TheStoresOwnAlarmsComeAndGoWithTheirCause) {
  const auto tick = [&] {
    std::vector<std::string> told;
    for (const AlarmChange& change : *store_->Tick()) {
      told.push_back((change.raised ? "+" : "-") + change.name);
    }
    return told;
  };
  using Told = std::vector<std::string>;
  EXPECT_EQ(tick(), Told{});
  const Uuid head = In(State::kHeld, "a");
  EXPECT_EQ(tick(), Told{"+held"});
  EXPECT_EQ(tick(), Told{}) << "told once";
  Put(Row("behind", {"key-a"}));
  EXPECT_EQ(tick(), Told{"+head-blocked"});
  ASSERT_TRUE(Decide(Decision::kCancel, head).status.ok());
  Told over = tick();
  std::sort(over.begin(), over.end());
  EXPECT_EQ(over, (Told{"-head-blocked", "-held"}));
  SendOne(Unanswered());
  EXPECT_EQ(tick(), Told{});
  clock_.Advance(Millis(10 * 60'000));
  EXPECT_EQ(tick(), Told{"+in-doubt"});
  SendOne(Accepted());
  EXPECT_EQ(tick(), Told{"-in-doubt"});
  Put(Row("refused"));
  SendOne(Refused());
  EXPECT_EQ(tick(), Told{"+site-closed"});
}

TEST_P(DeskTest, AHeadThatStopsOthersIsFoundAmongThousandsThatStopNobody) {
  std::vector<NewRow> rows;
  for (int i = 0; i < 4'100; ++i) rows.push_back(Row(std::to_string(i), {std::to_string(i)}));
  const Result<std::vector<Inserted>> put = store_->Insert(rows, InsertMode::kEachAlone);
  ASSERT_TRUE(put.ok());
  Act hold;
  hold.actor = "cli:kari";
  for (const Inserted& one : *put) hold.ids.push_back(one.id);
  ASSERT_TRUE(store_->Do(hold).ok());
  Put(Row("behind", {"4099"}));
  const auto blocked = [&] {
    EXPECT_TRUE(store_->Tick().ok());
    const Result<Overview> overview = store_->Look();
    for (const AlarmView& alarm : overview->alarms) {
      if (alarm.name == "head-blocked") return alarm.count;
    }
    return std::int64_t{0};
  };
  std::int64_t seen = 0;
  for (int i = 0; i < 3 && seen == 0; ++i) seen = blocked();
  EXPECT_EQ(seen, 1);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(blocked(), 1) << "it stands between two looks";
  Decide(Decision::kCancel, put->back().id);
  for (int i = 0; i < 6; ++i) seen = blocked();
  EXPECT_EQ(seen, 0);
}

TEST_P(DeskTest, PurgeTakesContentThenRecordAndKeepsTheIdentifierTaken) {
  const Uuid accepted = In(State::kAccepted, "a");
  const Uuid held = In(State::kHeld, "h");
  const Millis content_after = std::chrono::hours(24 * 30);
  const Millis record_after = std::chrono::hours(24 * 400);
  const auto purge = [&] { return *store_->Purge(content_after, record_after, false, 10); };
  EXPECT_EQ(purge().closed, 0);
  clock_.Advance(content_after);
  Desk::Purged purged = purge();
  EXPECT_EQ(purged.closed, 1);
  EXPECT_EQ(purged.contents, 1);
  EXPECT_EQ(StateOf(accepted), State::kClosed);
  EXPECT_EQ(store_->Content(accepted).code(), Code::kNotFound);
  EXPECT_EQ(See(accepted).reference, "ref-1") << "the receipt stays";
  EXPECT_TRUE(store_->Content(held).ok()) << "a held one never goes";
  EXPECT_EQ(purge().contents, 0);
  clock_.Advance(record_after);
  purged = purge();
  EXPECT_EQ(purged.records, 1);
  EXPECT_EQ(store_->Find("a", false).code(), Code::kNotFound);
  EXPECT_FALSE(Put(Row("a", {"key-a"})).is_new) << "the same again is still the same message";
  NewRow other = Row("a");
  other.document = SensitiveText("<other/>");
  EXPECT_EQ(Put(other).status.code(), Code::kExists);
  EXPECT_EQ(StateOf(held), State::kHeld);
}

TEST_P(DeskTest, WhatHasNoContentLeftIsNotSentAgain) {
  const Uuid rejected = In(State::kRejected, "a");
  const Uuid accepted = In(State::kAccepted, "b");
  const Millis month = std::chrono::hours(24 * 30);
  clock_.Advance(month);
  ASSERT_EQ(store_->Purge(month, month * 20, false, 10)->contents, 2);
  for (const Uuid& id : {rejected, accepted}) {
    const State before = StateOf(id);
    const Acted acted = Decide(Decision::kReplay, id, [](Act& act) { act.again = true; });
    EXPECT_EQ(acted.status.code(), Code::kConflict);
    EXPECT_NE(acted.status.text().find("purged"), std::string::npos) << acted.status.text();
    EXPECT_EQ(StateOf(id), before);
  }
  EXPECT_TRUE(ClaimUpTo(10).rows.empty());
}

TEST_P(DeskTest, AFollowerThatWasSentIsRememberedAfterItsPurge) {
  if (!maker_->durable()) return;  // the settings of a store in memory are those it was made with
  options_.delivery.on_head_failed = HeadPolicy::kContinue;
  Open();
  // One that a person will want again, and what passed it.
  const Uuid head = Put(Row("head", {"anne", "bo"})).id;
  Put(Row("sent", {"anne"}));
  Put(Row("never-sent", {"bo"}));
  const Claimed first = ClaimUpTo(1);
  ASSERT_EQ(first.rows.size(), 1U);
  Outcome held = Rejected();
  held.verdict = Verdict::kHold;
  held.reason = "http-413";
  Settle(first.rows[0], held);
  SendOne(Accepted());
  ASSERT_EQ(Decide(Decision::kCancel, (*store_->Find("never-sent", false))[0].id).to,
            State::kCancelled);
  clock_.Advance(Millis(2));
  ASSERT_EQ(store_->Purge(Millis(1), Millis(1), false, 10)->records, 2);
  const Acted refused = Decide(Decision::kReplay, head);
  EXPECT_EQ(refused.status.code(), Code::kConflict);
  EXPECT_NE(refused.status.text().find("purged"), std::string::npos) << refused.status.text();
  EXPECT_EQ(Decide(Decision::kReplay, head, [](Act& act) { act.after_followers = true; }).to,
            State::kDue);
  SendOne(Accepted());
  // Whoever comes now is not held up by what is gone.
  const Uuid next = Put(Row("next", {"anne"})).id;
  clock_.Advance(Millis(2));
  ASSERT_EQ(store_->Purge(Millis(1), Millis(1), false, 10)->records, 1);
  SendOne(Accepted());
  EXPECT_EQ(StateOf(next), State::kAccepted);
}

TEST_P(DeskTest, APurgeOfWhatIsLargeGoesInSmallerSteps) {
  for (int i = 0; i < 3; ++i) {
    NewRow row = Row(std::to_string(i));
    row.document = SensitiveText(std::string(std::size_t{9} << 20, 'x'));
    ASSERT_EQ(Decide(Decision::kCancel, Put(row).id).to, State::kCancelled);
  }
  const Millis month = std::chrono::hours(24 * 30);
  clock_.Advance(month);
  EXPECT_EQ(store_->Purge(month, month * 20, false, 100)->contents, 2);
  EXPECT_EQ(store_->Purge(month, month * 20, false, 100)->contents, 1);
  EXPECT_EQ(store_->Purge(month, month * 20, false, 100)->contents, 0);
}

TEST_P(DeskTest, PurgeGoesInSmallSteps) {
  for (int i = 0; i < 5; ++i) In(State::kCancelled, std::to_string(i));
  clock_.Advance(std::chrono::hours(24 * 40));
  const Millis month = std::chrono::hours(24 * 30);
  EXPECT_EQ(store_->Purge(month, month * 20, false, 2)->contents, 2);
  EXPECT_EQ(store_->Purge(month, month * 20, false, 2)->contents, 2);
  EXPECT_EQ(store_->Purge(month, month * 20, false, 2)->contents, 1);
}

TEST_P(DeskTest, ReadingContentIsHistory) {
  const Uuid id = In(State::kDue, "a");
  ASSERT_TRUE(store_->AuditReading(id, "cli:kari").ok());
  EXPECT_EQ(EventsOf(id), (std::vector<std::string>{"queued", "content-read"}));
}

TEST_P(DeskTest, EventsComeInOrderAndFromWhereOneLeftOff) {
  In(State::kAccepted, "a");
  In(State::kHeld, "b");
  const std::vector<EventView> all = *store_->Events(0, 0, std::nullopt);
  ASSERT_EQ(all.size(), 4U);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GT(all[i].id, all[i - 1].id);
  const std::vector<EventView> rest = *store_->Events(all[1].id, 1, std::nullopt);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].id, all[2].id);
}

UTBOKS_INSTANTIATE_STORES(DeskTest);

}  // namespace
}  // namespace utboks::testing

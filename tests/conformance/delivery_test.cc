// Claiming, settling, order, doubt: what the worker relies on.
#include <set>
#include <thread>

#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

class DeliveryTest : public StoreTest {};

TEST_P(DeliveryTest, AnAcceptedMessageKeepsItsReceipt) {
  const Inserted one = Put(Row("a"));
  SendOne(Accepted("47956f5b"));
  const MessageView view = See(one.id);
  EXPECT_EQ(view.state, State::kAccepted);
  EXPECT_EQ(view.reference, "47956f5b");
  EXPECT_EQ(view.attempts, 1);
  EXPECT_EQ(EventsOf(one.id), (std::vector<std::string>{"queued", "accepted"}));
  const Result<std::vector<AttemptView>> attempts = store_->Attempts(one.id, false);
  ASSERT_EQ(attempts->size(), 1U);
  EXPECT_EQ((*attempts)[0].result, AttemptResult::kAnswered);
  EXPECT_EQ((*attempts)[0].http_status, 202);
  EXPECT_EQ((*attempts)[0].worker, "worker-1");
  EXPECT_TRUE(ClaimUpTo(1).rows.empty());
}

TEST_P(DeliveryTest, GivesOldestFirstAndNoMoreThanAskedFor) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(Put(Row(std::to_string(i))).id);
    clock_.Advance(Millis(1));
  }
  const Claimed first = ClaimUpTo(2);
  ASSERT_EQ(first.rows.size(), 2U);
  EXPECT_EQ(first.rows[0].id, ids[0]);
  EXPECT_EQ(first.rows[1].id, ids[1]);
  const Claimed rest = ClaimUpTo(10);
  ASSERT_EQ(rest.rows.size(), 3U);
  EXPECT_EQ(rest.rows[0].id, ids[2]);
}

TEST_P(DeliveryTest, GoesRoundTheResources) {
  for (int i = 0; i < 50; ++i) Put(Row("many" + std::to_string(i)));
  Put(Row("single", {}, "foedsel_v1"));
  const Claimed claimed = ClaimUpTo(4, {"doedsfall_v1", "foedsel_v1"});
  ASSERT_EQ(claimed.rows.size(), 4U);
  std::set<std::string> resources;
  for (const Lease& lease : claimed.rows) resources.insert(lease.ressurs);
  EXPECT_EQ(resources.size(), 2U) << "a resource with fifty starves none with one";
}

TEST_P(DeliveryTest, RespectsTheRoomOfEachResource) {
  for (int i = 0; i < 5; ++i) Put(Row("d" + std::to_string(i)));
  for (int i = 0; i < 5; ++i) Put(Row("f" + std::to_string(i), {}, "foedsel_v1"));
  const std::vector<Room> room = {{"doedsfall_v1", 1}, {"foedsel_v1", 3}};
  const Result<Claimed> claimed = store_->Claim(room, 10);
  ASSERT_TRUE(claimed.ok());
  int deaths = 0;
  for (const Lease& lease : claimed->rows) deaths += lease.ressurs == "doedsfall_v1" ? 1 : 0;
  EXPECT_EQ(deaths, 1);
  EXPECT_EQ(claimed->rows.size(), 4U);
}

TEST_P(DeliveryTest, OnlyTheHeadOfEveryKeyGoes) {
  const Inserted a = Put(Row("a", {"anne", "bo"}));
  const Inserted b = Put(Row("b", {"bo"}));
  const Inserted c = Put(Row("c", {"anne", "carl"}));
  const Inserted d = Put(Row("d", {"dina"}));
  Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 2U);
  EXPECT_EQ(claimed.rows[0].id, a.id);
  EXPECT_EQ(claimed.rows[1].id, d.id);
  EXPECT_TRUE(ClaimUpTo(10).rows.empty()) << "the head is being sent";
  Settle(claimed.rows[0], Accepted());
  claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 2U);
  EXPECT_EQ(claimed.rows[0].id, b.id);
  EXPECT_EQ(claimed.rows[1].id, c.id);
}

TEST_P(DeliveryTest, KeysAreTheSameInAllResources) {
  const Inserted death = Put(Row("a", {"anne"}));
  Put(Row("b", {"anne"}, "annullering_av_doedsfall_v1"));
  const Claimed claimed = ClaimUpTo(10, {"annullering_av_doedsfall_v1", "doedsfall_v1"});
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].id, death.id);
}

TEST_P(DeliveryTest, ARetryWaitsItsBackoffAndKeepsItsPlaceInItsKey) {
  const Inserted a = Put(Row("a", {"anne"}));
  Put(Row("b", {"anne"}));
  SendOne(ServerError());
  EXPECT_EQ(StateOf(a.id), State::kDue);
  Claimed claimed = ClaimUpTo(10);
  EXPECT_TRUE(claimed.rows.empty());
  ASSERT_TRUE(claimed.ask_again.has_value());
  EXPECT_GE(*claimed.ask_again, clock_.Wall() + options_.delivery.backoff_min);
  clock_.SetWall(*claimed.ask_again);
  claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].id, a.id);
  EXPECT_EQ(See(a.id).attempts, 2);
}

TEST_P(DeliveryTest, AnUnansweredSendIsInDoubtAndLetsNoFollowerPass) {
  const Inserted a = Put(Row("a", {"anne"}));
  const Inserted b = Put(Row("b", {"anne"}));
  SendOne(Unanswered());
  EXPECT_EQ(StateOf(a.id), State::kInDoubt);
  EXPECT_TRUE(See(a.id).unanswered);
  clock_.Advance(options_.delivery.backoff_max);
  const Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].id, a.id);
  EXPECT_EQ(StateOf(b.id), State::kDue);
}

TEST_P(DeliveryTest, ARejectedHeadHoldsItsFollowersByDefault) {
  const Inserted a = Put(Row("a", {"anne"}));
  const Inserted b = Put(Row("b", {"anne"}));
  SendOne(Rejected());
  EXPECT_EQ(StateOf(a.id), State::kRejected);
  EXPECT_TRUE(ClaimUpTo(10).rows.empty());
  EXPECT_EQ(Decide(Decision::kCancel, a.id).to, State::kCancelled);
  const Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].id, b.id);
}

TEST_P(DeliveryTest, WhatTheRegisterSaidIsKept) {
  const Inserted a = Put(Row("a"));
  SendOne(Rejected());
  const Result<std::vector<AttemptView>> plain = store_->Attempts(a.id, false);
  EXPECT_EQ((*plain)[0].feilkode, "ske.folkeregister.ValideringsFeil");
  EXPECT_EQ((*plain)[0].answer.reveal(), "");
  EXPECT_EQ((*store_->Attempts(a.id, true))[0].answer.reveal(), "<folkeregisterFeilmelding/>");
}

TEST_P(DeliveryTest, WhatWasNeverBegunGoesBackWithoutATrace) {
  const Inserted a = Put(Row("a"));
  const Claimed claimed = ClaimUpTo(1);
  ASSERT_TRUE(store_->HandBack(claimed.rows).ok());
  EXPECT_EQ(StateOf(a.id), State::kDue);
  EXPECT_EQ(See(a.id).attempts, 0);
  EXPECT_TRUE(store_->Attempts(a.id, false)->empty());
  const Claimed again = ClaimUpTo(1);
  ASSERT_EQ(again.rows.size(), 1U);
  EXPECT_NE(again.rows[0].attempt, claimed.rows[0].attempt) << "a token is never given twice";
}

TEST_P(DeliveryTest, ADeadWorkersMessagesAreInDoubt) {
  const Inserted a = Put(Row("a"));
  ClaimUpTo(1);
  const Result<int> recovered = WorkerStartsAgain();
  ASSERT_TRUE(recovered.ok());
  EXPECT_EQ(*recovered, 1);
  EXPECT_EQ(StateOf(a.id), State::kInDoubt);
  EXPECT_EQ((*store_->Attempts(a.id, false))[0].result, AttemptResult::kUnanswered);
  EXPECT_EQ(*WorkerStartsAgain(), 0);
}

TEST_P(DeliveryTest, ALateSettlementChangesNothingButAReceiptIsAlwaysTaken) {
  const Inserted a = Put(Row("a"));
  const Claimed lost = ClaimUpTo(1);
  ASSERT_TRUE(WorkerStartsAgain().ok());
  Settle(lost.rows[0], ServerError());
  EXPECT_EQ(StateOf(a.id), State::kInDoubt);
  clock_.Advance(options_.delivery.backoff_max);
  const Claimed second = ClaimUpTo(1);
  ASSERT_EQ(second.rows.size(), 1U);
  Settle(lost.rows[0], Accepted("late"));
  EXPECT_EQ(StateOf(a.id), State::kAccepted);
  EXPECT_EQ(See(a.id).reference, "late");
  Settle(second.rows[0], Accepted("twice"));
  EXPECT_EQ(StateOf(a.id), State::kAccepted);
  EXPECT_EQ(See(a.id).reference, "late");
  const Result<Overview> overview = store_->Look();
  const bool doubled = std::any_of(overview->alarms.begin(), overview->alarms.end(),
                                   [](const AlarmView& alarm) { return alarm.name == "double"; });
  EXPECT_TRUE(doubled);
}

TEST_P(DeliveryTest, AReceiptToldTwiceIsToldOnce) {
  const Inserted a = Put(Row("a"));
  const Claimed lost = ClaimUpTo(1);
  ASSERT_TRUE(WorkerStartsAgain().ok());
  clock_.Advance(options_.delivery.backoff_max);
  const Claimed second = ClaimUpTo(1);
  ASSERT_EQ(second.rows.size(), 1U);
  Settle(second.rows[0], Accepted("one"));
  for (int i = 0; i < 3; ++i) Settle(lost.rows[0], Accepted("two"));
  const auto doubles = [&] {
    const Result<Overview> overview = store_->Look();
    std::int64_t count = 0;
    for (const AlarmView& alarm : overview->alarms) {
      if (alarm.name == "double") count = alarm.count;
    }
    return count;
  };
  EXPECT_EQ(doubles(), 1);
  EXPECT_EQ(EventsOf(a.id),
            (std::vector<std::string>{"queued", "in_doubt", "accepted", "receipt"}));
  // The register lost it: what is told again of before does not stand for the new send.
  ASSERT_TRUE(Decide(Decision::kReplay, a.id, [](Act& act) { act.again = true; }).status.ok());
  Settle(second.rows[0], Accepted("one"));
  EXPECT_EQ(StateOf(a.id), State::kDue);
}

TEST_P(DeliveryTest, AReceiptAfterThePurgeStandsInTheTombstone) {
  const Uuid id = Put(Row("a")).id;
  const Claimed lost = ClaimUpTo(1);
  ASSERT_TRUE(WorkerStartsAgain().ok());
  ASSERT_EQ(Decide(Decision::kCancel, id, [](Act& act) { act.may_be_registered = true; }).to,
            State::kCancelled);
  clock_.Advance(Millis(2));
  ASSERT_EQ(store_->Purge(Millis(1), Millis(1), false, 10)->records, 1);
  Settle(lost.rows[0], ServerError());
  EXPECT_EQ(Put(Row("a")).state, State::kCancelled);
  Settle(lost.rows[0], Accepted("late"));
  EXPECT_EQ(Put(Row("a")).state, State::kAccepted);
  const Result<Overview> overview = store_->Look();
  EXPECT_TRUE(std::any_of(overview->alarms.begin(), overview->alarms.end(),
                          [](const AlarmView& alarm) { return alarm.name == "accepted-late"; }));
}

TEST_P(DeliveryTest, LookSaysHowManyWereSentInTheLastMinute) {
  for (const char* id : {"a", "b", "c"}) Put(Row(id));
  EXPECT_EQ(store_->Look()->sent_last_minute, 0);
  SendOne(Accepted());
  SendOne(Accepted());
  clock_.Advance(Millis(30'000));
  SendOne(Accepted());
  EXPECT_EQ(store_->Look()->sent_last_minute, 3);
  clock_.Advance(Millis(30'000));
  EXPECT_EQ(store_->Look()->sent_last_minute, 1);
}

TEST_P(DeliveryTest, DoubtsFromBeforeThePolicyGaveThemToAPersonAreHeldAtTheStart) {
  if (!maker_->durable()) return;  // the settings of a store in memory are those it was made with
  const Inserted doubt = Put(Row("doubt"));
  SendOne(Unanswered());
  const Inserted released = Put(Row("released"));
  SendOne(Unanswered());
  Decide(Decision::kHold, released.id);
  Decide(Decision::kRelease, released.id);
  options_.delivery.in_doubt = DoubtPolicy::kHold;
  Open();
  ASSERT_TRUE(WorkerStartsAgain().ok());
  EXPECT_EQ(StateOf(doubt.id), State::kHeld);
  EXPECT_EQ(See(doubt.id).reason, "in-doubt");
  EXPECT_EQ(StateOf(released.id), State::kInDoubt) << "a person has decided already";
  clock_.Advance(options_.delivery.backoff_max);
  const Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].id, released.id);
}

TEST_P(DeliveryTest, AReceiptAfterAPersonGaveUpIsBelieved) {
  for (const Decision decision : {Decision::kCancel, Decision::kClose, Decision::kHold}) {
    const Inserted a = Put(Row("m" + std::to_string(static_cast<int>(decision))));
    const Claimed lost = ClaimUpTo(1);
    ASSERT_TRUE(WorkerStartsAgain().ok());
    ASSERT_TRUE(Decide(decision, a.id, [](Act& act) { act.may_be_registered = true; }).status.ok());
    Settle(lost.rows[0], Accepted("late"));
    EXPECT_EQ(StateOf(a.id), State::kAccepted);
  }
  const Result<Overview> overview = store_->Look();
  EXPECT_TRUE(std::any_of(overview->alarms.begin(), overview->alarms.end(),
                          [](const AlarmView& alarm) { return alarm.name == "accepted-late"; }));
}

TEST_P(DeliveryTest, ThrottlingStopsAllResourcesUntilTheTimeGiven) {
  Put(Row("a"));
  Put(Row("b", {}, "foedsel_v1"));
  SendOne(Throttled(Millis(5'000)));
  Claimed claimed = ClaimUpTo(10, {"doedsfall_v1", "foedsel_v1"});
  EXPECT_TRUE(claimed.rows.empty());
  EXPECT_EQ(claimed.ask_again, clock_.Wall() + Millis(5'000));
  clock_.Advance(Millis(5'000));
  claimed = ClaimUpTo(10, {"doedsfall_v1", "foedsel_v1"});
  EXPECT_EQ(claimed.rows.size(), 1U) << "then one message goes alone";
  EXPECT_TRUE(ClaimUpTo(10, {"doedsfall_v1", "foedsel_v1"}).rows.empty());
  Settle(claimed.rows[0], Accepted());
  EXPECT_EQ(ClaimUpTo(10, {"doedsfall_v1", "foedsel_v1"}).rows.size(), 1U);
}

TEST_P(DeliveryTest, TheRateIsSharedAndStartsEmpty) {
  options_.delivery.rate_limit_per_minute = 600;  // capacity 5, 590 a minute
  Open();
  for (int i = 0; i < 100; ++i) Put(Row(std::to_string(i)));
  Claimed claimed = ClaimUpTo(100);
  EXPECT_TRUE(claimed.rows.empty());
  ASSERT_TRUE(claimed.ask_again.has_value());
  clock_.Advance(Millis(1'100));
  claimed = ClaimUpTo(100);
  EXPECT_EQ(claimed.rows.size(), 5U) << "never more than the capacity at once";
  ASSERT_TRUE(store_->HandBack(claimed.rows).ok());
  EXPECT_EQ(ClaimUpTo(100).rows.size(), 5U) << "what was not sent is given back";
}

TEST_P(DeliveryTest, AClosedGateIsProbedHoweverSmallTheRate) {
  options_.delivery.rate_limit_per_minute = 60;
  Open();
  Put(Row("a"));
  ClaimUpTo(1);  // the bucket begins
  clock_.Advance(Millis(5'000));
  SendOne(Refused());
  ASSERT_TRUE(GateNamed("").outage);
  clock_.Advance(Millis(60'000));
  const Result<std::optional<Probe>> probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value());
  EXPECT_TRUE((*probe)->message.has_value()) << "HEAD alone would never open it";
}

TEST_P(DeliveryTest, AProbeGetsItsTokensBesideABacklogThatTakesThemAll) {
  options_.delivery.rate_limit_per_minute = 1'200;  // 19.67 a second
  Open();
  const std::vector<std::string> both = {"doedsfall_v1", "foedsel_v1"};
  Put(Row("closed"));
  std::vector<NewRow> backlog;
  for (int i = 0; i < 300; ++i) backlog.push_back(Row("b" + std::to_string(i), {}, "foedsel_v1"));
  ClaimUpTo(1);
  clock_.Advance(Millis(100));
  Outcome gone = ServerError();
  gone.gate = GateEffect::kClose;
  SendOne(gone);
  ASSERT_TRUE(GateNamed("doedsfall_v1").outage);
  ASSERT_TRUE(store_->Insert(backlog, InsertMode::kEachAlone).ok());
  std::size_t sent = 0;
  bool probed = false;
  for (int i = 0; i < 100 && !probed; ++i) {
    clock_.Advance(Millis(50));
    const Claimed claimed = ClaimUpTo(32, both);
    sent += claimed.rows.size();
    for (const Lease& lease : claimed.rows) Settle(lease, Accepted());
    const Result<std::optional<Probe>> probe = store_->ClaimProbe();
    ASSERT_TRUE(probe.ok());
    probed = probe->has_value() && (*probe)->message.has_value();
  }
  EXPECT_TRUE(probed);
  EXPECT_GT(sent, 0U);
}

TEST_P(DeliveryTest, ASuspectsGateSendsOneUntriedAtATime) {
  Put(Row("poison"));
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(options_.delivery.backoff_max);
    SendOne(ServerError());
  }
  ASSERT_NE(GateNamed("doedsfall_v1").suspect, 0);
  const Inserted one = Put(Row("one"));
  const Inserted other = Put(Row("other"));
  EXPECT_EQ(ClaimUpTo(10).next_probe, clock_.Wall()) << "at once, not at the suspect's time";
  Result<std::optional<Probe>> probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value() && (*probe)->message.has_value());
  EXPECT_EQ((*probe)->message->id, one.id);
  const Result<std::optional<Probe>> second = store_->ClaimProbe();
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(second->has_value()) << "the first is still under way";
  const HeadResult head = HeadAnswered();
  ASSERT_TRUE(store_->SettleProbe(**probe, head, ServerError()).ok());
  probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value() && (*probe)->message.has_value());
  EXPECT_EQ((*probe)->message->id, other.id);
  ASSERT_TRUE(store_->SettleProbe(**probe, head, Accepted()).ok());
  EXPECT_FALSE(GateNamed("doedsfall_v1").outage) << "it was the one message";
}

TEST_P(DeliveryTest, AClosedResourceStopsOnlyItself) {
  for (int i = 0; i < 5; ++i) Put(Row(std::to_string(i)));
  Put(Row("other", {}, "foedsel_v1"));
  Outcome forbidden = ServerError();
  forbidden.gate = GateEffect::kClose;
  forbidden.counted = false;
  forbidden.http_status = 403;
  forbidden.reason = "http-403";
  SendOne(forbidden);
  EXPECT_TRUE(GateNamed("doedsfall_v1").outage);
  const Claimed claimed = ClaimUpTo(10, {"doedsfall_v1", "foedsel_v1"});
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_EQ(claimed.rows[0].ressurs, "foedsel_v1");
  EXPECT_TRUE(claimed.next_probe.has_value());
}

TEST_P(DeliveryTest, AProbeThatPassesOpensTheGateAndEndsItsWaits) {
  for (int i = 0; i < 4; ++i) Put(Row(std::to_string(i)));
  const Claimed first = ClaimUpTo(3);
  for (const Lease& lease : first.rows) Settle(lease, ServerError());
  ASSERT_TRUE(GateNamed("doedsfall_v1").outage) << "three different messages in a row";
  EXPECT_TRUE(ClaimUpTo(10).rows.empty());
  EXPECT_FALSE(store_->ClaimProbe()->has_value()) << "not before its time";
  clock_.SetWall(*GateNamed("doedsfall_v1").next_probe);
  Result<std::optional<Probe>> probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value());
  EXPECT_FALSE(store_->ClaimProbe()->has_value()) << "one worker gets it";
  ASSERT_TRUE((*probe)->message.has_value());
  const HeadResult head = HeadAnswered();
  ASSERT_TRUE(store_->SettleProbe(**probe, head, Accepted()).ok());
  EXPECT_FALSE(GateNamed("doedsfall_v1").outage);
  EXPECT_EQ(GateNamed("doedsfall_v1").openings, 1);
  EXPECT_EQ(ClaimUpTo(10).rows.size(), 3U) << "no one waits out a backoff of the outage";
}

TEST_P(DeliveryTest, AGateThatOpenedGivesNothingToAWindowFromBefore) {
  for (int i = 0; i < 10; ++i) Put(Row(std::to_string(i)));
  const auto claim = [&](std::optional<std::int64_t> openings) {
    const Room room{"doedsfall_v1", 5, openings};
    const Result<Claimed> claimed = store_->Claim({&room, 1}, 5);
    EXPECT_TRUE(claimed.ok()) << claimed.status().text();
    return claimed.ok() ? *claimed : Claimed{};
  };
  const Claimed first = claim(std::nullopt);
  ASSERT_EQ(first.openings.size(), 1U);
  const std::int64_t seen = first.openings[0].second;
  for (const Lease& lease : first.rows) Settle(lease, ServerError());
  clock_.SetWall(*GateNamed("doedsfall_v1").next_probe);
  const Result<std::optional<Probe>> probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value());
  const HeadResult head = HeadAnswered();
  ASSERT_TRUE(store_->SettleProbe(**probe, head, Accepted()).ok());
  ASSERT_FALSE(GateNamed("doedsfall_v1").outage);
  const Claimed stale = claim(seen);
  EXPECT_TRUE(stale.rows.empty()) << "slow start, not the room there was before the outage";
  ASSERT_GT(stale.openings[0].second, seen);
  const std::int64_t now = stale.openings[0].second;
  const Claimed fresh = claim(now);
  ASSERT_EQ(fresh.rows.size(), 5U);

  // The site's opening counts for every resource.
  Settle(fresh.rows[0], Refused());
  ASSERT_TRUE(GateNamed("").outage);
  clock_.SetWall(*GateNamed("").next_probe);
  const Result<std::optional<Probe>> of_site = store_->ClaimProbe();
  ASSERT_TRUE(of_site.ok() && of_site->has_value() && (*of_site)->message.has_value());
  ASSERT_TRUE(store_->SettleProbe(**of_site, head, Accepted()).ok());
  ASSERT_FALSE(GateNamed("").outage);
  EXPECT_TRUE(claim(now).rows.empty());
  EXPECT_FALSE(claim(std::nullopt).rows.empty());
}

TEST_P(DeliveryTest, AThousandWaitsEndWhenTheGateOpensAndLaterOnesDoNot) {
  constexpr int kMany = 1'200;
  std::vector<NewRow> rows;
  for (int i = 0; i < kMany; ++i) rows.push_back(Row(std::to_string(i)));
  ASSERT_TRUE(store_->Insert(rows, InsertMode::kEachAlone).ok());
  std::vector<Settlement> failed;
  for (const Lease& lease : ClaimUpTo(kMany).rows) failed.push_back({lease, ServerError()});
  ASSERT_EQ(failed.size(), static_cast<std::size_t>(kMany));
  ASSERT_TRUE(store_->Settle(failed).ok());
  clock_.SetWall(*GateNamed("doedsfall_v1").next_probe);
  const Result<std::optional<Probe>> probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value() && (*probe)->message.has_value());
  const HeadResult head = HeadAnswered();
  ASSERT_TRUE(store_->SettleProbe(**probe, head, Accepted()).ok());
  ASSERT_FALSE(GateNamed("doedsfall_v1").outage);
  Claimed claimed = ClaimUpTo(kMany);
  ASSERT_FALSE(claimed.rows.empty());
  EXPECT_LT(claimed.rows.size(), static_cast<std::size_t>(kMany) - 1)
      << "not all in one commit that everybody waits for";
  const Uuid again = claimed.rows[0].id;
  Settle(claimed.rows[0], ServerError());
  std::size_t went = claimed.rows.size();
  for (int i = 0; i < 10; ++i) {
    claimed = ClaimUpTo(kMany);
    went += claimed.rows.size();
    for (const Lease& lease : claimed.rows) EXPECT_NE(lease.id, again);
  }
  EXPECT_EQ(went, static_cast<std::size_t>(kMany) - 1);
}

TEST_P(DeliveryTest, AProbeThatFailsSendsNothingAndComesAgain) {
  Put(Row("a"));
  SendOne(Refused());
  ASSERT_TRUE(GateNamed("").outage);
  const WallTime closed = clock_.Wall();
  for (int i = 0; i < 5; ++i) {
    const WallTime due = *GateNamed("").next_probe;
    clock_.SetWall(due);
    Result<std::optional<Probe>> probe = store_->ClaimProbe();
    ASSERT_TRUE(probe.ok() && probe->has_value()) << i;
    HeadResult head;
    head.asked = true;
    head.reason = "connect-refused";
    ASSERT_TRUE(store_->SettleProbe(**probe, head, std::nullopt).ok());
    EXPECT_GT(*GateNamed("").next_probe, due);
  }
  EXPECT_TRUE(GateNamed("").outage);
  EXPECT_LE(clock_.Wall() - closed, Millis(6'000));
  EXPECT_EQ((*store_->List(Filter{}))[0].attempts, 1)
      << "an attempt is a request that may have left";
}

TEST_P(DeliveryTest, WithNothingWaitingHeadAloneOpensTheGate) {
  const Inserted a = Put(Row("a"));
  SendOne(Refused());
  ASSERT_TRUE(Decide(Decision::kCancel, a.id).status.ok());
  clock_.SetWall(*GateNamed("").next_probe);
  Result<std::optional<Probe>> probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value());
  EXPECT_FALSE((*probe)->message.has_value());
  EXPECT_EQ((*probe)->ressurs, "doedsfall_v1");
  const HeadResult head = HeadAnswered(405);
  ASSERT_TRUE(store_->SettleProbe(**probe, head, std::nullopt).ok());
  EXPECT_FALSE(GateNamed("").outage);
}

HeadResult Well(int status = 200) {
  HeadResult head;
  head.asked = head.answered = true;
  head.http_status = status;
  return head;
}

TEST_P(DeliveryTest, WhatHeadAnswersAtAStartIsKeptUntilAMessageProvesIt) {
  EXPECT_TRUE(store_->ClaimHead("doedsfall_v1")->ask);
  ASSERT_TRUE(store_->LearnHead("doedsfall_v1", Well(405)).ok());
  EXPECT_EQ(GateNamed("doedsfall_v1").head_status, 405);
  const Result<HeadTurn> again = store_->ClaimHead("doedsfall_v1");
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->ask) << "it is known";
  EXPECT_FALSE(again->again);
  EXPECT_TRUE(store_->ClaimHead("foedsel_v1")->ask) << "each resource for itself";
  if (maker_->durable()) {
    Open();
    EXPECT_EQ(GateNamed("doedsfall_v1").head_status, 405);
  }
  ASSERT_TRUE(store_->LearnHead("doedsfall_v1", Well(200)).ok());
  EXPECT_EQ(GateNamed("doedsfall_v1").head_status, 405);
}

TEST_P(DeliveryTest, NothingIsLearntWhileAGateIsShut) {
  ASSERT_TRUE(store_->ClaimHead("doedsfall_v1")->ask);
  Put(Row("a"));
  SendOne(Refused());
  ASSERT_TRUE(GateNamed("").outage) << "while HEAD was on its way";
  ASSERT_TRUE(store_->LearnHead("doedsfall_v1", Well()).ok());
  EXPECT_EQ(GateNamed("doedsfall_v1").head_status, 0);
  const Result<HeadTurn> turn = store_->ClaimHead("doedsfall_v1");
  EXPECT_FALSE(turn->ask);
  EXPECT_FALSE(turn->again) << "its probe will learn it";
}

TEST_P(DeliveryTest, AFailureAtAStartShutsNothingAndA429IsHeeded) {
  HeadResult down;
  down.asked = down.credential = true;
  down.scope = Scope::kSite;
  down.gate = GateEffect::kClose;
  down.reason = "tls";
  ASSERT_TRUE(store_->LearnHead("doedsfall_v1", down).ok());
  EXPECT_FALSE(GateNamed("").outage);
  HeadResult throttled = Well(429);
  throttled.throttled = true;
  throttled.gate = GateEffect::kNotBefore;
  throttled.wait = Millis(5'000);
  ASSERT_TRUE(store_->LearnHead("doedsfall_v1", throttled).ok());
  Put(Row("a"));
  EXPECT_TRUE(ClaimUpTo(1).rows.empty());
  const Result<HeadTurn> turn = store_->ClaimHead("doedsfall_v1");
  EXPECT_FALSE(turn->ask);
  EXPECT_EQ(turn->again, clock_.Wall() + Millis(5'000));
  clock_.Advance(Millis(5'000));
  EXPECT_TRUE(store_->ClaimHead("doedsfall_v1")->ask);
  EXPECT_EQ(ClaimUpTo(1).rows.size(), 1U);
}

TEST_P(DeliveryTest, HeadAtAStartTakesATokenAndLeavesOneForAMessage) {
  options_.delivery.rate_limit_per_minute = 180;  // capacity 3, one in 339 ms
  Open();
  Put(Row("a"));
  EXPECT_FALSE(store_->ClaimHead("doedsfall_v1")->ask) << "the bucket starts empty";
  clock_.Advance(Millis(340));
  const Result<HeadTurn> turn = store_->ClaimHead("doedsfall_v1");
  EXPECT_FALSE(turn->ask) << "the only token is a message's";
  EXPECT_TRUE(turn->again);
  EXPECT_EQ(ClaimUpTo(1).rows.size(), 1U);
  clock_.Advance(Millis(680));
  EXPECT_TRUE(store_->ClaimHead("doedsfall_v1")->ask);
  Put(Row("b"));
  Put(Row("c"));
  EXPECT_EQ(ClaimUpTo(2).rows.size(), 1U) << "HEAD took the other";
}

TEST_P(DeliveryTest, ManyWorkersThreadsSendEachMessageOnce) {
  constexpr int kMessages = 200;
  std::vector<NewRow> rows;
  for (int i = 0; i < kMessages; ++i)
    rows.push_back(Row(std::to_string(i), {"k" + std::to_string(i % 20)}));
  ASSERT_TRUE(store_->Insert(rows, InsertMode::kEachAlone).ok());
  std::mutex mutex;
  std::multiset<MessageSeq> sent;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (;;) {
        const Claimed claimed = ClaimUpTo(7);
        for (const Lease& lease : claimed.rows) {
          {
            std::lock_guard guard(mutex);
            sent.insert(lease.seq);
          }
          Settle(lease, Accepted());
        }
        std::lock_guard guard(mutex);
        if (sent.size() >= kMessages) return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sent.size(), static_cast<std::size_t>(kMessages));
  EXPECT_EQ(std::set<MessageSeq>(sent.begin(), sent.end()).size(), sent.size());
}

TEST_P(DeliveryTest, AChangeWakesWhoWaits) {
  store_->WaitForChange(clock_.Steady(), {});
  std::thread writer([&] { Put(Row("a")); });
  store_->WaitForChange(clock_.Steady() + std::chrono::hours(1), {});
  writer.join();
  std::stop_source stop;
  stop.request_stop();
  store_->WaitForChange(clock_.Steady() + std::chrono::hours(1), stop.get_token());
}

TEST_P(DeliveryTest, ATimeSetByAClockThatWasAheadIsPulledIn) {
  clock_.SetWall(ManualClock::kStart + std::chrono::hours(24 * 400));
  Put(Row("a"));
  NewRow later = Row("b");
  later.not_before = clock_.Wall() + std::chrono::hours(24);
  Put(later);
  SendOne(ServerError());
  clock_.SetWall(ManualClock::kStart);
  EXPECT_TRUE(ClaimUpTo(10).rows.empty());
  ASSERT_TRUE(store_->Tick().ok());
  const Claimed claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U) << "our own wait is pulled in, a person's not-before stays";
}

TEST_P(DeliveryTest, WhatIsPulledInKeepsAPersonsNotBefore) {
  clock_.SetWall(ManualClock::kStart + std::chrono::hours(24 * 400));
  NewRow row = Row("a");
  row.not_before = ManualClock::kStart + std::chrono::hours(24);  // long past, there
  Put(row);
  SendOne(ServerError());
  clock_.SetWall(ManualClock::kStart);
  ASSERT_TRUE(store_->Tick().ok());
  const Claimed claimed = ClaimUpTo(10);
  EXPECT_TRUE(claimed.rows.empty());
  EXPECT_EQ(claimed.ask_again, row.not_before);
}

TEST_P(DeliveryTest, ManyTimesOfAClockThatWasAheadArePulledIn) {
  clock_.SetWall(ManualClock::kStart + std::chrono::hours(24 * 400));
  std::vector<NewRow> rows;
  for (int i = 0; i < 1'100; ++i) rows.push_back(Row(std::to_string(i)));
  ASSERT_TRUE(store_->Insert(rows, InsertMode::kEachAlone).ok());
  clock_.SetWall(ManualClock::kStart);
  ASSERT_TRUE(store_->Tick().ok());
  EXPECT_EQ(ClaimUpTo(2'000).rows.size(), rows.size());
}

TEST_P(DeliveryTest, ADoubtFromTheFutureIsAnOldOne) {
  clock_.SetWall(ManualClock::kStart + std::chrono::hours(24));
  Put(Row("a"));
  SendOne(Unanswered());
  clock_.SetWall(ManualClock::kStart);
  ASSERT_TRUE(store_->Tick().ok());
  const Result<Overview> overview = store_->Look();
  EXPECT_TRUE(std::any_of(overview->alarms.begin(), overview->alarms.end(),
                          [](const AlarmView& alarm) { return alarm.name == "in-doubt"; }));
}

UTBOKS_INSTANTIATE_STORES(DeliveryTest);

}  // namespace
}  // namespace utboks::testing

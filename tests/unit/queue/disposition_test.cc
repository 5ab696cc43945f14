#include "queue/disposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/breaker.h"
#include "queue/probe.h"
#include "queue/reason.h"
#include "tests/unit/queue/outcomes.h"

namespace utboks {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::Accepted;
using testing::CutOff;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::LoginRefused;
using testing::MixedAnswer;
using testing::NoSuchResource;
using testing::OwnTrouble;
using testing::Refused;
using testing::Rejected;
using testing::ServerError;
using testing::ToHold;
using testing::TooMany;
using testing::Unanswered;

constexpr WallTime kNow = WallTime(Millis(1'800'000'000'000));
constexpr WallTime kPlace = kNow - Millis(77'000);  // where it stands among the due

class DispositionTest : public ::testing::Test {
 protected:
  DispositionTest() {
    resource_.name = "doedsfall";
    message_.seq = 1;
    message_.state = State::kSending;
    message_.due_at = kPlace;
  }

  Disposition Settle(const Outcome& outcome) {
    return Dispose(message_, outcome, sent_, site_, resource_, settings_, now_, *random_);
  }
  // What the store does between: written, claimed again.
  Disposition SettleOn(const Outcome& outcome) {
    Disposition d = Settle(outcome);
    message_ = d.after;
    message_.state = State::kSending;
    return d;
  }
  void Close(Gate& gate) { CloseGate(gate, "http-404", settings_, now_, *random_); }
  void ExpectOpenGates() {
    EXPECT_TRUE(IsOpen(site_, now_));
    EXPECT_TRUE(IsOpen(resource_, now_));
  }

  DeliverySettings settings_;
  std::unique_ptr<Random> random_ = SeededRandom(51);
  WallTime now_ = kNow;
  Gate site_, resource_;
  MessageFacts message_;
  Sent sent_;
};

// ---- §1, row by row ----

TEST_F(DispositionTest, WhatComesOfEachAnswer) {
  struct Case {
    const char* what;
    Outcome outcome;
    State state;
    const char* reason;
    bool counted;
    bool keeps_place;
    bool site_open, resource_open;  // to new messages, now
  };
  const Case cases[] = {
      {"202", Accepted(), State::kAccepted, "", false, true, true, true},
      {"400", Rejected(), State::kRejected, "UgyldigMelding", false, true, true, true},
      {"413", ToHold(), State::kHeld, "http-413", false, true, true, true},
      {"401", LoginRefused(), State::kDue, "http-401", false, true, false, true},
      {"403", NoSuchResource(403), State::kDue, "http-403", false, true, true, false},
      {"404", NoSuchResource(404), State::kDue, "http-404", false, true, true, false},
      {"406", NoSuchResource(406), State::kDue, "http-406", false, true, true, false},
      {"408", ServerError(408), State::kDue, "http-408", true, false, true, true},
      {"500", ServerError(500), State::kDue, "http-500", true, false, true, true},
      {"refused", Refused(), State::kDue, "connect-refused", false, true, false, true},
      {"429", TooMany(Millis(5'000)), State::kDue, "http-429", false, true, false, true},
      {"no answer", Unanswered(), State::kInDoubt, "no-answer", true, false, true, true},
      {"mixed answer", MixedAnswer(), State::kInDoubt, "mixed-answer", true, false, true, true},
  };
  for (const Case& c : cases) {
    site_ = resource_ = Gate{};
    const Disposition d = Settle(c.outcome);
    EXPECT_FALSE(d.stale) << c.what;
    EXPECT_EQ(d.after.state, c.state) << c.what;
    EXPECT_EQ(d.after.reason, c.reason) << c.what;
    EXPECT_EQ(d.counted, c.counted) << c.what;
    EXPECT_EQ(d.after.counted, c.counted ? 1 : 0) << c.what;
    EXPECT_EQ(d.after.due_at == kPlace, c.keeps_place) << c.what;
    EXPECT_EQ(IsOpen(site_, now_), c.site_open) << c.what;
    EXPECT_EQ(IsOpen(resource_, now_), c.resource_open) << c.what;
    EXPECT_TRUE(LegalEdge(State::kSending, d.after.state, d.cause)) << c.what;
  }
}

TEST_F(DispositionTest, AnAcceptanceKeepsTheReceipt) {
  const Disposition d = Settle(Accepted("ref-7"));
  EXPECT_EQ(d.after.reference, "ref-7");
  EXPECT_EQ(d.cause, Cause::kSettle);
  EXPECT_TRUE(d.leaves_keys);
  EXPECT_FALSE(d.second_receipt);
  EXPECT_THAT(d.alarms, IsEmpty());
}

TEST_F(DispositionTest, AnOddSuccessIsAcceptedWithAnAlarm) {
  Outcome odd = Accepted();
  odd.odd_success = true;
  odd.http_status = 200;
  const Disposition d = Settle(odd);
  EXPECT_EQ(d.after.state, State::kAccepted);
  EXPECT_THAT(d.alarms, ElementsAre("odd-success"));
}

TEST_F(DispositionTest, ARefusedLoginIsShownAtTheSitesGate) {
  Settle(LoginRefused());
  EXPECT_TRUE(site_.credential);
  site_ = Gate{};
  Settle(Refused());
  EXPECT_FALSE(site_.credential);
}

TEST_F(DispositionTest, A429IsObeyedByAllFromItsFloorToItsCeiling) {
  struct Case {
    std::optional<Millis> asked;
    Millis waits;
  };
  const Case cases[] = {{Millis(5'000), Millis(5'000)},
                        {Millis(1), settings_.backoff_min},
                        {std::nullopt, settings_.backoff_min},
                        {hours(30), settings_.retry_after_max}};
  for (const Case& c : cases) {
    site_ = Gate{};
    Settle(TooMany(c.asked));
    EXPECT_EQ(site_.not_before, now_ + c.waits);
    EXPECT_TRUE(site_.alone_next);
  }
}

TEST_F(DispositionTest, AnyAnswerButA429EndsTheMessageAloneAfterOne) {
  for (const Outcome& outcome : {Accepted(), ServerError(), Rejected(), NoSuchResource()}) {
    site_ = resource_ = Gate{};
    Settle(TooMany(Millis(5'000)));
    now_ += seconds(5);
    message_.state = State::kSending;
    Settle(outcome);
    EXPECT_FALSE(site_.alone_next) << outcome.reason;
    EXPECT_EQ(site_.openings, 1);
  }
  site_ = resource_ = Gate{};
  Settle(TooMany(Millis(5'000)));
  now_ += seconds(5);
  Settle(TooMany(Millis(5'000)));
  EXPECT_TRUE(site_.alone_next);
  EXPECT_EQ(site_.not_before, now_ + seconds(5));
}

TEST_F(DispositionTest, TroubleOfOurOwnDoesNotSpin) {
  const Disposition d = Settle(OwnTrouble());
  EXPECT_EQ(d.after.state, State::kDue);
  EXPECT_FALSE(d.counted);
  EXPECT_GE(d.after.due_at, now_ + settings_.backoff_min);
  EXPECT_EQ(d.after.last_backoff, Millis(0)) << "what is not counted lengthens nothing";
  ExpectOpenGates();
}

TEST_F(DispositionTest, WhatWeStoppedBeforeItWasSentIsAsIfNeverClaimed) {
  Outcome stopped = OwnTrouble();
  stopped.interrupted = true;
  const Disposition d = Settle(stopped);
  EXPECT_EQ(d.after.state, State::kDue);
  EXPECT_EQ(d.after.due_at, kPlace);
  EXPECT_FALSE(d.counted);
}

// ---- blame runs ----

class BlameRunTest : public DispositionTest {
 protected:
  Disposition SettleNumber(MessageSeq seq, const Outcome& outcome) {
    message_ = MessageFacts{};
    message_.seq = seq;
    message_.state = State::kSending;
    return Settle(outcome);
  }
};

TEST_F(BlameRunTest, WhatWeHeldBackOurselvesIsNotJudged) {
  Outcome unsent = ToHold();
  unsent.scope = Scope::kNone;
  unsent.result = AttemptResult::kNotSent;
  const Disposition d = SettleNumber(1, unsent);
  EXPECT_EQ(d.after.state, State::kHeld);
  EXPECT_FALSE(d.after.judged) << "its first verdict is still to come, and counts";
  EXPECT_THAT(resource_.blamed, IsEmpty());
}

TEST_F(BlameRunTest, TheFifthBlamedInARowMakesThemAllHeld) {
  for (MessageSeq seq = 1; seq <= 4; ++seq) {
    const Disposition d = SettleNumber(seq, seq % 2 == 0 ? Rejected() : ToHold());
    EXPECT_EQ(d.after.state, seq % 2 == 0 ? State::kRejected : State::kHeld);
    EXPECT_TRUE(d.after.judged);
    EXPECT_THAT(d.held_by_blame_run, IsEmpty());
  }
  const Disposition d = SettleNumber(5, Rejected("Feil"));
  EXPECT_EQ(d.after.state, State::kHeld);
  EXPECT_EQ(d.after.reason, reason::kBlameRun);
  EXPECT_EQ(d.after.blame, "Feil");
  EXPECT_EQ(d.cause, Cause::kBlameRun);
  EXPECT_THAT(d.held_by_blame_run, ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(resource_.blame_run);
  EXPECT_FALSE(d.leaves_keys);
  EXPECT_TRUE(IsOpen(site_, now_));
}

TEST_F(BlameRunTest, WhatWasUnderWayIsHeldWithThem) {
  for (MessageSeq seq = 1; seq <= 5; ++seq) SettleNumber(seq, Rejected());
  const Disposition d = SettleNumber(6, Rejected());
  EXPECT_EQ(d.after.reason, reason::kBlameRun);
  EXPECT_THAT(d.held_by_blame_run, IsEmpty()) << "they were held before";
}

TEST_F(BlameRunTest, AnAcceptanceBetweenMeansItIsTheMessages) {
  for (MessageSeq seq = 1; seq <= 4; ++seq) SettleNumber(seq, Rejected());
  SettleNumber(5, Accepted());
  for (MessageSeq seq = 6; seq <= 9; ++seq) {
    EXPECT_EQ(SettleNumber(seq, Rejected()).after.state, State::kRejected);
  }
  EXPECT_FALSE(resource_.blame_run);
}

TEST_F(BlameRunTest, FailuresBetweenDoNotEndTheRun) {
  for (MessageSeq seq = 1; seq <= 4; ++seq) SettleNumber(seq, Rejected());
  SettleNumber(20, ServerError());
  EXPECT_EQ(SettleNumber(5, Rejected()).after.reason, reason::kBlameRun);
}

TEST_F(BlameRunTest, AMessageJudgedBeforeCountsInNoRun) {
  for (MessageSeq seq = 1; seq <= 4; ++seq) SettleNumber(seq, Rejected());
  message_ = MessageFacts{};
  message_.seq = 9;
  message_.state = State::kSending;
  message_.judged = true;
  EXPECT_EQ(Settle(Rejected()).after.state, State::kRejected);
  EXPECT_FALSE(resource_.blame_run);
}

TEST_F(BlameRunTest, ReleasedFromARunTheSameBlameIsBelievedAndAnotherCounts) {
  message_.judged = true;
  message_.blame = "http-302";
  const Disposition same = Settle(ToHold("http-302"));
  EXPECT_EQ(same.after.state, State::kHeld);
  EXPECT_EQ(same.after.reason, "http-302");
  EXPECT_THAT(resource_.blamed, IsEmpty());
  Settle(ToHold("http-413"));
  EXPECT_THAT(resource_.blamed, ElementsAre(1));
}

TEST_F(BlameRunTest, BelievedAlsoWhileTheRunStands) {
  for (MessageSeq seq = 11; seq <= 15; ++seq) SettleNumber(seq, Rejected());
  message_ = MessageFacts{};
  message_.seq = 1;
  message_.state = State::kSending;
  message_.judged = true;
  message_.blame = "UgyldigMelding";
  EXPECT_EQ(Settle(Rejected()).after.state, State::kRejected);
}

TEST_F(BlameRunTest, OneMessageManyTimesIsNoRun) {
  for (int i = 0; i < 20; ++i) {
    message_.state = State::kSending;
    message_ = Settle(Rejected()).after;
  }
  EXPECT_FALSE(resource_.blame_run);
}

TEST_F(BlameRunTest, ProbesCountToo) {
  Close(resource_);
  sent_.probe = true;
  sent_.gates_open = false;
  for (MessageSeq seq = 1; seq <= 5; ++seq) SettleNumber(seq, Rejected());
  EXPECT_TRUE(resource_.blame_run);
  EXPECT_TRUE(resource_.outage);
}

// ---- §2: backoff and lifetime ----

TEST_F(DispositionTest, CountedFailuresLengthenTheBackoff) {
  Millis before{0};
  for (int n = 1; n <= 20; ++n) {
    resource_ = Gate{};
    const Disposition d = SettleOn(ServerError());
    EXPECT_EQ(d.after.counted, n);
    const Millis wait = d.after.due_at - now_;
    EXPECT_GE(wait, settings_.backoff_min);
    EXPECT_LE(wait, std::min(std::max(before, settings_.backoff_min) * 3, settings_.backoff_max));
    EXPECT_EQ(wait, d.after.last_backoff);
    EXPECT_EQ(d.waited_on, WaitedOn::kResource);
    EXPECT_EQ(d.after.state, State::kDue) << "no number of attempts gives up";
    before = wait;
  }
}

TEST_F(DispositionTest, WhatIsNotCountedLeavesTheBackoffAlone) {
  message_.counted = 4;
  message_.last_backoff = Millis(60'000);
  for (const Outcome& outcome :
       {Refused(), LoginRefused(), NoSuchResource(), TooMany(Millis(5'000)), OwnTrouble()}) {
    site_ = resource_ = Gate{};
    const Disposition d = Settle(outcome);
    EXPECT_EQ(d.after.counted, 4) << outcome.reason;
    EXPECT_EQ(d.after.last_backoff, Millis(60'000)) << outcome.reason;
    EXPECT_FALSE(d.after.first_failure.has_value()) << outcome.reason;
  }
}

TEST_F(DispositionTest, AWaitThatTheServerAskedForIsOnlyExtended) {
  Outcome busy = ServerError(503);
  busy.wait = Millis(1'800'000);
  EXPECT_EQ(Settle(busy).after.due_at, now_ + Millis(1'800'000));
  busy.wait = Millis(1);
  EXPECT_GE(Settle(busy).after.due_at, now_ + settings_.backoff_min);
}

TEST_F(DispositionTest, LifetimeCountsFromTheFirstFailureThroughOpenGates) {
  SettleOn(ServerError());
  EXPECT_EQ(message_.first_failure, kNow);
  now_ = kNow + settings_.lifetime - Millis(1);
  EXPECT_EQ(SettleOn(ServerError()).after.state, State::kDue);
  now_ = kNow + settings_.lifetime;
  const Disposition d = Settle(ServerError());
  EXPECT_EQ(d.after.state, State::kHeld);
  EXPECT_EQ(d.after.reason, reason::kLifetime);
  EXPECT_EQ(d.cause, Cause::kLimit);
  EXPECT_TRUE(d.counted);
  EXPECT_EQ(d.waited_on, WaitedOn::kNothing);
}

TEST_F(DispositionTest, NothingExpiresBehindAClosedGate) {
  SettleOn(ServerError());
  now_ = kNow + settings_.lifetime * 2;
  Close(resource_);
  resource_.probes = 50;
  sent_.probe = true;
  sent_.gates_open = false;
  for (const Outcome& outcome : {ServerError(), Unanswered(), Refused(), NoSuchResource()}) {
    const Disposition d = Settle(outcome);
    EXPECT_NE(d.after.state, State::kHeld) << outcome.reason;
  }
}

TEST_F(DispositionTest, WhatIsNoFailureOfTheMessageStartsNoLifetime) {
  for (const Outcome& outcome : {Refused(), LoginRefused(), NoSuchResource(), TooMany({})}) {
    message_.first_failure = kNow - settings_.lifetime * 2;
    EXPECT_EQ(Settle(outcome).after.state, State::kDue) << outcome.reason;
  }
}

TEST_F(DispositionTest, ASuspectsOwnProbesCountForLifetime) {
  for (int i = 0; i < 3; ++i) SettleOn(ServerError());
  ASSERT_EQ(resource_.suspect, 1);
  now_ = kNow + settings_.lifetime;
  sent_.probe = true;
  sent_.gates_open = false;
  const Disposition d = Settle(ServerError());
  EXPECT_EQ(d.after.state, State::kHeld);
  EXPECT_EQ(d.after.reason, reason::kLifetime);
}

TEST_F(DispositionTest, ASuspectsOwnProbesFollowItsBackoffFromTheTenthUncounted) {
  for (int i = 0; i < 3; ++i) SettleOn(ServerError());
  ASSERT_EQ(resource_.suspect, 1);
  sent_.probe = true;
  sent_.gates_open = false;
  const int counted = message_.counted;
  const Millis before = message_.last_backoff;
  resource_.probes = 9;
  SettleOn(ServerError());
  EXPECT_EQ(message_.last_backoff, before);
  Millis longest{0};
  for (resource_.probes = 10; resource_.probes < 40; ++resource_.probes) {
    const Disposition d = SettleOn(ServerError());
    EXPECT_FALSE(d.counted);
    EXPECT_EQ(d.after.due_at - now_, d.after.last_backoff);
    longest = std::max(longest, d.after.last_backoff);
  }
  EXPECT_EQ(message_.counted, counted) << "a closed gate counts no attempt";
  EXPECT_GT(longest, Millis(100'000));
}

TEST_F(DispositionTest, AProbesMessageGoesBehindTheOthersThatAreDue) {
  Close(resource_);
  sent_.probe = true;
  sent_.gates_open = false;
  for (const Outcome& outcome : {ServerError(), NoSuchResource(), Refused()}) {
    const Disposition d = Settle(outcome);
    EXPECT_EQ(d.after.due_at, now_) << outcome.reason;
    EXPECT_FALSE(d.counted) << outcome.reason;
    EXPECT_EQ(d.after.last_backoff, Millis(0));
  }
}

TEST_F(DispositionTest, AMessageThatAProbeTookBeforeItsTimeStaysWithinReachOfTheNext) {
  Close(resource_);
  sent_.probe = true;
  sent_.gates_open = false;
  Outcome stopped = OwnTrouble();
  stopped.interrupted = true;
  for (const Outcome& outcome : {ServerError(), NoSuchResource(), Refused(), stopped}) {
    message_.due_at = now_ + seconds(600);  // its backoff, which a probe does not wait for
    EXPECT_EQ(Settle(outcome).after.due_at, now_) << outcome.reason;
  }
}

TEST_F(DispositionTest, ASiteProbesMessageThatItsOpenResourceFailsDoesNotComeBackAtOnce) {
  Close(site_);
  sent_.probe = true;
  sent_.gates_open = false;
  OpenGate(site_);  // another worker's receipt came first
  const Disposition d = Settle(ServerError());
  EXPECT_GE(d.after.due_at, now_ + settings_.backoff_min);
}

// ---- §3: in doubt ----

TEST_F(DispositionTest, ADoubtIsResentAfterBackoff) {
  settings_.in_doubt = DoubtPolicy::kResend;
  sent_.feed_live = true;
  const Disposition d = Settle(Unanswered());
  EXPECT_EQ(d.after.state, State::kInDoubt);
  EXPECT_TRUE(d.after.unanswered);
  EXPECT_EQ(d.after.doubts, 1);
  EXPECT_EQ(d.after.due_at - now_, d.after.last_backoff);
  EXPECT_EQ(d.waited_on, WaitedOn::kResource);
  EXPECT_FALSE(d.leaves_keys);
}

TEST_F(DispositionTest, ADoubtWaitsForTheFeedOnlyWhileItIsReadAndNotSilent) {
  for (const DoubtPolicy policy : {DoubtPolicy::kWait, DoubtPolicy::kByFeed}) {
    settings_.in_doubt = policy;
    resource_ = Gate{};
    sent_.feed_live = true;
    const Disposition waits = Settle(Unanswered());
    EXPECT_EQ(waits.after.due_at, now_ + settings_.doubt_wait);
    EXPECT_EQ(waits.waited_on, WaitedOn::kNothing) << "no opening cuts the feed's time short";
    sent_.feed_live = false;
    const Disposition resends = Settle(Unanswered());
    EXPECT_LE(resends.after.due_at, now_ + settings_.backoff_min * 3);
  }
}

TEST_F(DispositionTest, TheFeedsTimeNeverShortensABackoff) {
  sent_.feed_live = true;
  settings_.doubt_wait = Millis(1);
  EXPECT_GE(Settle(Unanswered()).after.due_at, now_ + settings_.backoff_min);
}

TEST_F(DispositionTest, ADoubtGoesToAPersonWhereThePolicySaysSo) {
  settings_.in_doubt = DoubtPolicy::kHold;
  settings_.on_head_failed = HeadPolicy::kContinue;
  for (const Outcome& outcome : {Unanswered(), MixedAnswer(), CutOff()}) {
    const Disposition d = Settle(outcome);
    EXPECT_EQ(d.after.state, State::kHeld);
    EXPECT_EQ(d.after.reason, reason::kInDoubt);
    EXPECT_EQ(d.cause, Cause::kLimit);
    EXPECT_TRUE(d.after.unanswered);
    EXPECT_FALSE(d.leaves_keys) << "an unanswered attempt never lets pass";
  }
}

TEST_F(DispositionTest, AfterThreeUnansweredSendsAPersonLooks) {
  sent_.others_tried = true;
  EXPECT_EQ(SettleOn(Unanswered()).after.state, State::kInDoubt);
  EXPECT_EQ(SettleOn(Unanswered()).after.state, State::kInDoubt);
  const Disposition d = SettleOn(Unanswered());
  EXPECT_EQ(d.after.state, State::kHeld);
  EXPECT_EQ(d.after.reason, reason::kInDoubtLimit);
  EXPECT_EQ(d.cause, Cause::kLimit);
}

TEST_F(DispositionTest, TheLonelyMessageWhoseLastDoubtClosesItsGateIsNotHeldForIt) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(SettleOn(Unanswered()).after.state, State::kInDoubt);
  ASSERT_EQ(message_.doubts, settings_.in_doubt_resends);
  ASSERT_EQ(resource_.suspect, message_.seq);

  // A register that hangs answers no HEAD either; each tenth probe sends all the same.
  sent_.probe = true;
  sent_.gates_open = false;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(SettleOn(Unanswered()).after.state, State::kInDoubt);
  // It answered HEAD, and not the message: that is the message.
  sent_.head_said_yes = true;
  const Disposition d = SettleOn(Unanswered());
  EXPECT_EQ(d.after.state, State::kHeld);
  EXPECT_EQ(d.after.reason, reason::kInDoubtLimit);
}

TEST_F(DispositionTest, OfAResourceThatClosedNoMessageIsHeldForItsDoubts) {
  for (int i = 0; i < 2; ++i) SettleOn(Unanswered());
  Close(resource_);  // others failed while it was under way
  EXPECT_EQ(SettleOn(Unanswered()).after.state, State::kInDoubt);
  sent_.probe = true;
  sent_.gates_open = false;
  sent_.head_said_yes = true;
  EXPECT_EQ(SettleOn(Unanswered()).after.state, State::kInDoubt) << "it is no suspect";
  CountSuccess(resource_, now_);
  sent_ = Sent{};
  EXPECT_EQ(SettleOn(Unanswered()).after.state, State::kHeld) << "others pass, and it does not";
}

TEST_F(DispositionTest, DoubtsOfProbesAndOfOurOwnStopCountTowardsNoLimit) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(SettleOn(CutOff()).after.state, State::kInDoubt);
  }
  EXPECT_EQ(message_.doubts, 0);
  EXPECT_EQ(message_.counted, 0);
  EXPECT_EQ(resource_, [] {
    Gate untouched;
    untouched.name = "doedsfall";
    return untouched;
  }()) << "no gate hears of our own stop";
  Close(resource_);
  sent_.probe = true;
  sent_.gates_open = false;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(SettleOn(Unanswered()).after.state, State::kInDoubt);
  }
  EXPECT_EQ(message_.doubts, 0);
}

TEST_F(DispositionTest, OnceUnansweredItReturnsToDoubtAndNeverToDue) {
  for (const Outcome& outcome : {ServerError(), TooMany(Millis(1)), Refused(), LoginRefused(),
                                 NoSuchResource(), OwnTrouble()}) {
    site_ = resource_ = Gate{};
    message_.unanswered = true;
    const Disposition d = Settle(outcome);
    EXPECT_EQ(d.after.state, State::kInDoubt) << outcome.reason;
    EXPECT_TRUE(d.after.unanswered);
    EXPECT_EQ(d.after.doubts, 0) << "it was answered this time";
  }
}

TEST_F(DispositionTest, A400AfterAnUnansweredSendIsForAPerson) {
  message_.unanswered = true;
  settings_.on_head_failed = HeadPolicy::kContinue;
  const Disposition d = Settle(Rejected());
  EXPECT_EQ(d.after.state, State::kHeld);
  EXPECT_EQ(d.after.reason, reason::kRejectedAfterDoubt);
  EXPECT_EQ(d.cause, Cause::kSettle);
  EXPECT_FALSE(d.leaves_keys);
}

TEST_F(DispositionTest, AMixedAnswerIsADoubtWithAnAlarm) {
  const Disposition d = Settle(MixedAnswer());
  EXPECT_EQ(d.after.state, State::kInDoubt);
  EXPECT_TRUE(d.after.unanswered);
  EXPECT_EQ(d.after.doubts, 1);
  EXPECT_EQ(d.after.reference, "");
  EXPECT_THAT(d.alarms, ElementsAre("mixed-answer"));
}

// ---- dead workers ----

TEST_F(DispositionTest, ADeadWorkersMessageIsInDoubtAndCountsAsACrash) {
  message_.last_backoff = Millis(60'000);
  const Disposition d = DisposeDead(message_, settings_, now_, *random_);
  EXPECT_EQ(d.after.state, State::kInDoubt);
  EXPECT_EQ(d.cause, Cause::kWorkerDied);
  EXPECT_EQ(d.after.reason, reason::kWorkerDied);
  EXPECT_TRUE(d.after.unanswered);
  EXPECT_EQ(d.after.crashes, 1);
  EXPECT_EQ(d.after.doubts, 0);
  EXPECT_EQ(d.after.counted, 0);
  EXPECT_EQ(d.after.due_at, now_ + Millis(60'000)) << "as long as it last waited";
  EXPECT_FALSE(d.leaves_keys);
}

TEST_F(DispositionTest, TenCrashesHoldIt) {
  for (int n = 1; n <= 9; ++n) {
    message_ = DisposeDead(message_, settings_, now_, *random_).after;
    ASSERT_EQ(message_.state, State::kInDoubt) << n;
    message_.state = State::kSending;
  }
  const Disposition d = DisposeDead(message_, settings_, now_, *random_);
  EXPECT_EQ(d.after.state, State::kHeld);
  EXPECT_EQ(d.after.reason, reason::kCrash);
  EXPECT_EQ(d.cause, Cause::kLimit);
}

TEST_F(DispositionTest, WithTheCrashBoundOffNothingIsHeld) {
  settings_.crash_limit = 0;
  message_.crashes = 1'000;
  EXPECT_EQ(DisposeDead(message_, settings_, now_, *random_).after.state, State::kInDoubt);
}

TEST_F(DispositionTest, ThePolicyHoldsForDeadWorkersToo) {
  settings_.in_doubt = DoubtPolicy::kHold;
  const Disposition d = DisposeDead(message_, settings_, now_, *random_);
  EXPECT_EQ(d.after.state, State::kHeld);
  EXPECT_EQ(d.after.reason, reason::kInDoubt);
  settings_.in_doubt = DoubtPolicy::kByFeed;
  EXPECT_EQ(DisposeDead(message_, settings_, now_, *random_, true).after.due_at,
            now_ + settings_.doubt_wait);
}

// ---- receipts ----

TEST_F(DispositionTest, AReceiptIsTakenFromEveryStateWithoutAToken) {
  struct Case {
    State from;
    bool late;
  };
  const Case cases[] = {{State::kDue, false},  {State::kSending, false}, {State::kInDoubt, false},
                        {State::kHeld, false}, {State::kRejected, true}, {State::kCancelled, true},
                        {State::kClosed, true}};
  sent_.token_live = false;
  for (const Case& c : cases) {
    message_.state = c.from;
    const Disposition d = Settle(Accepted("ref-1"));
    EXPECT_FALSE(d.stale);
    EXPECT_EQ(d.after.state, State::kAccepted) << StateName(c.from);
    EXPECT_EQ(d.after.reference, "ref-1");
    EXPECT_EQ(d.cause, Cause::kLateReceipt);
    EXPECT_TRUE(d.leaves_keys);
    if (c.late) {
      EXPECT_THAT(d.alarms, ElementsAre("accepted-late")) << StateName(c.from);
    } else {
      EXPECT_THAT(d.alarms, IsEmpty()) << StateName(c.from);
    }
  }
}

TEST_F(DispositionTest, ASecondReceiptIsKeptBesideTheFirst) {
  message_.state = State::kAccepted;
  message_.reference = "ref-1";
  sent_.token_live = false;
  const Disposition d = Settle(Accepted("ref-2"));
  EXPECT_EQ(d.after.state, State::kAccepted);
  EXPECT_EQ(d.after.reference, "ref-1");
  EXPECT_TRUE(d.second_receipt);
  EXPECT_THAT(d.alarms, ElementsAre("double"));
}

TEST_F(DispositionTest, TheSameReceiptTwiceIsOneReceipt) {
  sent_.token_live = false;
  message_.reference = "ref-1";
  for (const State state : {State::kAccepted, State::kClosed}) {
    message_.state = state;
    const Disposition d = Settle(Accepted("ref-1"));
    EXPECT_EQ(d.after.state, state);
    EXPECT_FALSE(d.second_receipt);
    EXPECT_THAT(d.alarms, IsEmpty());
  }
}

TEST_F(DispositionTest, ReceiptsThatCannotBeReadCannotBeTheSame) {
  sent_.token_live = false;
  message_.state = State::kAccepted;
  EXPECT_THAT(Settle(Accepted("")).alarms, ElementsAre("double"));
}

TEST_F(DispositionTest, ASecondReceiptOfAClosedMessageIsBothDoubleAndLate) {
  sent_.token_live = false;
  message_.state = State::kClosed;
  message_.reference = "ref-1";
  const Disposition d = Settle(Accepted("ref-2"));
  EXPECT_EQ(d.after.state, State::kAccepted);
  EXPECT_EQ(d.after.reference, "ref-1");
  EXPECT_TRUE(d.second_receipt);
  EXPECT_THAT(d.alarms, ElementsAre("double", "accepted-late"));
}

TEST_F(DispositionTest, ReplayedAgainANewReceiptStandsBesideTheOld) {
  message_.reference = "ref-1";
  const Disposition other = Settle(Accepted("ref-2"));
  EXPECT_EQ(other.cause, Cause::kSettle);
  EXPECT_TRUE(other.second_receipt);
  const Disposition same = Settle(Accepted("ref-1"));
  EXPECT_EQ(same.after.state, State::kAccepted);
  EXPECT_THAT(same.alarms, IsEmpty());
}

TEST_F(DispositionTest, EverythingElseNeedsTheLiveToken) {
  for (const Outcome& outcome :
       {ServerError(), Unanswered(), Rejected(), ToHold(), Refused(), LoginRefused(),
        NoSuchResource(), TooMany(Millis(5'000)), MixedAnswer(), CutOff()}) {
    for (const State state : kAllStates) {
      for (const bool live : {false, true}) {
        if (live && state == State::kSending) continue;
        message_.state = state;
        sent_.token_live = live;
        const Gate site = site_, resource = resource_;
        const Disposition d = Settle(outcome);
        EXPECT_TRUE(d.stale) << outcome.reason << " on " << StateName(state);
        EXPECT_EQ(d.after.state, state);
        EXPECT_EQ(site_, site);
        EXPECT_EQ(resource_, resource);
        EXPECT_THAT(d.alarms, IsEmpty());
      }
    }
  }
}

TEST_F(DispositionTest, AnAcceptanceOpensBothGates) {
  Close(site_);
  Close(resource_);
  sent_.token_live = false;
  const Disposition d = Settle(Accepted());
  EXPECT_TRUE(d.site_opened);
  EXPECT_TRUE(d.resource_opened);
  ExpectOpenGates();
  message_.state = State::kSending;
  const Disposition again = Settle(Accepted());
  EXPECT_FALSE(again.site_opened);
  EXPECT_FALSE(again.resource_opened);
}

// ---- gates ----

TEST_F(DispositionTest, OnePoisonMessageClosesNothingForOthers) {
  for (int i = 0; i < 30; ++i) {
    sent_.others_tried = true;
    SettleOn(ServerError());
    MessageFacts good;
    good.seq = 100 + i;
    good.state = State::kSending;
    Dispose(good, Accepted(), sent_, site_, resource_, settings_, now_, *random_);
    ExpectOpenGates();
  }
}

TEST_F(DispositionTest, ThreeMessagesFailingCloseTheResourceOnly) {
  for (MessageSeq seq = 1; seq <= 3; ++seq) {
    message_ = MessageFacts{};
    message_.seq = seq;
    message_.state = State::kSending;
    sent_.others_tried = true;
    Settle(seq == 2 ? Unanswered() : ServerError());
  }
  EXPECT_TRUE(resource_.outage);
  EXPECT_EQ(resource_.suspect, 0);
  EXPECT_TRUE(IsOpen(site_, now_));
}

TEST_F(DispositionTest, AnAnswerThatIsNoAcceptanceDoesNotOpenTheSite) {
  Close(site_);
  Settle(ServerError());
  EXPECT_TRUE(site_.outage) << "a kept-alive connection may outlive the register's door";
}

// ---- §6: keys ----

TEST(StandsInKeysTest, WhoLetsFollowersPass) {
  struct Case {
    State state;
    std::string_view reason;
    bool unanswered;
    bool stands_waiting, stands_continuing;
  };
  const Case cases[] = {
      {State::kReceived, "", false, true, true},
      {State::kDue, "http-500", false, true, true},
      {State::kSending, "", false, true, true},
      {State::kInDoubt, "no-answer", true, true, true},
      {State::kAccepted, "", false, false, false},
      {State::kAccepted, "", true, false, false},
      {State::kClosed, reason::kManual, true, false, false},
      {State::kCancelled, reason::kOperator, true, false, false},
      {State::kRejected, "UgyldigMelding", false, true, false},
      {State::kHeld, "http-413", false, true, false},
      {State::kHeld, reason::kLifetime, false, true, false},
      {State::kHeld, reason::kLifetime, true, true, true},
      {State::kHeld, reason::kInDoubt, true, true, true},
      {State::kHeld, reason::kInDoubtLimit, true, true, true},
      {State::kHeld, reason::kCrash, true, true, true},
      {State::kHeld, reason::kRejectedAfterDoubt, true, true, true},
      {State::kHeld, reason::kOperator, false, true, true},
      {State::kHeld, reason::kBlameRun, false, true, true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(StandsInKeys(c.state, c.reason, c.unanswered, HeadPolicy::kWait), c.stands_waiting)
        << StateName(c.state) << " " << c.reason;
    EXPECT_EQ(StandsInKeys(c.state, c.reason, c.unanswered, HeadPolicy::kContinue),
              c.stands_continuing)
        << StateName(c.state) << " " << c.reason;
  }
}

TEST(ReturnStateTest, AnUnansweredAttemptIsNeverForgotten) {
  EXPECT_EQ(ReturnState(false), State::kDue);
  EXPECT_EQ(ReturnState(true), State::kInDoubt);
}

}  // namespace
}  // namespace utboks

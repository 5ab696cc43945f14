#include "queue/probe.h"

#include <gtest/gtest.h>

#include <functional>

#include "queue/breaker.h"
#include "queue/reason.h"

namespace utboks {
namespace {

constexpr WallTime kNow = WallTime(Millis(1'800'000'000'000));
using std::chrono::seconds;

HeadResult Head(int status) {
  HeadResult head;
  head.asked = head.answered = true;
  head.http_status = status;
  return head;
}

HeadResult Throttled(std::optional<Millis> wait) {
  HeadResult head = Head(429);
  head.throttled = true;
  head.wait = wait;
  return head;
}

HeadResult NoAnswer(bool credential) {
  HeadResult head;
  head.asked = true;
  head.credential = credential;
  head.reason = credential ? "certificate-refused" : "connect-refused";
  return head;
}

Outcome Answer(Verdict verdict, Scope scope, AttemptResult result) {
  Outcome outcome;
  outcome.verdict = verdict;
  outcome.scope = scope;
  outcome.result = result;
  return outcome;
}

class ProbeTest : public ::testing::Test {
 protected:
  ProbeTest() { resource_.name = "doedsfall"; }

  void Close(Gate& gate) { CloseGate(gate, "http-404", settings_, now_, *random_); }

  ProbeEnd Begin(Gate& gate) {
    BeginProbe(gate, settings_, now_);
    ProbeEnd end;
    end.of_site = &gate == &site_;
    end.token = TokenOf(gate);
    return end;
  }
  ProbeEffect End(const ProbeEnd& end) {
    return EndProbe(end, site_, resource_, settings_, now_, *random_);
  }

  DeliverySettings settings_;
  std::unique_ptr<Random> random_ = SeededRandom(41);
  WallTime now_ = kNow;
  Gate site_, resource_;
};

// ---- when ----

TEST_F(ProbeTest, TenAtTheIntervalThenDoublingUpToTheLongest) {
  Close(resource_);
  const int expected[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 15, 15, 15, 15};
  for (const int wait : expected) {
    const Millis in = *resource_.next_probe - now_;
    EXPECT_GE(in, seconds(wait)) << resource_.probes;
    EXPECT_LE(in, Millis(wait * 1'200)) << resource_.probes;
    now_ = *resource_.next_probe;
    ProbeEnd end = Begin(resource_);
    end.head = Head(503);
    resource_.head_status = 200;
    End(end);
  }
}

TEST_F(ProbeTest, JitterIsUsedAndOnlyExtends) {
  Millis shortest{INT64_MAX}, longest{0};
  for (int i = 0; i < 2'000; ++i) {
    ScheduleProbe(resource_, settings_, now_, *random_);
    shortest = std::min(shortest, *resource_.next_probe - now_);
    longest = std::max(longest, *resource_.next_probe - now_);
  }
  EXPECT_GE(shortest, Millis(1'000));
  EXPECT_LT(shortest, Millis(1'010));
  EXPECT_LE(longest, Millis(1'200));
  EXPECT_GT(longest, Millis(1'190));
}

TEST_F(ProbeTest, AtMost250AnHourWhetherItStaysShutOrFlaps) {
  for (const int open_ms : {-1, 0, 200, 5'000, 60'000, 240'000}) {
    SCOPED_TRACE(open_ms);
    resource_ = Gate{};
    const WallTime begun = now_;
    std::vector<WallTime> probes;
    Close(resource_);
    while (now_ < begun + std::chrono::hours(5)) {
      now_ = *resource_.next_probe;
      probes.push_back(now_);
      Begin(resource_);
      if (open_ms < 0) {
        ScheduleProbe(resource_, settings_, now_, *random_);
      } else {
        OpenGate(resource_);
        now_ += Millis(open_ms);
        Close(resource_);
      }
    }
    for (std::size_t first = 0, last = 0; last < probes.size(); ++last) {
      while (probes[first] + std::chrono::hours(1) <= probes[last]) ++first;
      ASSERT_LE(last - first + 1, 250U);
    }
    EXPECT_GE(probes.size(), 70U) << "and it is asked";
  }
}

TEST_F(ProbeTest, ProbesArePaidBackWithTimeShutOrOpen) {
  Close(resource_);
  for (int n = 0; n < 12; ++n) {
    now_ = *resource_.next_probe;
    Begin(resource_);
    ScheduleProbe(resource_, settings_, now_, *random_);
  }
  EXPECT_EQ(ProbesUnpaid(resource_, settings_, now_), 12);
  OpenGate(resource_);
  Close(resource_);
  EXPECT_EQ(resource_.probes, 0);
  EXPECT_GE(*resource_.next_probe, now_ + seconds(8)) << "it goes on as slowly as it had come to";
  OpenGate(resource_);
  now_ += std::chrono::minutes(6);
  EXPECT_EQ(ProbesUnpaid(resource_, settings_, now_), 9);
  Close(resource_);
  EXPECT_LE(*resource_.next_probe, now_ + Millis(1'200));
  OpenGate(resource_);
  now_ += std::chrono::minutes(20);
  EXPECT_EQ(ProbesUnpaid(resource_, settings_, now_), 0);
  // By a clock that was wrong when it was set.
  resource_.probed_until = now_ + std::chrono::hours(24 * 365);
  EXPECT_TRUE(PullIn(resource_, settings_, now_));
  EXPECT_EQ(*resource_.probed_until, now_ + LongestUnpaid(settings_));
}

TEST_F(ProbeTest, WhileOneRunsNoOtherBegins) {
  Close(resource_);
  now_ = *resource_.next_probe;
  Begin(resource_);
  EXPECT_GT(*NextProbe(resource_, site_), now_ + settings_.probe_timeout);
  LoseProbe(resource_, now_);
  EXPECT_EQ(NextProbe(resource_, site_), now_);
}

TEST_F(ProbeTest, AProbeOfAnOpenGateCannotBeLost) {
  LoseProbe(resource_, now_);
  EXPECT_FALSE(resource_.next_probe.has_value());
}

TEST_F(ProbeTest, NoneWithoutAnOutageOrBehindAPersonsMark) {
  EXPECT_FALSE(NextProbe(resource_, site_).has_value());
  Close(resource_);
  EXPECT_TRUE(NextProbe(resource_, site_).has_value());
  resource_.paused = true;
  EXPECT_FALSE(NextProbe(resource_, site_).has_value());
  resource_.paused = false;
  resource_.blame_run = true;
  EXPECT_FALSE(NextProbe(resource_, site_).has_value());
}

TEST_F(ProbeTest, BehindAClosedSiteOnlyTheSiteIsProbed) {
  Close(resource_);
  Close(site_);
  EXPECT_FALSE(NextProbe(resource_, site_).has_value());
  EXPECT_EQ(NextProbe(site_, site_), site_.next_probe);
  site_.paused = true;
  EXPECT_FALSE(NextProbe(site_, site_).has_value());
}

TEST_F(ProbeTest, NoneBeforeWhatThe429Allows) {
  Close(resource_);
  Close(site_);
  Throttle(site_, now_ + seconds(90));
  EXPECT_EQ(NextProbe(site_, site_), now_ + seconds(90));
  OpenGate(site_);
  EXPECT_EQ(NextProbe(resource_, site_), now_ + seconds(90));
}

TEST_F(ProbeTest, AnUntriedMessageGoesAtOnceOnlyWhereTheSiteLets) {
  Close(resource_);
  EXPECT_FALSE(TakesUntriedAtOnce(resource_, site_, now_));
  resource_.suspect = 7;
  EXPECT_TRUE(TakesUntriedAtOnce(resource_, site_, now_));
  Throttle(site_, now_ + seconds(1));
  EXPECT_FALSE(TakesUntriedAtOnce(resource_, site_, now_));
  EXPECT_TRUE(TakesUntriedAtOnce(resource_, site_, now_ + seconds(1)));
  site_.paused = true;
  EXPECT_FALSE(TakesUntriedAtOnce(resource_, site_, now_ + seconds(1)));
  site_.paused = false;
  resource_.paused = true;
  EXPECT_FALSE(TakesUntriedAtOnce(resource_, site_, now_ + seconds(1)));
}

// ---- HEAD ----

TEST_F(ProbeTest, WhatHeadSays) {
  struct Case {
    const char* what;
    int remembered;
    HeadResult head;
    bool yes;
  };
  const Case cases[] = {
      {"nothing remembered, any status", 0, Head(405), true},
      {"as remembered", 405, Head(405), true},
      {"other than remembered", 200, Head(404), false},
      {"429", 0, Throttled(Millis(5)), false},
      {"429 though remembered", 429, Throttled(Millis(5)), false},
      {"no answer", 0, NoAnswer(false), false},
      {"TLS failed", 0, NoAnswer(true), false},
      {"not asked", 0, HeadResult{}, false},
  };
  for (const Case& c : cases) {
    resource_.head_status = c.remembered;
    EXPECT_EQ(HeadSaysYes(resource_, c.head), c.yes) << c.what;
  }
}

TEST_F(ProbeTest, EachTenthSendsWhateverHeadSaysButNotAfterA429) {
  resource_.head_status = 200;
  for (int n = 1; n <= 40; ++n) {
    resource_.probes = n;
    EXPECT_EQ(SendsAnyway(resource_), n % 10 == 0) << n;
    EXPECT_EQ(SendsAfterHead(resource_, Head(404)), n % 10 == 0) << n;
    EXPECT_EQ(SendsAfterHead(resource_, NoAnswer(false)), n % 10 == 0) << n;
    EXPECT_TRUE(SendsAfterHead(resource_, Head(200))) << n;
    EXPECT_FALSE(SendsAfterHead(resource_, Throttled(std::nullopt))) << n;
    EXPECT_EQ(PrefersFresh(resource_), n % 4 == 0) << n;
  }
}

TEST_F(ProbeTest, AStatusIsLearntOnlyFromAnAnswer) {
  LearnHead(resource_, NoAnswer(false));
  LearnHead(resource_, Throttled(Millis(1)));
  EXPECT_EQ(resource_.head_status, 0);
  LearnHead(resource_, Head(405));
  EXPECT_EQ(resource_.head_status, 405);
}

TEST_F(ProbeTest, AtAStartIsAskedOnlyWhatIsNotKnownAndNothingSpeaksAgainst) {
  struct Case {
    const char* what;
    std::function<void(Gate& resource, Gate& site)> change;
    bool asks;
  };
  const Case cases[] = {
      {"nothing is known and all is well", [](Gate&, Gate&) {}, true},
      {"a message has proved it", [](Gate& r, Gate&) { r.head_status = 405; }, false},
      {"the resource is shut", [](Gate& r, Gate&) { r.outage = true; }, false},
      {"the resource is in a blame run", [](Gate& r, Gate&) { r.blame_run = true; }, false},
      {"the resource is paused", [](Gate& r, Gate&) { r.paused = true; }, false},
      {"a message has failed just now", [](Gate& r, Gate&) { r.failed = {7}; }, false},
      {"the site is shut", [](Gate&, Gate& s) { s.outage = true; }, false},
      {"the site is paused", [](Gate&, Gate& s) { s.paused = true; }, false},
  };
  for (const Case& c : cases) {
    Gate resource = resource_, site = site_;
    c.change(resource, site);
    EXPECT_EQ(LearnsAtStart(resource, site), c.asks) << c.what;
    // What was so when it was asked may be otherwise when the answer is there.
    const int before = resource.head_status;
    EndLearning(Head(200), resource, site, settings_, now_);
    EXPECT_EQ(resource.head_status, c.asks ? 200 : before) << c.what;
  }
}

TEST_F(ProbeTest, AtAStartOnlyAStatusIsBelievedThatWouldShutNoGate) {
  struct Case {
    const char* what;
    HeadResult head;
    GateEffect gate;
    int remembered;
  };
  HeadResult page = Head(200);
  page.web_page = true;
  const Case cases[] = {
      {"200", Head(200), GateEffect::kNone, 200},
      {"202", Head(202), GateEffect::kSuccess, 202},
      {"405: HEAD is not taken, and POST may be", Head(405), GateEffect::kNone, 405},
      {"404, as in the outage of 2024-04-16", Head(404), GateEffect::kClose, 0},
      {"401", Head(401), GateEffect::kClose, 0},
      {"503", Head(503), GateEffect::kCount, 0},
      {"a web page", page, GateEffect::kNone, 0},
      {"no answer", NoAnswer(false), GateEffect::kClose, 0},
      {"TLS failed", NoAnswer(true), GateEffect::kClose, 0},
      {"not asked", HeadResult{}, GateEffect::kNone, 0},
  };
  for (const Case& c : cases) {
    Gate resource = resource_, site = site_;
    HeadResult head = c.head;
    head.gate = c.gate;
    EndLearning(head, resource, site, settings_, now_);
    EXPECT_EQ(resource.head_status, c.remembered) << c.what;
    resource.head_status = 0;
    EXPECT_EQ(resource, resource_) << c.what << ": no gate hears of it";
    EXPECT_EQ(site, site_) << c.what << ": no gate hears of it";
  }
}

TEST_F(ProbeTest, A429AtAStartIsHeeded) {
  HeadResult head = Throttled(Millis(5'000));
  head.gate = GateEffect::kNotBefore;
  EndLearning(head, resource_, site_, settings_, now_);
  EXPECT_EQ(resource_.head_status, 0);
  EXPECT_EQ(site_.not_before, now_ + Millis(5'000));
  EXPECT_FALSE(HasMark(site_));
}

// ---- ends of a resource's probe ----

TEST_F(ProbeTest, HeadAloneOpensWhenNothingWaitsAndTheFirstGoesAlone) {
  Close(resource_);
  ProbeEnd end = Begin(resource_);
  end.head = Head(200);
  end.nothing_waits = true;
  EXPECT_TRUE(End(end).resource_opened);
  EXPECT_TRUE(IsOpen(resource_, now_));
  EXPECT_TRUE(resource_.alone_next);
  EXPECT_EQ(resource_.openings, 1);
  CountSuccess(resource_, now_);
  EXPECT_FALSE(resource_.alone_next);
  EXPECT_EQ(resource_.openings, 2);
}

TEST_F(ProbeTest, HeadAloneOpensNothingWhileAMessageWaits) {
  Close(resource_);
  ProbeEnd end = Begin(resource_);
  end.head = Head(200);
  EXPECT_FALSE(End(end).resource_opened);
  EXPECT_TRUE(resource_.outage);
  EXPECT_LE(*resource_.next_probe, now_ + Millis(1'200));
}

TEST_F(ProbeTest, HeadThatSaysNoOpensNothing) {
  resource_.head_status = 200;
  for (const HeadResult& head : {Head(404), NoAnswer(false), HeadResult{}}) {
    Close(resource_);
    ProbeEnd end = Begin(resource_);
    end.head = head;
    end.nothing_waits = true;
    EXPECT_FALSE(End(end).resource_opened);
    EXPECT_TRUE(resource_.outage);
    EXPECT_TRUE(IsOpen(site_, now_));
  }
}

TEST_F(ProbeTest, A429ToHeadIsObeyedByTheWholeSite) {
  struct Case {
    std::optional<Millis> asked;
    Millis waits;
  };
  const Case cases[] = {{Millis(30'000), Millis(30'000)},
                        {Millis(1), settings_.backoff_min},
                        {std::nullopt, settings_.backoff_min},
                        {std::chrono::hours(50), settings_.retry_after_max}};
  for (const Case& c : cases) {
    site_ = resource_ = Gate{};
    resource_.name = "doedsfall";
    Close(resource_);
    ProbeEnd end = Begin(resource_);
    end.head = Throttled(c.asked);
    end.nothing_waits = true;
    End(end);
    EXPECT_EQ(site_.not_before, now_ + c.waits);
    EXPECT_TRUE(resource_.outage);
    EXPECT_GE(*NextProbe(resource_, site_), now_ + c.waits);
  }
}

TEST_F(ProbeTest, ARefusedCertificateClosesTheSiteWhicheverGateWasProbed) {
  Close(resource_);
  ProbeEnd end = Begin(resource_);
  end.head = NoAnswer(true);
  End(end);
  EXPECT_TRUE(site_.outage);
  EXPECT_TRUE(site_.credential);
  EXPECT_EQ(site_.outage_reason, "certificate-refused");
  EXPECT_TRUE(resource_.outage);
}

TEST_F(ProbeTest, AMessageThatDidNotPassLeavesTheResourceClosed) {
  const Outcome outcomes[] = {
      Answer(Verdict::kRetry, Scope::kResource, AttemptResult::kAnswered),
      Answer(Verdict::kInDoubt, Scope::kResource, AttemptResult::kUnanswered),
      Answer(Verdict::kReject, Scope::kMessage, AttemptResult::kAnswered),
      Answer(Verdict::kRetry, Scope::kSite, AttemptResult::kNotSent),
  };
  for (const Outcome& outcome : outcomes) {
    resource_ = Gate{};
    resource_.name = "doedsfall";
    Close(resource_);
    ProbeEnd end = Begin(resource_);
    end.head = Head(200);
    end.message = 3;
    end.outcome = &outcome;
    EXPECT_FALSE(End(end).resource_opened);
    EXPECT_TRUE(resource_.outage);
    EXPECT_EQ(resource_.head_status, 0) << "learnt although the message did not pass";
    EXPECT_LE(*resource_.next_probe, now_ + Millis(1'200));
  }
}

TEST_F(ProbeTest, AMessageThatPassedTeachesWhatHeadAnswersWhenAllIsWell) {
  Close(resource_);
  ProbeEnd end = Begin(resource_);
  const Outcome taken = Answer(Verdict::kAccepted, Scope::kNone, AttemptResult::kAnswered);
  end.head = Head(405);
  end.message = 3;
  end.outcome = &taken;
  CountSuccess(resource_, now_);  // Dispose
  End(end);
  EXPECT_EQ(resource_.head_status, 405);
  EXPECT_FALSE(resource_.outage);
  EXPECT_EQ(resource_.openings, 1);
}

TEST_F(ProbeTest, AMessageThatPassedAfterAHeadThatFailedProvesNothingAboutHead) {
  const Outcome taken = Answer(Verdict::kAccepted, Scope::kNone, AttemptResult::kAnswered);
  HeadResult failure = Head(503);
  failure.gate = GateEffect::kCount;
  HeadResult page = Head(200);
  page.web_page = true;
  for (const HeadResult& head : {failure, page}) {
    for (const int known : {405, 0}) {
      resource_ = Gate{};
      resource_.name = "doedsfall";
      resource_.head_status = known;
      Close(resource_);
      ProbeEnd end = Begin(resource_);
      end.head = head;
      end.message = 3;
      end.outcome = &taken;
      CountSuccess(resource_, now_);  // Dispose
      End(end);
      EXPECT_EQ(resource_.head_status, known == 0 ? head.http_status : known)
          << "where nothing is known, it may be what HEAD is always answered";
    }
  }
}

TEST_F(ProbeTest, WhatAProbeLooksForFirst) {
  using enum ProbePick;
  using Order = std::array<ProbePick, 3>;
  resource_.probes = 1;
  EXPECT_EQ(ProbeOrder(resource_), (Order{kDoubted, kUntried, kTried}));
  resource_.probes = 4;
  EXPECT_EQ(ProbeOrder(resource_), (Order{kUntried, kTried, kDoubted}));
  resource_.suspect = 7;
  EXPECT_EQ(ProbeOrder(resource_), (Order{kUntried, kDoubted, kTried}));
}

TEST_F(ProbeTest, AnOldTokenChangesNothing) {
  Close(resource_);
  ProbeEnd late = Begin(resource_);
  late.head = Head(200);
  late.nothing_waits = true;
  Begin(resource_);  // another worker's
  Gate before = resource_;
  EXPECT_FALSE(End(late).resource_opened);
  EXPECT_EQ(resource_, before);
  // The same number of a later closing.
  OpenGate(resource_);
  Close(resource_);
  Begin(resource_);
  before = resource_;
  EXPECT_FALSE(End(late).resource_opened);
  EXPECT_EQ(resource_, before);
}

TEST_F(ProbeTest, AProbeFromBeforeTheSuspicionWasLiftedIsNotTakenForANewOne) {
  settings_.gate_failures = 2;
  for (int i = 0; i < 2; ++i) {
    CountFailure(resource_, 7, "http-500", false, settings_, now_, *random_);
  }
  ASSERT_EQ(resource_.suspect, 7);
  ProbeEnd old = Begin(resource_);
  old.head = Head(200);
  // Another message fails too: it is the resource, and its probes begin at 1 again.
  CountFailure(resource_, 8, "http-500", true, settings_, now_, *random_);
  ASSERT_EQ(resource_.suspect, 0);
  now_ = *resource_.next_probe;
  ProbeEnd running = Begin(resource_);
  ASSERT_EQ(running.token.number, old.token.number);
  const Gate before = resource_;
  End(old);
  EXPECT_EQ(resource_, before) << "the next probe must wait for the one that runs";
  running.head = Head(200);
  running.nothing_waits = true;
  EXPECT_TRUE(End(running).resource_opened);
}

TEST_F(ProbeTest, TheSuspectsOwnProbesFollowItsBackoffAfterTheTenth) {
  Close(resource_);
  resource_.suspect = 7;
  const Outcome failed = Answer(Verdict::kRetry, Scope::kResource, AttemptResult::kAnswered);
  for (int n = 1; n <= 14; ++n) {
    now_ = *resource_.next_probe;
    ProbeEnd end = Begin(resource_);
    end.head = Head(200);
    end.message = 7;
    end.outcome = &failed;
    end.due_at = now_ + seconds(300);
    End(end);
    if (n < 10) {
      EXPECT_LE(*resource_.next_probe, now_ + Millis(1'200)) << n;
    } else {
      EXPECT_EQ(*resource_.next_probe, now_ + seconds(300)) << n;
    }
  }
  // Another message's does not.
  ProbeEnd end = Begin(resource_);
  end.message = 8;
  end.outcome = &failed;
  end.due_at = now_ + seconds(300);
  End(end);
  EXPECT_LE(*resource_.next_probe, now_ + seconds(18));
}

// ---- ends of the site's probe ----

TEST_F(ProbeTest, WhatOpensTheSite) {
  struct Case {
    const char* what;
    HeadResult head;
    std::optional<Outcome> outcome;
    bool nothing_waits, opens, alone;
  };
  const Case cases[] = {
      {"HEAD alone, nothing waits", Head(500), std::nullopt, true, true, true},
      {"HEAD alone, something waits", Head(200), std::nullopt, false, false, false},
      {"no answer", NoAnswer(false), std::nullopt, true, false, false},
      {"refused certificate", NoAnswer(true), std::nullopt, true, false, false},
      {"429", Throttled(Millis(5'000)), std::nullopt, true, false, true},
      {"a message answered with 500", Head(200),
       Answer(Verdict::kRetry, Scope::kResource, AttemptResult::kAnswered), false, true, false},
      {"a message rejected", Head(200),
       Answer(Verdict::kReject, Scope::kMessage, AttemptResult::kAnswered), false, true, false},
      {"HEAD answered, the message not", Head(200),
       Answer(Verdict::kInDoubt, Scope::kResource, AttemptResult::kUnanswered), false, true, false},
      {"neither answered", NoAnswer(false),
       Answer(Verdict::kInDoubt, Scope::kResource, AttemptResult::kUnanswered), false, false,
       false},
      {"a message answered with 401", Head(200),
       Answer(Verdict::kRetry, Scope::kSite, AttemptResult::kAnswered), false, false, false},
      {"connection gone before the message", Head(200),
       Answer(Verdict::kRetry, Scope::kSite, AttemptResult::kNotSent), false, false, false},
  };
  for (const Case& c : cases) {
    site_ = Gate{};
    Close(site_);
    ProbeEnd end = Begin(site_);
    end.head = c.head;
    end.nothing_waits = c.nothing_waits;
    end.outcome = c.outcome ? &*c.outcome : nullptr;
    end.message = c.outcome ? 3 : 0;
    EXPECT_EQ(End(end).site_opened, c.opens) << c.what;
    EXPECT_EQ(site_.outage, !c.opens) << c.what;
    EXPECT_EQ(site_.alone_next, c.alone) << c.what;
    EXPECT_EQ(site_.head_status, 0) << c.what;
  }
}

TEST_F(ProbeTest, TheSiteThatOpensBehindAPauseEndsNoWaits) {
  Close(site_);
  ProbeEnd end = Begin(site_);
  Pause(site_, std::nullopt, now_);
  end.head = Head(200);
  end.nothing_waits = true;
  EXPECT_FALSE(End(end).site_opened);
  EXPECT_FALSE(site_.outage);
  EXPECT_TRUE(HasMark(site_));
}

TEST_F(ProbeTest, TheIntervalsFollowTheSettings) {
  settings_.probe_interval = Millis(100);
  settings_.probe_interval_max = Millis(100);
  for (int n = 0; n < 100; ++n) Begin(resource_);
  ScheduleProbe(resource_, settings_, now_, *random_);
  EXPECT_LE(*resource_.next_probe - now_, Millis(120));
}

TEST_F(ProbeTest, AGateThatWasLetGoOfHasNoFailureUntilAProbeFails) {
  Pause(site_, std::nullopt, now_);
  Resume(site_, now_);
  EXPECT_EQ(site_.outage_reason, reason::kResumed);
  ProbeEnd end = Begin(site_);
  End(end);  // no HEAD was made: the token or the time ran out
  EXPECT_EQ(site_.outage_reason, reason::kResumed);
  end = Begin(site_);
  end.head = NoAnswer(false);
  End(end);
  EXPECT_EQ(site_.outage_reason, "connect-refused");
}

}  // namespace
}  // namespace utboks

#include "tests/unit/queue/gate_world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "queue/reason.h"
#include "tests/unit/queue/outcomes.h"

namespace utboks::testing {
namespace {

// Ten at the interval, then doubling up to the longest: delivery.md §4, told anew.
// With the default settings a probe is paid back by two minutes, and from the fourteenth
// on the interval does not grow.
constexpr std::int64_t kPayback = 120'000, kMostOwed = 13;

Millis IntervalBefore(int probe, const DeliverySettings& settings) {
  Millis interval = settings.probe_interval;
  for (int n = 11; n <= probe; ++n) interval *= 2;
  return std::min(interval, settings.probe_interval_max);
}

}  // namespace

GateWorld::GateWorld(std::uint64_t seed) : random_(SeededRandom(seed)) {
  resource_.name = "resource";
  sick_ = Of(2);
  settings_.gate_failures = 1 + static_cast<int>(random_->Below(4));
  settings_.blame_run = 2 + static_cast<int>(random_->Below(3));
  EXPECT_TRUE(Check(settings_).ok());
}

void GateWorld::Rule(GateRule rule, bool premise, bool kept, const char* what) {
  if (!premise || failed_) return;
  ++judged.at(static_cast<std::size_t>(rule));
  if (kept) return;
  failed_ = true;
  ADD_FAILURE() << "rule broken: " << GateRuleText(rule) << ": " << what;
}

// ---- what can happen ----

HeadResult GateWorld::SomeHead() {
  HeadResult head;
  head.asked = true;
  switch (random_->Below(6)) {
    case 0:
      head.reason = "connect-refused";
      return head;
    case 1:
      head.credential = true;
      head.reason = "tls";
      return head;
    case 2:
      head.answered = true;
      head.http_status = 200;
      if (!Of(3)) return head;
      head.throttled = true;
      head.http_status = 429;
      head.wait = random_->Between(Millis(1), std::chrono::hours(3));
      return head;
    default:
      head.answered = true;
      head.http_status = Of(3) ? 503 : 200;
      head.gate = head.http_status == 503 ? GateEffect::kCount : GateEffect::kNone;
      return head;
  }
}

Outcome GateWorld::SomeOutcome() {
  switch (random_->Below(7)) {
    case 0:
      return ServerError();
    case 1:
      return Unanswered();
    case 2:
      return Refused();
    case 3:
      return NoSuchResource();
    case 4:
      return Rejected();
    default:
      return sick_ && !Of(8) ? ServerError() : Accepted();
  }
}

void GateWorld::Silence(Millis wait) {
  const Millis kept = std::clamp(wait, settings_.backoff_min, settings_.retry_after_max);
  silent_until_ = std::max(silent_until_, now_ + kept.count());
}

void GateWorld::Time(Event& event) {
  event.what = "time";
  switch (random_->Below(12)) {
    case 0:
      now_ += random_->Between(Millis(1), std::chrono::minutes(Of(2) ? 40 : 1)).count();
      return;
    case 1:
      behind_ += random_->Between(Millis(1), std::chrono::hours(3)).count();
      break;
    case 2:
      break;
    default:
      now_ += random_->Between(Millis(0), Millis(2'500)).count();
      return;
  }
  event.what = "tick";
  event.tick = true;
  for (Gate* gate : {&site_, &resource_}) {
    ExpirePause(*gate, Wall());
    const auto next = gate->next_probe;
    PullIn(*gate, settings_, Wall());
    std::int64_t& owed = OwedUntil(*gate);
    owed = std::min<std::int64_t>(owed, ToMillis(Wall()) + kMostOwed * kPayback);
    // Planned anew, whatever the one that runs comes to.
    for (RunningProbe& probe : probes_) {
      probe.superseded |= gate->next_probe != next && probe.end.of_site == (gate == &site_);
    }
    Rule(GateRule::kPulledIn, gate->next_probe.has_value(),
         gate->next_probe <= Wall() + LongestProbeWait(*gate, settings_), "next_probe");
    Rule(GateRule::kPulledIn, gate->not_before.has_value(),
         gate->not_before <= Wall() + settings_.retry_after_max, "not_before");
    Rule(GateRule::kPulledIn, gate->paused && gate->pause_until, gate->pause_until > Wall(),
         "pause_until");
  }
}

void GateWorld::Register(Event& event) {
  switch (random_->Below(9)) {
    case 0:
      if (sick_ && !Of(8)) return;
      event.what = "accepted";
      event.accepted = event.answered = true;
      failures_.clear();
      if (!resource_.blame_run) blamed_.clear();
      CountSuccess(resource_, Wall());
      CountSuccess(site_, Wall());
      return;
    case 1:
      event.what = "answered";
      event.answered = true;
      CountAnswer(site_, Wall());
      return;
    case 2: {
      event.what = "shut at once";
      Gate& gate = SomeGate();
      event.closed = &gate;
      CloseGate(gate, gate.name.empty() ? "connect-refused" : "http-404", settings_, Wall(),
                *random_);
      return;
    }
    case 3: {
      if (!Of(4)) return;
      event.what = "429";
      event.throttled = true;
      const Millis wait = random_->Between(settings_.backoff_min,
                                           std::chrono::milliseconds(settings_.retry_after_max));
      Silence(wait);
      Throttle(site_, Wall() + wait);
      return;
    }
    case 4:
    case 5: {
      event.what = "blamed";
      event.blamed = true;
      const MessageSeq message = SomeMessage();
      const bool stood = resource_.blame_run;
      if (!stood) blamed_.insert(message);
      const bool enough = static_cast<int>(blamed_.size()) >= settings_.blame_run;
      Rule(GateRule::kBlameBeginsAtOnce, !stood,
           CountBlame(resource_, message, settings_, Wall()) == enough, event.what);
      return;
    }
    default: {
      event.what = "failed";
      event.failed = true;
      const MessageSeq message = SomeMessage();
      const bool others = Of(2);
      // Behind a gate that is shut for another cause failures say nothing new.
      if (!resource_.outage || resource_.suspect != 0) failures_.push_back({message, others});
      CountFailure(resource_, message, "http-500", others, settings_, Wall(), *random_);
      return;
    }
  }
}

void GateWorld::Person(Event& event) {
  Gate& gate = SomeGate();
  if (Of(2)) {
    event.what = "pause";
    event.paused = true;
    const Millis until = random_->Between(Millis(1), std::chrono::minutes(5));
    Pause(gate, Of(2) ? std::nullopt : std::optional(Wall() + until), Wall());
    return;
  }
  event.what = "resume";
  const bool shut = gate.outage;
  if (!Resume(gate, Wall())) return;
  event.person = &gate;
  if (&gate == &resource_) blamed_.clear();
  Rule(GateRule::kResumedIsProbed, !shut,
       gate.outage_reason == reason::kResumed && gate.next_probe == Wall(), event.what);
}

Millis GateWorld::IntervalNow(const Gate& gate) {
  const std::int64_t ahead = OwedUntil(gate) - ToMillis(Wall());
  const std::int64_t owed =
      std::clamp((ahead + kPayback - 1) / kPayback, std::int64_t{0}, kMostOwed);
  return IntervalBefore(static_cast<int>(owed) + 1, settings_);
}

bool GateWorld::Current(const RunningProbe& probe) const {
  const Gate& gate = probe.end.of_site ? site_ : resource_;
  const ProbeToken& token = probe.end.token;
  return gate.outage && gate.openings == token.openings && gate.probes == token.number &&
         !probe.superseded && !probe.lost;
}

void GateWorld::BeginOne(Event& event) {
  event.what = "a probe begins";
  Gate& gate = SomeGate();
  const bool of_site = &gate == &site_;
  const auto at = NextProbe(gate, site_);
  // Whoever probes waits until it may.
  if (at && *at > Wall() && Of(2)) now_ += (*at - Wall()).count();
  const bool under_way = std::any_of(probes_.begin(), probes_.end(), [&](const RunningProbe& p) {
    return p.end.of_site == of_site && !p.lost && p.end.message != 0;
  });
  // As stores do it: not beside another's message.
  const bool untried = !of_site && !under_way && TakesUntriedAtOnce(gate, site_, Wall());
  if (!(at && *at <= Wall()) && !untried) return;
  Rule(GateRule::kNoRequestEarly, true, now_ >= silent_until_, event.what);
  for (const RunningProbe& other : probes_) {
    const bool same = other.end.of_site == of_site && Current(other);
    Rule(GateRule::kOneProbeAtATime, same && !untried,
         now_ >= other.begun + settings_.probe_timeout.count(), event.what);
  }
  utboks::BeginProbe(gate, settings_, Wall());
  const std::int64_t wall = ToMillis(Wall());
  std::int64_t& owed = OwedUntil(gate);
  owed = std::min(std::max(owed, wall) + kPayback, wall + kMostOwed * kPayback);
  RunningProbe probe;
  probe.begun = now_;
  probe.behind = behind_;
  probe.end.of_site = of_site;
  probe.end.token = TokenOf(gate);
  probe.end.nothing_waits = Of(3);
  if (!probe.end.nothing_waits) probe.end.message = SomeMessage();
  probes_.push_back(probe);
}

void GateWorld::EndOne(Event& event) {
  if (probes_.empty()) return;
  event.what = "a probe ends";
  const std::size_t at = random_->Below(probes_.size());
  RunningProbe probe = probes_[at];
  probes_.erase(probes_.begin() + static_cast<std::ptrdiff_t>(at));
  // Two may have begun at the same time by a clock that was set back between: which is
  // the old one it cannot tell.
  if (probe.superseded && probe.behind != behind_) return;
  Gate& gate = probe.end.of_site ? site_ : resource_;
  probe.end.head = SomeHead();
  const HeadResult& head = probe.end.head;
  Outcome outcome = SomeOutcome();
  if (probe.end.message != 0 && SendsAfterHead(gate, head)) {
    probe.end.outcome = &outcome;
    probe.end.due_at = Wall() + random_->Between(Millis(0), settings_.backoff_max);
  } else {
    probe.end.message = 0;
  }
  const bool current = Current(probe);
  const bool suspects = probe.end.message != 0 && gate.suspect == probe.end.message;
  const int number = gate.probes;
  const Gate before = gate;
  if (head.throttled) Silence(*head.wait);
  event.throttled = head.throttled;
  if (head.credential) event.closed = &site_;
  const bool answered =
      head.answered || (probe.end.outcome != nullptr && outcome.result == AttemptResult::kAnswered);
  if (current && answered) event.probe_told = &gate;
  event.proved = probe.end.outcome != nullptr && outcome.verdict == Verdict::kAccepted;
  const ProbeEffect effect =
      utboks::EndProbe(probe.end, site_, resource_, settings_, Wall(), *random_);
  if (effect.resource_opened) failures_.clear();
  const bool untouched = gate.outage == before.outage && gate.probes == before.probes &&
                         gate.openings == before.openings && gate.next_probe == before.next_probe;
  Rule(GateRule::kStaleProbe, !current && before.outage, untouched, event.what);
  if (!current || !gate.outage) return;
  const Millis interval = IntervalNow(gate);
  const WallTime low = Wall() + interval, high = low + interval / 5;
  const bool paced = suspects && number >= kQuickProbes;
  Rule(GateRule::kProbeInterval, true,
       *gate.next_probe >= low &&
           *gate.next_probe <= (paced ? std::max(high, probe.end.due_at) : high),
       event.what);
}

void GateWorld::WorkersDie(Event& event) {
  event.what = "workers die";
  ++now_;  // that it is noticed takes its time
  for (RunningProbe& probe : probes_) probe.lost = true;
  LoseProbe(site_, Wall());
  LoseProbe(resource_, Wall());
}

void GateWorld::Learn(Event& event) {
  event.what = "HEAD at a start";
  if (!LearnsAtStart(resource_, site_)) return;
  const HeadResult head = SomeHead();
  if (head.throttled) Silence(*head.wait);
  event.throttled = head.throttled;
  event.learnt = head.answered && !head.throttled && head.http_status == 200;
  EndLearning(head, resource_, site_, settings_, Wall());
}

void GateWorld::RandomEvent() {
  const Gate site_before = site_, before = resource_;
  Event event;
  switch (random_->Below(15)) {
    case 0:
    case 1:
    case 2:
      Time(event);
      break;
    case 3:
    case 4:
    case 5:
    case 6:
      Register(event);
      break;
    case 7:
      if (Of(4)) Person(event);
      break;
    case 8:
    case 9:
    case 10:
      BeginOne(event);
      break;
    case 11:
    case 12:
    case 13:
      EndOne(event);
      break;
    default:
      if (Of(3)) WorkersDie(event);
      if (Of(3)) Learn(event);
  }
  const bool free = IsOpen(site_, Wall()) && !HasMark(resource_);
  Rule(GateRule::kNoRequestEarly, free, now_ >= silent_until_, event.what);
  // It was the resource after all: probes begin anew, and do not wait for an old one.
  if (event.failed && before.suspect != 0 && resource_.suspect == 0) {
    for (RunningProbe& probe : probes_) probe.superseded |= !probe.end.of_site;
  }
  Judge(site_before, site_, event);
  Judge(before, resource_, event);
  if (before.outage && !resource_.outage) failures_.clear();
  if (!before.outage && resource_.outage && resource_.suspect == 0) failures_.clear();
}

// ---- the rules ----

// As delivery.md §4 and docs/decisions.md 26 say it, from the account of all failures.
bool GateWorld::EnoughFailures() const {
  std::set<MessageSeq> different;
  bool came_back = false;
  for (std::size_t i = 0; i < failures_.size(); ++i) {
    const bool seen = !different.insert(failures_[i].message).second;
    came_back = seen && failures_[i - 1].message != failures_[i].message;
  }
  int alone = 0;
  for (std::size_t i = failures_.size(); i > 0; --i) {
    ++alone;
    const bool again = i > 1 && failures_[i - 2].message == failures_[i - 1].message;
    if (!again || failures_[i - 1].others_tried) break;
  }
  return static_cast<int>(different.size()) + (came_back ? 1 : 0) >= settings_.gate_failures ||
         alone >= settings_.gate_failures;
}

void GateWorld::Judge(const Gate& before, const Gate& after, const Event& event) {
  const char* const what = event.what;
  const bool of_site = &after == &site_;
  const bool time_let_go =
      event.tick && before.paused && before.pause_until && *before.pause_until <= Wall();
  const bool let_go = event.person == &after || time_let_go;
  const bool began = !before.outage && after.outage, ended = before.outage && !after.outage;

  Rule(GateRule::kPauseBegins, !before.paused && after.paused, event.paused, what);
  Rule(GateRule::kPauseEnds, before.paused && !after.paused, let_go, what);
  Rule(GateRule::kBlameBegins, !before.blame_run && after.blame_run,
       event.blamed && static_cast<int>(blamed_.size()) >= settings_.blame_run, what);
  Rule(GateRule::kBlameEnds, before.blame_run && !after.blame_run, event.person == &after, what);
  Rule(GateRule::kOutageBegins, began,
       let_go || event.closed == &after || (event.failed && !of_site), what);
  Rule(GateRule::kClosesForFailures, event.failed && !of_site && !before.outage,
       after.outage == EnoughFailures(), what);
  Rule(GateRule::kOutageEnds, ended, event.accepted || event.probe_told == &after, what);
  Rule(GateRule::kNextProbe, true, after.outage == after.next_probe.has_value(), what);

  const bool came_through = before.alone_next && !after.alone_next && event.answered;
  Rule(GateRule::kOpenings, true,
       after.openings == before.openings + (ended ? 1 : 0) + (came_through ? 1 : 0), what);
  const bool over = before.not_before && *before.not_before <= Wall() && came_through;
  const bool pulled = event.tick && after.not_before == Wall() + settings_.retry_after_max;
  Rule(GateRule::kSilenceKept, before.not_before.has_value(),
       over || (after.not_before && (*after.not_before >= *before.not_before || pulled)), what);
  Rule(GateRule::kAloneAfterSilence, after.not_before.has_value(), of_site && after.alone_next,
       what);

  Rule(GateRule::kSuspect, after.suspect != 0,
       after.outage && std::any_of(failures_.begin(), failures_.end(),
                                   [&](const Failure& f) { return f.message == after.suspect; }),
       what);
  Rule(GateRule::kListsStayShort, true,
       static_cast<int>(after.failed.size()) <= settings_.gate_failures &&
           static_cast<int>(after.blamed.size()) <= settings_.blame_run,
       what);
  Rule(GateRule::kHeadLearnt, before.head_status != after.head_status,
       !of_site && (event.proved || event.learnt), what);
  const bool of_one = event.failed || event.blamed || event.person != nullptr;
  Rule(GateRule::kOtherGateUntouched, of_one && event.person != &after && (of_site || event.person),
       before == after, what);
}

}  // namespace utboks::testing

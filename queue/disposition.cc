#include "queue/disposition.h"

#include <algorithm>
#include <cassert>

#include "queue/breaker.h"
#include "queue/probe.h"
#include "queue/reason.h"
#include "queue/retry_policy.h"

namespace utboks {
namespace {

// One judgement: what went in, and what comes of it so far.
struct Judgement {
  const MessageFacts& message;
  const Outcome& outcome;
  const Sent& sent;
  Gate& site;
  Gate& resource;
  const DeliverySettings& settings;
  WallTime now;
  Random& random;
  // The message was sent to try the gate that it alone had closed.
  bool suspects_probe = false;
  Disposition d{};
};

void Finish(Disposition& d, State before, const DeliverySettings& settings) {
  assert(d.after.state == before || LegalEdge(before, d.after.state, d.cause));
  d.leaves_keys =
      !StandsInKeys(d.after.state, d.after.reason, d.after.unanswered, settings.on_head_failed);
}

void Hold(Disposition& d, std::string_view reason, Cause cause) {
  d.after.state = State::kHeld;
  d.after.reason = reason;
  d.cause = cause;
  d.waited_on = WaitedOn::kNothing;
}

bool WaitsForFeed(const DeliverySettings& settings, bool feed_live) {
  return feed_live &&
         (settings.in_doubt == DoubtPolicy::kByFeed || settings.in_doubt == DoubtPolicy::kWait);
}

// ---- gates ----

void TellGates(Judgement& j) {
  const Outcome& outcome = j.outcome;
  Gate& gate = outcome.scope == Scope::kSite ? j.site : j.resource;
  switch (outcome.gate) {
    case GateEffect::kNone:
      break;
    case GateEffect::kCount:
      CountFailure(gate, j.message.seq, outcome.reason, j.sent.others_tried, j.settings, j.now,
                   j.random);
      break;
    case GateEffect::kClose:
      CloseGate(gate, outcome.reason, j.settings, j.now, j.random);
      gate.credential = outcome.credential;
      break;
    case GateEffect::kNotBefore: {
      const Millis asked = outcome.wait.value_or(j.settings.backoff_min);
      Throttle(j.site, j.now + ExtendWait(asked, j.settings.backoff_min, j.settings));
      break;
    }
    case GateEffect::kSuccess:  // Accept does it: only an acceptance is one
      break;
  }
  if (outcome.result == AttemptResult::kAnswered && outcome.scope != Scope::kSite) {
    CountAnswer(j.site, j.now);
  }
}

bool HeldBack(const Judgement& j) {
  return HasMark(j.resource) || !IsOpen(j.site, j.now);
}

// ---- time ----

// The suspect's own probes follow its backoff after the tenth, uncounted.
bool PacedProbe(const Judgement& j) {
  return j.suspects_probe && j.resource.probes >= kQuickProbes;
}

// Lengthens the backoff where this failure paces the message, and says the wait.
Millis Backoff(Judgement& j) {
  MessageFacts& after = j.d.after;
  Millis own{};
  if (j.d.counted || PacedProbe(j)) {
    own = NextBackoff(after.last_backoff, j.settings, j.random);
    after.last_backoff = own;
    if (j.d.counted) ++after.counted;
  } else {
    own = SameBackoff(after.last_backoff, j.settings, j.random);
  }
  return j.outcome.wait ? ExtendWait(*j.outcome.wait, own, j.settings) : own;
}

// True when the message has failed for too long.  Only failures that pace the
// message are looked at, and only through open gates or as a suspect's own probe.
bool OutOfTime(Judgement& j) {
  if (!j.outcome.counted || j.outcome.interrupted) return false;
  if (j.sent.probe ? !j.suspects_probe : !j.sent.gates_open) return false;
  if (!j.d.after.first_failure) j.d.after.first_failure = j.now;
  return j.now - *j.d.after.first_failure >= j.settings.lifetime;
}

// ---- verdicts ----

void Accept(Judgement& j) {
  Disposition& d = j.d;
  const MessageFacts& before = j.message;
  const std::string& reference = j.outcome.reference;
  const bool settles = j.sent.token_live && before.state == State::kSending;
  d.cause = settles ? Cause::kSettle : Cause::kLateReceipt;
  d.resource_opened = CountSuccess(j.resource, j.now);
  d.site_opened = CountSuccess(j.site, j.now);
  const bool has_receipt = before.state == State::kAccepted || !before.reference.empty();
  // The same receipt told twice is one receipt.
  const bool same = has_receipt && !reference.empty() && reference == before.reference;
  if (same && (before.state == State::kAccepted || before.state == State::kClosed)) return;
  if (has_receipt && !same) {
    d.second_receipt = true;
    d.alarms.emplace_back("double");
  }
  if (before.state == State::kCancelled || before.state == State::kClosed ||
      before.state == State::kRejected) {
    d.alarms.emplace_back("accepted-late");
  }
  if (j.outcome.odd_success) d.alarms.emplace_back("odd-success");
  d.after.state = State::kAccepted;
  d.after.reason.clear();
  if (!d.second_receipt) d.after.reference = reference;
}

void Retry(Judgement& j) {
  Disposition& d = j.d;
  MessageFacts& after = d.after;
  after.state = ReturnState(j.message.unanswered);
  after.reason = j.outcome.reason;
  // A probe may have taken it long before its own time; left there, with no wait of a
  // gate to its name, it would be out of the reach of the next.
  if (j.sent.probe) after.due_at = j.now;
  // Cut off before the first byte by our own stop: as if never claimed.
  if (j.outcome.interrupted) return;
  const bool out_of_time = OutOfTime(j);
  if (d.counted || PacedProbe(j) || !HeldBack(j)) {
    after.due_at = j.now + Backoff(j);
    d.waited_on = WaitedOn::kResource;
  }
  if (out_of_time) Hold(d, reason::kLifetime, Cause::kLimit);
}

// Whether the doubt limit speaks of the message: while its gate stands open, or where the
// register answered HEAD and then not the message that alone had closed the gate.  Not
// where the gate has just closed: a lonely message's last doubt closes it, and of a
// register that hangs no message is to blame.
bool OwnDoubt(const Judgement& j) {
  if (j.outcome.interrupted) return false;
  return j.sent.probe ? j.suspects_probe && j.sent.head_said_yes : !HeldBack(j);
}

void Doubt(Judgement& j) {
  Disposition& d = j.d;
  MessageFacts& after = d.after;
  after.unanswered = true;
  after.state = State::kInDoubt;
  after.reason = j.outcome.reason;
  if (j.outcome.mixed_answer) d.alarms.emplace_back("mixed-answer");
  const bool ours = j.outcome.interrupted;
  if (j.sent.gates_open && !j.sent.probe && !ours) ++after.doubts;
  const bool out_of_time = OutOfTime(j);
  const Millis wait = Backoff(j);
  if (j.settings.in_doubt == DoubtPolicy::kHold) {
    return Hold(d, reason::kInDoubt, Cause::kLimit);
  }
  if (after.doubts >= j.settings.in_doubt_resends && OwnDoubt(j)) {
    return Hold(d, reason::kInDoubtLimit, Cause::kLimit);
  }
  if (out_of_time) return Hold(d, reason::kLifetime, Cause::kLimit);
  if (WaitsForFeed(j.settings, j.sent.feed_live)) {
    after.due_at = j.now + std::max(wait, j.settings.doubt_wait);
    return;
  }
  after.due_at = j.now + wait;
  if (!ours) d.waited_on = WaitedOn::kResource;
}

void Blame(Judgement& j) {
  Disposition& d = j.d;
  MessageFacts& after = d.after;
  const std::string& why = j.outcome.reason;
  const bool first_time = !j.message.judged || (!j.message.blame.empty() && j.message.blame != why);
  // What we held back ourselves nobody has judged.
  const bool judged = j.outcome.scope == Scope::kMessage;
  after.judged = after.judged || judged;
  if (first_time && judged) {
    const bool stood = j.resource.blame_run;
    if (CountBlame(j.resource, after.seq, j.settings, j.now)) {
      after.blame = why;
      if (!stood) {
        d.held_by_blame_run = j.resource.blamed;
        std::erase(d.held_by_blame_run, after.seq);
      }
      return Hold(d, reason::kBlameRun, Cause::kBlameRun);
    }
  }
  if (j.outcome.verdict == Verdict::kHold) return Hold(d, why, Cause::kSettle);
  // The register may be refusing a repetition of what it took without telling us.
  if (after.unanswered) return Hold(d, reason::kRejectedAfterDoubt, Cause::kSettle);
  after.state = State::kRejected;
  after.reason = why;
}

}  // namespace

Disposition Dispose(const MessageFacts& message, const Outcome& outcome, const Sent& sent,
                    Gate& site, Gate& resource, const DeliverySettings& settings, WallTime now,
                    Random& random) {
  Judgement j{message, outcome, sent, site, resource, settings, now, random};
  j.d.after = message;
  if (outcome.verdict == Verdict::kAccepted) {
    Accept(j);
    Finish(j.d, message.state, settings);
    return std::move(j.d);
  }
  if (!sent.token_live || message.state != State::kSending) {
    j.d.stale = true;
    return std::move(j.d);
  }
  j.suspects_probe = sent.probe && resource.outage && resource.suspect == message.seq;
  j.d.counted = outcome.counted && !sent.probe && !outcome.interrupted;
  if (!outcome.interrupted) TellGates(j);
  switch (outcome.verdict) {
    case Verdict::kAccepted:
      break;
    case Verdict::kRetry:
      Retry(j);
      break;
    case Verdict::kInDoubt:
      Doubt(j);
      break;
    case Verdict::kHold:
    case Verdict::kReject:
      Blame(j);
      break;
  }
  Finish(j.d, message.state, settings);
  return std::move(j.d);
}

Disposition DisposeDead(const MessageFacts& message, const DeliverySettings& settings, WallTime now,
                        Random& random, bool feed_live) {
  Disposition d;
  d.after = message;
  d.cause = Cause::kWorkerDied;
  MessageFacts& after = d.after;
  after.unanswered = true;
  after.state = State::kInDoubt;
  after.reason = reason::kWorkerDied;
  ++after.crashes;
  Millis wait = SameBackoff(after.last_backoff, settings, random);
  if (WaitsForFeed(settings, feed_live)) wait = std::max(wait, settings.doubt_wait);
  after.due_at = now + wait;
  if (settings.crash_limit > 0 && after.crashes >= settings.crash_limit) {
    Hold(d, reason::kCrash, Cause::kLimit);
  } else if (settings.in_doubt == DoubtPolicy::kHold) {
    Hold(d, reason::kInDoubt, Cause::kLimit);
  }
  Finish(d, message.state, settings);
  return d;
}

bool StandsInKeys(State state, std::string_view reason, bool unanswered, HeadPolicy policy) {
  switch (state) {
    case State::kReceived:
    case State::kDue:
    case State::kSending:
    case State::kInDoubt:
      return true;
    case State::kAccepted:
    case State::kClosed:
    case State::kCancelled:
      return false;
    case State::kHeld:
    case State::kRejected:
      break;
  }
  return policy == HeadPolicy::kWait || unanswered || reason == reason::kOperator ||
         reason == reason::kBlameRun;
}

}  // namespace utboks

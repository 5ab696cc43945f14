// The outcomes of delivery.md §1, as producer/submit/classify makes them: what
// tests of the queue feed it with.
#pragma once

#include <string>

#include "queue/outcome.h"

namespace utboks::testing {

inline Outcome Accepted(std::string reference = "ref-1") {
  Outcome o;
  o.verdict = Verdict::kAccepted;
  o.result = AttemptResult::kAnswered;
  o.gate = GateEffect::kSuccess;
  o.http_status = 202;
  o.reference = std::move(reference);
  return o;
}

inline Outcome ServerError(int status = 500) {
  Outcome o;
  o.verdict = Verdict::kRetry;
  o.scope = Scope::kResource;
  o.result = AttemptResult::kAnswered;
  o.gate = GateEffect::kCount;
  o.counted = true;
  o.http_status = status;
  o.reason = "http-" + std::to_string(status);
  return o;
}

inline Outcome Unanswered() {
  Outcome o;
  o.verdict = Verdict::kInDoubt;
  o.scope = Scope::kResource;
  o.result = AttemptResult::kUnanswered;
  o.gate = GateEffect::kCount;
  o.counted = true;
  o.reason = "no-answer";
  return o;
}

// Cut off by our own stop.
inline Outcome CutOff() {
  Outcome o = Unanswered();
  o.interrupted = true;
  o.reason = "stopped";
  return o;
}

inline Outcome Refused() {
  Outcome o;
  o.verdict = Verdict::kRetry;
  o.scope = Scope::kSite;
  o.result = AttemptResult::kNotSent;
  o.gate = GateEffect::kClose;
  o.reason = "connect-refused";
  return o;
}

inline Outcome LoginRefused() {
  Outcome o = Refused();
  o.result = AttemptResult::kAnswered;
  o.credential = true;
  o.http_status = 401;
  o.reason = "http-401";
  return o;
}

inline Outcome NoSuchResource(int status = 404) {
  Outcome o;
  o.verdict = Verdict::kRetry;
  o.scope = Scope::kResource;
  o.result = AttemptResult::kAnswered;
  o.gate = GateEffect::kClose;
  o.http_status = status;
  o.reason = "http-" + std::to_string(status);
  return o;
}

inline Outcome TooMany(std::optional<Millis> wait) {
  Outcome o;
  o.verdict = Verdict::kRetry;
  o.scope = Scope::kSite;
  o.result = AttemptResult::kAnswered;
  o.gate = GateEffect::kNotBefore;
  o.http_status = 429;
  o.wait = wait;
  o.reason = "http-429";
  return o;
}

// Trouble of our own before the first byte: no gate hears of it.
inline Outcome OwnTrouble() {
  Outcome o;
  o.verdict = Verdict::kRetry;
  o.result = AttemptResult::kNotSent;
  o.reason = "own-trouble";
  return o;
}

inline Outcome Rejected(std::string reason = "UgyldigMelding") {
  Outcome o;
  o.verdict = Verdict::kReject;
  o.scope = Scope::kMessage;
  o.result = AttemptResult::kAnswered;
  o.http_status = 400;
  o.feilkode = reason;
  o.reason = std::move(reason);
  return o;
}

inline Outcome ToHold(std::string reason = "http-413") {
  Outcome o;
  o.verdict = Verdict::kHold;
  o.scope = Scope::kMessage;
  o.result = AttemptResult::kAnswered;
  o.http_status = 413;
  o.reason = std::move(reason);
  return o;
}

inline Outcome MixedAnswer() {
  Outcome o;
  o.verdict = Verdict::kInDoubt;
  o.result = AttemptResult::kAnswered;
  o.counted = true;
  o.mixed_answer = true;
  o.http_status = 202;
  o.reason = "mixed-answer";
  return o;
}

}  // namespace utboks::testing

#include "queue/outcome.h"

namespace utboks {

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccepted:
      return "accepted";
    case Verdict::kRetry:
      return "retry";
    case Verdict::kInDoubt:
      return "in_doubt";
    case Verdict::kHold:
      return "hold";
    case Verdict::kReject:
      return "reject";
  }
  return "unknown";
}

std::string_view ScopeName(Scope scope) {
  switch (scope) {
    case Scope::kNone:
      return "none";
    case Scope::kMessage:
      return "message";
    case Scope::kResource:
      return "resource";
    case Scope::kSite:
      return "site";
  }
  return "unknown";
}

std::string_view AttemptResultName(AttemptResult result) {
  switch (result) {
    case AttemptResult::kOpen:
      return "open";
    case AttemptResult::kAnswered:
      return "answered";
    case AttemptResult::kNotSent:
      return "not_sent";
    case AttemptResult::kUnanswered:
      return "unanswered";
  }
  return "unknown";
}

}  // namespace utboks

// The named rules of gates (delivery.md §4 and the row of 429 in §1) as GateWorld
// judges them.
#pragma once

#include <cstddef>

namespace utboks::testing {

enum class GateRule : std::size_t {
  kPauseBegins,
  kPauseEnds,
  kBlameBegins,
  kBlameBeginsAtOnce,
  kBlameEnds,
  kOutageBegins,
  kClosesForFailures,
  kOutageEnds,
  kResumedIsProbed,
  kNextProbe,
  kOpenings,
  kSilenceKept,
  kNoRequestEarly,
  kAloneAfterSilence,
  kSuspect,
  kListsStayShort,
  kOneProbeAtATime,
  kProbeInterval,
  kStaleProbe,
  kPulledIn,
  kHeadLearnt,
  kOtherGateUntouched,
  kLast,
};
inline constexpr auto kGateRules = static_cast<std::size_t>(GateRule::kLast);
const char* GateRuleText(GateRule rule);

}  // namespace utboks::testing

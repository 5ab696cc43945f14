#include "tests/unit/queue/gate_rules.h"

namespace utboks::testing {

const char* GateRuleText(GateRule rule) {
  switch (rule) {
    case GateRule::kPauseBegins:
      return "only a person pauses";
    case GateRule::kPauseEnds:
      return "a pause is opened only by a person or its time";
    case GateRule::kBlameBegins:
      return "a blame run is so many different messages in a row";
    case GateRule::kBlameBeginsAtOnce:
      return "so many different messages in a row are a blame run";
    case GateRule::kBlameEnds:
      return "a blame run is opened only by a person";
    case GateRule::kOutageBegins:
      return "an outage begins by failures, or when a person or the time lets go of a gate";
    case GateRule::kClosesForFailures:
      return "so many messages, who comes back counted again, or one alone so often, shut the gate";
    case GateRule::kOutageEnds:
      return "an outage ends by an acceptance or by a probe's answer";
    case GateRule::kResumedIsProbed:
      return "what is let go of is probed first, at once";
    case GateRule::kNextProbe:
      return "a next probe stands exactly while an outage does";
    case GateRule::kOpenings:
      return "openings grow exactly when a gate opens or who went alone came through";
    case GateRule::kSilenceKept:
      return "what a 429 asked for is never shortened";
    case GateRule::kNoRequestEarly:
      return "no request before what the server allowed";
    case GateRule::kAloneAfterSilence:
      return "after a 429's time one goes alone";
    case GateRule::kSuspect:
      return "only a gate that is shut has a suspect, and one of the messages that failed";
    case GateRule::kListsStayShort:
      return "a gate's lists stay short";
    case GateRule::kOneProbeAtATime:
      return "while a probe runs no other of its gate begins";
    case GateRule::kProbeInterval:
      return "ten probes at the interval, then doubling, paid back in 2 min each; jitter 0 to a "
             "fifth";
    case GateRule::kStaleProbe:
      return "an old probe opens, shuts and plans nothing";
    case GateRule::kPulledIn:
      return "times of ours that lie too far ahead are pulled in";
    case GateRule::kHeadLearnt:
      return "a status is learnt from an answer that a message proved, or at a start";
    case GateRule::kOtherGateUntouched:
      return "what concerns one gate leaves the other alone";
    case GateRule::kLast:
      break;
  }
  return "";
}

}  // namespace utboks::testing

#include "queue/gate_change.h"

#include "queue/reason.h"

namespace utboks {
namespace {

bool WantsSilence(const Gate& gate, WallTime now) {
  return gate.not_before && *gate.not_before > now;
}

// Left to probes by a person or by the end of a pause: that is told already.
bool ShutByFailures(const Gate& gate) {
  return gate.outage && gate.outage_reason != reason::kResumed;
}

}  // namespace

std::vector<GateChange> ChangesOf(const Gate& before, const Gate& after, WallTime now) {
  std::vector<GateChange> changes;
  // It may have opened and shut again between the two.
  const bool another = before.outage && after.outage && before.outage_since != after.outage_since &&
                       before.openings != after.openings;
  if (before.outage && (!after.outage || another)) {
    changes.push_back({gate_event::kOpened, before.outage_reason});
  }
  if (ShutByFailures(after) && (!ShutByFailures(before) || another)) {
    changes.push_back({gate_event::kClosed, after.outage_reason});
  }
  if (after.blame_run && !before.blame_run) changes.push_back({gate_event::kBlameRun, ""});
  if (WantsSilence(after, now) && !WantsSilence(before, now)) {
    changes.push_back({gate_event::kThrottled, ""});
  }
  return changes;
}

}  // namespace utboks

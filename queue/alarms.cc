#include "queue/alarms.h"

#include "queue/reason.h"

namespace utboks {

bool ClockIsOff(WallTime theirs, WallTime ours) {
  return theirs > ours ? theirs - ours > kClockOff : ours - theirs > kClockOff;
}

std::vector<StandingAlarm> StandingAlarms(const AlarmFacts& facts, WallTime now) {
  std::vector<StandingAlarm> alarms;
  for (const Gate& gate : facts.gates) {
    const bool is_site = gate.name.empty();
    // One that a person has just let go of waits for its first probe: nothing has failed.
    if (is_site && gate.outage && gate.outage_reason != reason::kResumed) {
      alarms.push_back({gate.credential ? "credential" : "site-closed", "", 1});
    }
    const bool long_closed =
        gate.outage && gate.outage_since && now - *gate.outage_since >= kResourceClosedAfter;
    if (!is_site && long_closed) alarms.push_back({"resource-closed", gate.name, 1});
    if (gate.blame_run) {
      alarms.push_back({"blame-run", gate.name, static_cast<std::int64_t>(gate.blamed.size())});
    }
  }
  if (facts.held > 0) alarms.push_back({"held", "", facts.held});
  if (facts.head_blocked > 0) alarms.push_back({"head-blocked", "", facts.head_blocked});
  if (facts.in_doubt > 0) alarms.push_back({"in-doubt", "", facts.in_doubt});
  if (facts.disk_low) alarms.push_back({"disk", "", 1});
  return alarms;
}

}  // namespace utboks

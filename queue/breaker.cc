#include "queue/breaker.h"

#include <algorithm>

#include "queue/probe.h"
#include "queue/reason.h"

namespace utboks {
namespace {

void StartOutage(Gate& gate, std::string_view reason, WallTime now) {
  gate.outage = true;
  gate.outage_reason = reason;
  gate.outage_since = now;
  gate.credential = false;
  gate.suspect = 0;
  gate.probes = 0;
  gate.failed.clear();
  gate.same_failures = 0;
  // A probe is a message alone; what a 429 asked for stands beside it.
  if (!gate.not_before) gate.alone_next = false;
}

// Counts a failure and says whether so many messages have failed in a row now.  One that
// comes back after others failed is one more: on a quiet resource two in turns may be all
// there is for hours.
bool Enough(Gate& gate, MessageSeq message, const DeliverySettings& settings) {
  const bool comes_back = gate.failed.size() > 1 && gate.failed.back() != message &&
                          std::ranges::find(gate.failed, message) != gate.failed.end();
  std::erase(gate.failed, message);
  gate.failed.push_back(message);
  return static_cast<int>(gate.failed.size()) + (comes_back ? 1 : 0) >= settings.gate_failures;
}

void LeaveForProbe(Gate& gate, WallTime now) {
  if (HasMark(gate)) return;
  StartOutage(gate, reason::kResumed, now);
  gate.next_probe = now;
}

bool Bound(std::optional<WallTime>& time, WallTime latest) {
  if (!time || *time <= latest) return false;
  time = latest;
  return true;
}

}  // namespace

void CloseGate(Gate& gate, std::string_view reason, const DeliverySettings& settings, WallTime now,
               Random& random) {
  if (gate.outage) {
    gate.outage_reason = reason;
    gate.suspect = 0;
    return;
  }
  StartOutage(gate, reason, now);
  ScheduleProbe(gate, settings, now, random);
}

void CountFailure(Gate& gate, MessageSeq message, std::string_view reason, bool others_tried,
                  const DeliverySettings& settings, WallTime now, Random& random) {
  if (gate.outage) {
    gate.outage_reason = reason;
    if (gate.suspect == 0 || !Enough(gate, message, settings)) return;
    gate.suspect = 0;
    gate.failed.clear();
    gate.probes = 0;
    ScheduleProbe(gate, settings, now, random);
    return;
  }
  const bool again = !gate.failed.empty() && gate.failed.back() == message && !others_tried;
  gate.same_failures = again ? gate.same_failures + 1 : 1;
  const bool enough = Enough(gate, message, settings);
  if (!enough && gate.same_failures < settings.gate_failures) return;
  std::vector<MessageSeq> failed = std::move(gate.failed);
  StartOutage(gate, reason, now);
  if (!enough) {
    gate.suspect = message;
    // Others that failed before it keep their weight.
    gate.failed = std::move(failed);
  }
  ScheduleProbe(gate, settings, now, random);
}

bool OpenGate(Gate& gate) {
  if (!gate.outage) return false;
  gate.outage = false;
  gate.outage_reason.clear();
  gate.outage_since.reset();
  gate.credential = false;
  gate.suspect = 0;
  gate.probes = 0;
  gate.next_probe.reset();
  gate.failed.clear();
  gate.same_failures = 0;
  ++gate.openings;
  return !HasMark(gate);
}

bool CountSuccess(Gate& gate, WallTime now) {
  gate.failed.clear();
  gate.same_failures = 0;
  if (!gate.blame_run) gate.blamed.clear();
  CountAnswer(gate, now);
  return OpenGate(gate);
}

void CountAnswer(Gate& site, WallTime now) {
  // Answers that come while the register wants silence were asked for before it.
  if (!site.alone_next || (site.not_before && *site.not_before > now)) return;
  site.alone_next = false;
  site.not_before.reset();
  ++site.openings;
}

bool CountBlame(Gate& gate, MessageSeq message, const DeliverySettings& settings, WallTime now) {
  if (gate.blame_run) return true;
  std::erase(gate.blamed, message);
  gate.blamed.push_back(message);
  if (static_cast<int>(gate.blamed.size()) < settings.blame_run) return false;
  gate.blame_run = true;
  gate.blame_since = now;
  return true;
}

void Throttle(Gate& site, WallTime until) {
  site.not_before = site.not_before ? std::max(*site.not_before, until) : until;
  site.alone_next = true;
}

void Pause(Gate& gate, std::optional<WallTime> until, WallTime now) {
  if (!gate.paused) gate.paused_since = now;
  gate.paused = true;
  gate.pause_until = until;
}

bool Resume(Gate& gate, WallTime now) {
  if (!gate.paused && !gate.blame_run) return false;
  gate.paused = false;
  gate.paused_since.reset();
  gate.pause_until.reset();
  gate.blame_run = false;
  gate.blame_since.reset();
  gate.blamed.clear();
  LeaveForProbe(gate, now);
  return true;
}

bool ExpirePause(Gate& gate, WallTime now) {
  if (!gate.paused || !gate.pause_until || *gate.pause_until > now) return false;
  gate.paused = false;
  gate.paused_since.reset();
  gate.pause_until.reset();
  LeaveForProbe(gate, now);
  return true;
}

bool PullIn(Gate& gate, const DeliverySettings& settings, WallTime now) {
  bool pulled = Bound(gate.next_probe, now + LongestProbeWait(gate, settings));
  pulled |= Bound(gate.probed_until, now + LongestUnpaid(settings));
  pulled |= Bound(gate.not_before, now + settings.retry_after_max);
  pulled |= Bound(gate.outage_since, now);
  pulled |= Bound(gate.blame_since, now);
  pulled |= Bound(gate.paused_since, now);
  return pulled;
}

}  // namespace utboks

#include "queue/probe.h"

#include <algorithm>

#include "queue/breaker.h"
#include "queue/reason.h"
#include "queue/retry_policy.h"

namespace utboks {
namespace {

// A probe that has not ended so long after its time has no worker any more.
constexpr Millis kProbeGrace{5'000};

Millis ProbeWeight(const DeliverySettings& settings) {
  return settings.probe_interval_max * 8;
}

// After `before` probes, jitter apart.
Millis Interval(int before, const DeliverySettings& settings) {
  Millis interval = std::min(settings.probe_interval, settings.probe_interval_max);
  for (int n = kQuickProbes; n <= before && interval < settings.probe_interval_max; ++n) {
    interval = std::min(interval * 2, settings.probe_interval_max);
  }
  return interval;
}

// With so many unpaid the interval is the longest; more would only be paid back longer.
int MostUnpaid(const DeliverySettings& settings) {
  int most = kQuickProbes;
  while (Interval(most, settings) < settings.probe_interval_max) ++most;
  return most;
}

// A 429 is everybody's.
void Heed(const HeadResult& head, Gate& site, const DeliverySettings& settings, WallTime now) {
  if (!head.throttled) return;
  const Millis asked = head.wait.value_or(settings.backoff_min);
  Throttle(site, now + std::clamp(asked, settings.backoff_min, settings.retry_after_max));
}

// Were it a message's answer, it would shut no gate.
bool IsSound(const HeadResult& head) {
  return !head.web_page && (head.gate == GateEffect::kNone || head.gate == GateEffect::kSuccess);
}

bool IsCalm(const Gate& gate) {
  return !HasMark(gate) && gate.failed.empty();
}

// Did the probe show that the site answers, whatever it says of the resource?
bool SiteAnswers(const ProbeEnd& end, const Gate& site) {
  if (end.outcome == nullptr) return end.nothing_waits && HeadSaysYes(site, end.head);
  if (end.outcome->scope == Scope::kSite) return false;
  return end.outcome->result == AttemptResult::kAnswered ||
         (end.head.answered && !end.head.throttled);
}

}  // namespace

std::optional<WallTime> NextProbe(const Gate& gate, const Gate& site) {
  if (!gate.outage || gate.paused || gate.blame_run || !gate.next_probe) return std::nullopt;
  const bool is_site = gate.name == site.name;
  if (!is_site && HasMark(site)) return std::nullopt;
  return site.not_before ? std::max(*gate.next_probe, *site.not_before) : gate.next_probe;
}

bool TakesUntriedAtOnce(const Gate& gate, const Gate& site, WallTime now) {
  return gate.suspect != 0 && NextProbe(gate, site) && IsOpen(site, now);
}

int ProbesUnpaid(const Gate& gate, const DeliverySettings& settings, WallTime now) {
  if (!gate.probed_until || *gate.probed_until <= now) return 0;
  const Millis weight = ProbeWeight(settings);
  const std::int64_t unpaid =
      (ToMillis(*gate.probed_until) - ToMillis(now) + weight.count() - 1) / weight.count();
  return static_cast<int>(std::min<std::int64_t>(unpaid, MostUnpaid(settings)));
}

void BeginProbe(Gate& gate, const DeliverySettings& settings, WallTime now) {
  ++gate.probes;
  gate.probed_until =
      std::min(std::max(gate.probed_until.value_or(now), now) + ProbeWeight(settings),
               now + LongestUnpaid(settings));
  gate.next_probe = now + settings.probe_timeout + kProbeGrace;
}

void ScheduleProbe(Gate& gate, const DeliverySettings& settings, WallTime now, Random& random) {
  const Millis interval = Interval(ProbesUnpaid(gate, settings, now), settings);
  gate.next_probe = now + interval + random.Between(Millis(0), interval / 5);
}

void LoseProbe(Gate& gate, WallTime now) {
  if (gate.outage) gate.next_probe = now;
}

bool HeadSaysYes(const Gate& gate, const HeadResult& head) {
  if (!head.answered || head.throttled || head.credential) return false;
  return gate.head_status == 0 || gate.head_status == head.http_status;
}

bool SendsAnyway(const Gate& gate) {
  return gate.probes > 0 && gate.probes % 10 == 0;
}

bool SendsAfterHead(const Gate& gate, const HeadResult& head) {
  return HeadSaysYes(gate, head) || (SendsAnyway(gate) && !head.throttled);
}

bool PrefersFresh(const Gate& gate) {
  return gate.probes > 0 && gate.probes % 4 == 0;
}

std::array<ProbePick, 3> ProbeOrder(const Gate& gate) {
  if (gate.suspect != 0) return {ProbePick::kUntried, ProbePick::kDoubted, ProbePick::kTried};
  if (PrefersFresh(gate)) return {ProbePick::kUntried, ProbePick::kTried, ProbePick::kDoubted};
  return {ProbePick::kDoubted, ProbePick::kUntried, ProbePick::kTried};
}

void LearnHead(Gate& resource, const HeadResult& head) {
  if (head.answered && !head.throttled && head.http_status != 0) {
    resource.head_status = head.http_status;
  }
}

bool LearnsAtStart(const Gate& resource, const Gate& site) {
  return resource.head_status == 0 && IsCalm(resource) && IsCalm(site);
}

void EndLearning(const HeadResult& head, Gate& resource, Gate& site,
                 const DeliverySettings& settings, WallTime now) {
  Heed(head, site, settings, now);
  if (IsSound(head) && LearnsAtStart(resource, site)) LearnHead(resource, head);
}

ProbeToken TokenOf(const Gate& gate) {
  return {gate.probes, gate.openings, gate.next_probe};
}

ProbeEffect EndProbe(const ProbeEnd& end, Gate& site, Gate& resource,
                     const DeliverySettings& settings, WallTime now, Random& random) {
  ProbeEffect effect;
  Heed(end.head, site, settings, now);
  if (end.head.credential) {
    CloseGate(site, end.head.reason, settings, now, random);
    site.credential = true;
  }
  // Where some requests fail and others pass, what HEAD met says nothing of the message
  // after it: a failure's status takes the place of nothing that is known.
  if (end.outcome != nullptr && end.outcome->verdict == Verdict::kAccepted &&
      (IsSound(end.head) || resource.head_status == 0)) {
    LearnHead(resource, end.head);
  }
  Gate& gate = end.of_site ? site : resource;
  if (!gate.outage || TokenOf(gate) != end.token) return effect;

  const bool opens =
      end.of_site ? SiteAnswers(end, site) : end.nothing_waits && HeadSaysYes(resource, end.head);
  if (opens) {
    bool& opened = end.of_site ? effect.site_opened : effect.resource_opened;
    opened = OpenGate(gate);
    if (end.outcome == nullptr) gate.alone_next = true;
    return effect;
  }
  ScheduleProbe(gate, settings, now, random);
  // The first failure of a gate that was left to probes because a person let go of it.
  if (gate.outage_reason == reason::kResumed && end.head.asked && !end.head.answered) {
    gate.outage_reason = end.head.reason;
  }
  if (end.message != 0 && end.message == gate.suspect && gate.probes >= kQuickProbes) {
    gate.next_probe = std::max(*gate.next_probe, end.due_at);
  }
  return effect;
}

Millis LongestProbeWait(const Gate& gate, const DeliverySettings& settings) {
  const Millis interval = settings.probe_interval_max + settings.probe_interval_max / 5;
  const Millis running = settings.probe_timeout + kProbeGrace;
  const Millis longest = std::max(interval, running);
  return gate.suspect != 0 ? std::max(longest, LongestWait(settings)) : longest;
}

Millis LongestUnpaid(const DeliverySettings& settings) {
  return ProbeWeight(settings) * MostUnpaid(settings);
}

}  // namespace utboks

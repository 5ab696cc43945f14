// How a closed gate is asked whether it may open (delivery.md §4): when a probe
// goes, what it may send, and what its end means.  Pure.
//
// A probe is HEAD on a resource and then, when HEAD says yes, one message on the
// same connection.  Who claims one (in one transaction):
// 1. a gate whose NextProbe has come, or that TakesUntriedAtOnce while a message
//    never tried waits for it; not while a probe's message of it is in `sending`;
// 2. BeginProbe: the claim itself moves the next probe on;
// 3. the message: one in doubt whose policy lets it be resent, before one never in
//    doubt; PrefersFresh turns that round; the least recently tried first.  For a
//    suspect's gate, before all, one never tried; the suspect itself after its
//    tenth probe only when its own due_at has come.  Behind the site's gate, of a
//    resource without a mark.  A wait that no gate gave (WaitedOn::kNothing) is
//    kept to by probes as well.
// Who ends it: Dispose for the message, if it was sent, then EndProbe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/delivery_settings.h"
#include "queue/gate.h"
#include "queue/outcome.h"

namespace utboks {

// So many go at probe_interval; after them a suspect's own follow its backoff.
inline constexpr int kQuickProbes = 10;

// The probes of a gate not yet paid back: each weighs eight probe_interval_max (2 min by
// default), and the weight passes with time, closed or open.  They say how long the next
// one waits: fewer than kQuickProbes probe_interval, then it doubles.  So a gate that
// flaps costs the register no more probes an hour than one that stays closed.
int ProbesUnpaid(const Gate& gate, const DeliverySettings& settings, WallTime now);

// When the next probe of `gate` may go; nothing when none is to.  A pause and a
// blame run stop probes too; behind a marked site, the site's probe asks for all.
// For the site pass it twice.
std::optional<WallTime> NextProbe(const Gate& gate, const Gate& site);

// Closed by one message alone: one that was never tried goes at once.
bool TakesUntriedAtOnce(const Gate& gate, const Gate& site, WallTime now);

// Counts a probe that begins now and keeps others from beginning while it runs.
// gate.probes is its number since the gate closed.
void BeginProbe(Gate& gate, const DeliverySettings& settings, WallTime now);

// After a probe that did not open: when the next one goes.
void ScheduleProbe(Gate& gate, const DeliverySettings& settings, WallTime now, Random& random);

// The worker that probed is gone: the next probe need not wait for it.
void LoseProbe(Gate& gate, WallTime now);

// Does HEAD say that the messages of `gate`, the one that is probed, may be
// tried?  A status counts only where one is remembered, and so never for the
// site: that it answers is all that is asked of it.
bool HeadSaysYes(const Gate& gate, const HeadResult& head);
// Whether the running probe sends its message whatever HEAD says (each tenth).
bool SendsAnyway(const Gate& gate);
// The two together; but nothing is sent after a 429.
bool SendsAfterHead(const Gate& gate, const HeadResult& head);
// Whether the running probe prefers a message never in doubt (each fourth).
bool PrefersFresh(const Gate& gate);
// What a probe's message may be, and in which order they are looked for: the first
// kind of which one is there gives it (step 3 above).
enum class ProbePick {
  kUntried,  // due, never tried, not in doubt
  kDoubted,  // in doubt
  kTried,    // tried, not in doubt
};
std::array<ProbePick, 3> ProbeOrder(const Gate& gate);
// HEAD said `head`, and the message after it passed: that status is remembered for
// `resource`.
void LearnHead(Gate& resource, const HeadResult& head);

// Whether a worker that starts asks HEAD of `resource`, so that probes know what it
// answers when all is well.  Not what a message has proved already, and not where a
// gate is shut or failures stand: an answer then is an outage's.
bool LearnsAtStart(const Gate& resource, const Gate& site);
// It was asked, and said `head`.  Without a message after it only a status is
// remembered that would shut no gate, and only while LearnsAtStart still holds; a
// 429 is heeded.  No failure is: it was our wish to ask, nobody's message.
void EndLearning(const HeadResult& head, Gate& resource, Gate& site,
                 const DeliverySettings& settings, WallTime now);

// What a probe must find again when it ends, or it is no longer the one that counts:
// numbers begin anew when a suspicion is lifted, without an opening, and who moves
// next_probe while one runs (a failure, a worker's death, a clock that was set) no
// longer counts on its end.
struct ProbeToken {
  int number = 0;  // gate.probes
  std::int64_t openings = 0;
  std::optional<WallTime> next_probe;

  bool operator==(const ProbeToken&) const = default;
};
// Of `gate` as BeginProbe left it.
ProbeToken TokenOf(const Gate& gate);

struct ProbeEnd {
  bool of_site = false;  // the site's gate was probed, else the resource's
  ProbeToken token;
  HeadResult head;
  // No message that could be sent was there to send, now or after its backoff:
  // HEAD alone decides.
  bool nothing_waits = false;
  // The message that was sent, its outcome, and its due time after Dispose.
  MessageSeq message = 0;
  const Outcome* outcome = nullptr;  // null: none was sent
  WallTime due_at{};
};

struct ProbeEffect {
  bool site_opened = false;
  bool resource_opened = false;  // waits given by its failures end
};

// After Dispose, when a message was sent.  An old token changes nothing but what
// a 429 or a refused certificate says to everybody.
ProbeEffect EndProbe(const ProbeEnd& end, Gate& site, Gate& resource,
                     const DeliverySettings& settings, WallTime now, Random& random);

// The furthest ahead that next_probe can lie.
Millis LongestProbeWait(const Gate& gate, const DeliverySettings& settings);

// The furthest ahead that probed_until can lie.
Millis LongestUnpaid(const DeliverySettings& settings);

}  // namespace utboks

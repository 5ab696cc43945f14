// Every rule by which a gate closes, is probed and opens (delivery.md §4).
// Pure: time and chance are arguments.  The functions change `gate` in place.
#pragma once

#include <optional>
#include <string_view>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/delivery_settings.h"
#include "queue/gate.h"
#include "queue/outcome.h"

namespace utboks {

// Closes the gate at once (credential, connection, 403/404/406).  Closed
// already: only the reason is brought up to date.
void CloseGate(Gate& gate, std::string_view reason, const DeliverySettings& settings, WallTime now,
               Random& random);

// One failure (5xx, 408, 425, unanswered) of `message`.  `others_tried`: another
// message of the resource has been tried since this one's last attempt.
void CountFailure(Gate& gate, MessageSeq message, std::string_view reason, bool others_tried,
                  const DeliverySettings& settings, WallTime now, Random& random);

// The register took a message: failures and blame counts are forgotten, the
// outage mark goes off.  True when that opened the gate.
bool CountSuccess(Gate& gate);

// `message`, judged for the first time, was blamed.  True when this made the
// blame run: the gate is marked, and gate.blamed lists the messages it concerns.
bool CountBlame(Gate& gate, MessageSeq message, const DeliverySettings& settings, WallTime now);

// 429: nothing before `until`; then one message alone.
void Throttle(Gate& site, WallTime until);

// After a probe that did not open: when the next one goes.
void ScheduleProbe(Gate& gate, const DeliverySettings& settings, WallTime now, Random& random);

// Does HEAD say that the gate's messages may be tried?  Learns nothing.
bool HeadSaysYes(const Gate& gate, const HeadResult& head);
// Whether the probe that is due now sends its message whatever HEAD says (each tenth).
bool SendsAnyway(const Gate& gate);
// Whether the probe prefers a message never in doubt (each fourth).
bool PrefersFresh(const Gate& gate);
// HEAD said `head`, and the message after it passed: that status is remembered.
void LearnHead(Gate& gate, const HeadResult& head);

void Pause(Gate& gate, std::optional<WallTime> until, WallTime now);
// Takes off the pause and a blame run.  With nothing else standing, the gate is
// left for a probe, not for the flood.  False when there was nothing to take off.
bool Resume(Gate& gate, const DeliverySettings& settings, WallTime now, Random& random);
// A pause whose time has come goes off as Resume does; true when it did.
bool ExpirePause(Gate& gate, const DeliverySettings& settings, WallTime now, Random& random);

// Times we set ourselves that lie further ahead than their own maximum are
// pulled in (a clock was set back); true when one was.  pause_until stays.
bool PullIn(Gate& gate, const DeliverySettings& settings, WallTime now);

}  // namespace utboks

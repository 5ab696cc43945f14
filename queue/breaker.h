// Every rule by which a gate closes and opens (delivery.md §4); queue/probe has
// those of the probes between.  Pure: time and chance are arguments.  The
// functions change `gate` in place.
//
// What opens an outage: a message that the register took opens its resource and
// the site, whoever sent it and whenever.  The site opens also when a probe shows
// that it answers at all (EndProbe): a status line over a verified session is all
// the site owes us, the rest is its resource's.  Answers to other requests do not
// open the site: a kept-alive connection may live on while no new one can be made.
#pragma once

#include <optional>
#include <string_view>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/delivery_settings.h"
#include "queue/gate.h"

namespace utboks {

// Closes the gate at once (credential, connection, 403/404/406).  Closed
// already: only the reason is brought up to date, and a suspect is no longer one.
void CloseGate(Gate& gate, std::string_view reason, const DeliverySettings& settings, WallTime now,
               Random& random);

// One failure (5xx, 408, 425, unanswered) of `message`.  `others_tried`: another
// message of the resource has been tried since this one's last attempt.
//
// It closes the gate when gate_failures different messages have failed in a row with no
// success between, one that comes back after another's failure counted once more (two in
// turns are enough where it is 3), or when one message alone has failed so often.
//
// A gate closed for a suspect goes on counting: when gate_failures different
// messages have failed it is the resource after all, and probes begin anew.
void CountFailure(Gate& gate, MessageSeq message, std::string_view reason, bool others_tried,
                  const DeliverySettings& settings, WallTime now, Random& random);

// The register took a message: failures and blame counts are forgotten, the
// outage mark goes off, and a message that went alone has come through.  True
// when the gate had been closed by an outage and is open now: the waits that its
// failures gave end.
bool CountSuccess(Gate& gate, WallTime now);

// The register answered a message, and not with 429: a message that went alone
// after one has come through.  The site's gate only.
void CountAnswer(Gate& site, WallTime now);

// `message`, judged for the first time, was blamed.  True when it belongs to a
// blame run: this made it, or it stood already and the message was under way.  When
// this made it, gate.blamed lists the messages it concerns, `message` last.
bool CountBlame(Gate& gate, MessageSeq message, const DeliverySettings& settings, WallTime now);

// 429: nothing before `until`; then one message alone.  Only ever extends.
void Throttle(Gate& site, WallTime until);

// Takes off the outage mark.  True when the gate is open now.
bool OpenGate(Gate& gate);

// Pausing again moves only the end.
void Pause(Gate& gate, std::optional<WallTime> until, WallTime now);
// Takes off the pause and a blame run, whose count starts at 0 again.  With
// nothing else standing, the gate is left for a probe, not for the flood: an
// outage of reason `resumed`, probed at once.  False when there was nothing to
// take off.
bool Resume(Gate& gate, WallTime now);
// A pause whose time has come goes off, and leaves the gate as Resume does; a
// blame run stays.  True when it did.
bool ExpirePause(Gate& gate, WallTime now);

// Times we set ourselves that lie further ahead than their own maximum are
// pulled in (a clock was set back), and what is told to have begun has begun; true
// when one was.  pause_until stays.
bool PullIn(Gate& gate, const DeliverySettings& settings, WallTime now);

}  // namespace utboks

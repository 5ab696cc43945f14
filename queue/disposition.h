// What becomes of a message, its attempt and the two gates after one request:
// the whole judgement of delivery.md §1 to §4 and §6 in one pure function.
//
// Stores call Dispose inside the transaction that settles, write what it says, and
// decide nothing themselves.  Time and chance are arguments.
//
// What keeps its place: not_sent, 401, 403, 404, 406 and 429 leave due_at as it is,
// for a gate holds the message back.  Where none does (our own trouble before the
// first byte), it waits as long as it last did: no retry spins.  A probe's message
// goes behind the others that are due (due_at = now), so that by due_at the least
// recently tried comes first, and no message keeps a gate shut alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/delivery_settings.h"
#include "queue/gate.h"
#include "queue/outcome.h"
#include "queue/state.h"

namespace utboks {

// Why a due message waits: kResource, its resource's failures gave the wait, and the
// opening of that gate ends it (the site's give none: the message keeps its place).
// kNothing: no gate gave it (a person's not-before, the feed's time to settle a
// doubt), and neither an opening nor a probe cuts it short.
enum class WaitedOn { kNothing = 0, kResource = 1 };

// What the store knows of a message beside its content.
struct MessageFacts {
  MessageSeq seq = 0;
  State state = State::kDue;
  std::string reason;
  int counted = 0;          // counted failures: the backoff's n
  bool unanswered = false;  // an attempt of it has had no answer, ever
  int doubts = 0;           // unanswered sends through an open gate, seen by a living worker
  int crashes = 0;          // workers that died while sending it
  Millis last_backoff{0};
  std::optional<WallTime> first_failure;  // through open gates: lifetime counts from here
  bool judged = false;  // a verdict has blamed it before: it counts in no blame run again
  // The reason it was blamed for when a blame run held it (stores move it here for
  // held_by_blame_run).  Released by a person and blamed for the same again, it is
  // believed; for another reason, it counts as judged for the first time.
  std::string blame;
  std::string reference;  // an existing receipt
  WallTime due_at;        // its place among the due
};

// How the request came about.
struct Sent {
  bool probe = false;          // a gate probe: counts towards no limit
  bool head_said_yes = false;  // before a probe's message
  bool gates_open = true;      // both gates were open when it was claimed
  bool others_tried = false;   // another message of the resource was tried since its last attempt
  bool feed_live = false;      // the feedback feed is read and not silent
  bool token_live = true;      // the lease still stands; a 202 is taken without
};

struct Disposition {
  bool stale = false;  // no live token and not a receipt: write nothing
  MessageFacts after;  // state, reason, counters, due_at as they stand from now
  Cause cause = Cause::kSettle;
  WaitedOn waited_on = WaitedOn::kNothing;
  bool counted = false;         // the attempt's own mark
  bool second_receipt = false;  // keep the reference beside the first one; alarm `double`
  bool leaves_keys = false;     // its followers may go (delivery.md §6)
  // Others that a blame run concerns: held or rejected still, and not touched by a
  // person since, they become held, reason blame-run.
  std::vector<MessageSeq> held_by_blame_run;
  // To raise, standing until acknowledged: double, accepted-late, mixed-answer,
  // odd-success.  `credential` follows from the site's gate.
  std::vector<std::string> alarms;
  bool site_opened = false;
  bool resource_opened = false;  // waits given by its failures end
};

// `site` and `resource` are changed in place; the caller compares and writes.
Disposition Dispose(const MessageFacts& message, const Outcome& outcome, const Sent& sent,
                    Gate& site, Gate& resource, const DeliverySettings& settings, WallTime now,
                    Random& random);

// The worker that was sending it is gone: in doubt, or held for `crash` or by the
// policy.  No gate hears of it.  `feed_live` as in Sent.
Disposition DisposeDead(const MessageFacts& message, const DeliverySettings& settings, WallTime now,
                        Random& random, bool feed_live = false);

// Where a message goes that is to be sent again (handed back, released): in doubt
// when an attempt of it has had no answer, else due.
inline State ReturnState(bool unanswered) {
  return unanswered ? State::kInDoubt : State::kDue;
}

// Whether a message in `state` for `reason` stands in its keys (delivery.md §6).
// `unanswered`: an attempt of it has had no answer.
bool StandsInKeys(State state, std::string_view reason, bool unanswered, HeadPolicy policy);

}  // namespace utboks

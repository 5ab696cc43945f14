// What the register's feedback (tilbakemelding) does to a message: the store's side of
// the feed, apart from how the feed is read.  Pure.
//
// An event names a message by the agency's own avsendersMeldingsidentifikator, and the
// register's reception of it by folkeregisterReferanse.  That it is there at all says
// that the message was taken: no doubt is left.  A saksbeslutning closes it; a case
// under manual handling goes on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/secret.h"
#include "queue/disposition.h"
#include "queue/state.h"

namespace utboks {

struct FeedbackEvent {
  SensitiveText identifikator;  // as the event has it, byte for byte
  std::string reference;        // folkeregisterReferanse; "" when it names none
  bool decision = false;        // a saksbeslutning
  std::string result;           // its beslutning, "godkjent"…: the closing's reason
};

// What was read of the feed in one go.
struct FeedbackPage {
  std::int64_t from = 0;  // the position that was asked: the store's own, or nothing is done
  std::int64_t next = 0;  // the position from now on
  std::vector<FeedbackEvent> events;
  // Accepted messages have waited too long for theirs: who reads the feed knows which
  // resources have any.  While it is silent no doubt waits for it.
  bool silent = false;
};

struct FeedbackApplied {
  int matched = 0;
  // Of no message that this store has ever sent: another system of the same
  // organisation may own it.
  int orphans = 0;
};

// A feed that has not been read for so long is not being read.
inline constexpr Millis kFeedFresh{5 * 60'000};
// Whether a doubt may wait for it.
bool FeedIsLive(std::optional<WallTime> read_at, bool silent, WallTime now);

struct FeedbackEffect {
  bool orphan = false;
  std::optional<Cause> accepted;  // it becomes accepted by this cause
  bool takes_reference = false;   // the event's reference is its receipt
  bool closes = false;            // and then closed, for the event's result
  std::vector<std::string> alarms;
};

// `sent_once`: an attempt of it may have left.  Of one that never did, an event of its
// identifier tells nothing: somebody else has used it.  `message.reference` is its receipt's, ""
// where there is none; `has_receipt` as well where the receipt names none.
FeedbackEffect Weigh(const MessageFacts& message, bool sent_once, bool has_receipt,
                     const FeedbackEvent& event);

}  // namespace utboks

#include "queue/feedback.h"

namespace utboks {

bool FeedIsLive(std::optional<WallTime> read_at, bool silent, WallTime now) {
  // Read in the future: a clock has been put back since, and nobody knows when it was.
  return read_at && !silent && *read_at <= now && now - *read_at <= kFeedFresh;
}

FeedbackEffect Weigh(const MessageFacts& message, bool sent_once, bool has_receipt,
                     const FeedbackEvent& event) {
  FeedbackEffect effect;
  if (!sent_once) {
    effect.orphan = true;
    return effect;
  }
  const bool another = has_receipt && !message.reference.empty() && !event.reference.empty() &&
                       message.reference != event.reference;
  // It stands twice in the register, and this event is of the other one.
  if (another) {
    effect.alarms.emplace_back("double");
    return effect;
  }
  effect.takes_reference = !event.reference.empty() && message.reference.empty();
  const bool done =
      message.state == State::kAccepted || (message.state == State::kClosed && has_receipt);
  if (!done) {
    const bool given_up = message.state == State::kCancelled || message.state == State::kClosed ||
                          message.state == State::kRejected;
    if (given_up) effect.alarms.emplace_back("accepted-late");
    effect.accepted = message.state == State::kInDoubt ? Cause::kFeed : Cause::kLateReceipt;
  }
  effect.closes = event.decision && (effect.accepted || message.state == State::kAccepted);
  return effect;
}

}  // namespace utboks

#include "queue/state.h"

#include <algorithm>

namespace utboks {
namespace {

struct Edge {
  std::optional<State> from;
  State to;
  Cause cause;
};

// architecture.md §3, row by row.
constexpr Edge kEdges[] = {
    {std::nullopt, State::kReceived, Cause::kArrival},
    {std::nullopt, State::kDue, Cause::kValidation},
    {std::nullopt, State::kRejected, Cause::kValidation},
    {State::kReceived, State::kDue, Cause::kValidation},
    {State::kReceived, State::kRejected, Cause::kValidation},

    {State::kDue, State::kSending, Cause::kClaim},
    {State::kInDoubt, State::kSending, Cause::kClaim},
    {State::kSending, State::kDue, Cause::kHandBack},
    {State::kSending, State::kInDoubt, Cause::kHandBack},

    {State::kSending, State::kAccepted, Cause::kSettle},
    {State::kSending, State::kDue, Cause::kSettle},
    {State::kSending, State::kInDoubt, Cause::kSettle},
    {State::kSending, State::kHeld, Cause::kSettle},
    {State::kSending, State::kRejected, Cause::kSettle},
    {State::kSending, State::kHeld, Cause::kLimit},
    {State::kSending, State::kHeld, Cause::kBlameRun},
    {State::kSending, State::kInDoubt, Cause::kWorkerDied},

    {State::kInDoubt, State::kAccepted, Cause::kFeed},
    {State::kInDoubt, State::kHeld, Cause::kLimit},
    {State::kInDoubt, State::kHeld, Cause::kHold},
    {State::kDue, State::kHeld, Cause::kLimit},
    {State::kDue, State::kHeld, Cause::kHold},

    {State::kRejected, State::kHeld, Cause::kBlameRun},
    // No change of state, but of the reason, with an event of its own.
    {State::kHeld, State::kHeld, Cause::kBlameRun},

    {State::kHeld, State::kDue, Cause::kRelease},
    {State::kHeld, State::kInDoubt, Cause::kRelease},
    {State::kHeld, State::kDue, Cause::kReplay},
    {State::kHeld, State::kInDoubt, Cause::kReplay},  // an attempt of it is unanswered
    {State::kRejected, State::kDue, Cause::kReplay},
    {State::kAccepted, State::kDue, Cause::kReplayAgain},
    {State::kClosed, State::kDue, Cause::kReplayAgain},

    {State::kDue, State::kCancelled, Cause::kCancel},
    {State::kHeld, State::kCancelled, Cause::kCancel},
    {State::kRejected, State::kCancelled, Cause::kCancel},
    {State::kInDoubt, State::kCancelled, Cause::kCancel},  // --may-be-registered

    {State::kAccepted, State::kClosed, Cause::kFeed},
    {State::kAccepted, State::kClosed, Cause::kPurge},
    {State::kAccepted, State::kClosed, Cause::kClose},
    {State::kHeld, State::kClosed, Cause::kClose},
    {State::kRejected, State::kClosed, Cause::kClose},
    {State::kInDoubt, State::kClosed, Cause::kClose},

    // A 202 is knowledge: whatever we have come to think meanwhile, it is taken.
    // While another attempt is under way too; its own answer is then the late one.
    {State::kDue, State::kAccepted, Cause::kLateReceipt},
    {State::kSending, State::kAccepted, Cause::kLateReceipt},
    {State::kInDoubt, State::kAccepted, Cause::kLateReceipt},
    {State::kHeld, State::kAccepted, Cause::kLateReceipt},
    {State::kRejected, State::kAccepted, Cause::kLateReceipt},
    {State::kCancelled, State::kAccepted, Cause::kLateReceipt},
    {State::kClosed, State::kAccepted, Cause::kLateReceipt},

    {State::kDue, State::kInDoubt, Cause::kRestore},
    {State::kSending, State::kInDoubt, Cause::kRestore},
};

}  // namespace

std::string_view StateName(State state) {
  switch (state) {
    case State::kReceived:
      return "received";
    case State::kDue:
      return "due";
    case State::kSending:
      return "sending";
    case State::kInDoubt:
      return "in_doubt";
    case State::kHeld:
      return "held";
    case State::kAccepted:
      return "accepted";
    case State::kClosed:
      return "closed";
    case State::kRejected:
      return "rejected";
    case State::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

std::optional<State> ParseState(std::string_view name) {
  for (const State state : kAllStates) {
    if (StateName(state) == name) return state;
  }
  return std::nullopt;
}

std::string_view CauseName(Cause cause) {
  switch (cause) {
    case Cause::kArrival:
      return "arrival";
    case Cause::kValidation:
      return "validation";
    case Cause::kClaim:
      return "claim";
    case Cause::kSettle:
      return "settle";
    case Cause::kWorkerDied:
      return "worker-died";
    case Cause::kHandBack:
      return "hand-back";
    case Cause::kBlameRun:
      return "blame-run";
    case Cause::kLimit:
      return "limit";
    case Cause::kHold:
      return "hold";
    case Cause::kRelease:
      return "release";
    case Cause::kReplay:
      return "replay";
    case Cause::kReplayAgain:
      return "replay-again";
    case Cause::kCancel:
      return "cancel";
    case Cause::kClose:
      return "close";
    case Cause::kFeed:
      return "feed";
    case Cause::kPurge:
      return "purge";
    case Cause::kLateReceipt:
      return "late-receipt";
    case Cause::kRestore:
      return "restore";
  }
  return "unknown";
}

bool LegalEdge(std::optional<State> from, State to, Cause cause) {
  return std::any_of(std::begin(kEdges), std::end(kEdges), [&](const Edge& edge) {
    return edge.from == from && edge.to == to && edge.cause == cause;
  });
}

}  // namespace utboks

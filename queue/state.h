// The states of a message, the legal edges between them, and their names.
//
// Every change of state in every store goes through LegalEdge; nothing else may
// decide that a change is legal (architecture.md §3).  Pure.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace utboks {

// The numbers are stored: never renumber.
enum class State {
  kReceived = 0,  // put in by SQL, not yet validated
  kDue = 1,
  kSending = 2,
  kInDoubt = 3,
  kHeld = 4,
  kAccepted = 5,
  kClosed = 6,
  kRejected = 7,
  kCancelled = 8,
};

inline constexpr std::array<State, 9> kAllStates = {
    State::kReceived, State::kDue,    State::kSending,  State::kInDoubt,  State::kHeld,
    State::kAccepted, State::kClosed, State::kRejected, State::kCancelled};

// What brings a change about.
enum class Cause {
  kArrival,     // put in by SQL
  kValidation,  // our own, at intake
  kClaim,       // a worker takes it to send
  kSettle,      // the outcome of a request
  kWorkerDied,  // found in `sending` with no worker alive
  kHandBack,    // claimed, surely never begun
  kBlameRun,    // blamed together with others: it is not the messages
  kLimit,       // lifetime, doubts, crashes, or a doubt that the policy gives to a person
  kHold,
  kRelease,
  kReplay,       // held, rejected; in doubt when an attempt is unanswered, as release
  kReplayAgain,  // accepted, closed: the register lost it
  kCancel,
  kClose,
  kFeed,         // the feedback feed decided
  kPurge,        // where no feedback is read
  kLateReceipt,  // a 202, whenever it comes
  kRestore,      // the store is an older copy put back
};

std::string_view StateName(State state);  // "in_doubt": the name users hold
std::optional<State> ParseState(std::string_view name);
std::string_view CauseName(Cause cause);
inline constexpr Cause kLastCause = Cause::kRestore;

// True when `cause` may take a message from `from` to `to`.  std::nullopt as
// `from` is a message that does not exist yet.
bool LegalEdge(std::optional<State> from, State to, Cause cause);

}  // namespace utboks

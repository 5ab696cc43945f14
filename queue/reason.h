// Why a message is held, or a gate left for a probe, when the reason is our own
// and not an answer's: stable short strings that users filter by (`list --reason`,
// `release --reason`).  Reasons of answers ("http-413", a feilkode) come with the
// Outcome.
#pragma once

#include <string_view>

namespace utboks::reason {

// Of a held message.
inline constexpr std::string_view kLifetime = "lifetime";  // failed for too long, gates open
inline constexpr std::string_view kInDoubt = "in-doubt";   // unanswered, and the policy is `hold`
inline constexpr std::string_view kInDoubtLimit = "in-doubt-limit";  // unanswered too many times
inline constexpr std::string_view kCrash = "crash";                  // its workers died sending it
inline constexpr std::string_view kBlameRun = "blame-run";           // blamed in a row with others
inline constexpr std::string_view kRejectedAfterDoubt =
    "rejected-after-doubt";  // a 400, but an earlier send may have been taken
inline constexpr std::string_view kOperator = "operator";  // a person holds it

// Of a message that was rejected by ourselves, and never sent.
inline constexpr std::string_view kInvalid = "invalid";         // it does not hold to its contract
inline constexpr std::string_view kTaken = "identifier-taken";  // by another message
inline constexpr std::string_view kFault = "fault";  // of ours: it could not be looked at

// Of a cancelled message.
inline constexpr std::string_view kReplaced = "replaced";  // a correction came in its place

// Of a message in doubt.
inline constexpr std::string_view kRestored = "restored";  // younger than a copy put back

// Of a closed message.
inline constexpr std::string_view kManual = "manual";  // a person closed it

// Of an attempt without an answer of its own.
inline constexpr std::string_view kWorkerDied = "worker-died";

// Of a gate's outage mark.
inline constexpr std::string_view kResumed = "resumed";  // pause or blame run off: probe first

}  // namespace utboks::reason

#include "queue/rows/tally.h"

#include <algorithm>

namespace utboks::rows {
namespace {

// In the order of the tables' columns.
constexpr State kKept[] = {State::kReceived, State::kDue,    State::kInDoubt,  State::kHeld,
                           State::kAccepted, State::kClosed, State::kRejected, State::kCancelled};

}  // namespace

Status Tally::Write(Connection& db) {
  if (std::all_of(changes_.begin(), changes_.end(), [](std::int64_t by) { return by == 0; })) {
    return Status();
  }
  Query q = db.Prepare(
      "UPDATE tally SET received = received + ?, due = due + ?, in_doubt = in_doubt + ?,"
      " held = held + ?, accepted = accepted + ?, closed = closed + ?, rejected = rejected + ?,"
      " cancelled = cancelled + ? WHERE one = 1");
  for (const State state : kKept) q.Bind(changes_[static_cast<std::size_t>(state)]);
  changes_ = {};
  return q.RunExpecting(1, "the store has lost its count of messages");
}

Result<StateCounts> ReadTally(Connection& db) {
  Query q = db.Prepare(
      "SELECT received, due, in_doubt, held, accepted, closed, rejected, cancelled FROM tally");
  if (!q.Step()) {
    return q.status().ok() ? Status(Code::kCorrupt, "the store has lost its count of messages")
                           : q.status();
  }
  StateCounts counts{};
  int column = 0;
  for (const State state : kKept) counts[static_cast<std::size_t>(state)] = q.Int(column++);
  return counts;
}

}  // namespace utboks::rows

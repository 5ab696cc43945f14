// How many messages there are in each state: kept by whoever writes them, in the same
// transaction, so that nobody has to count millions.
//
// A state is that of the message's row: of those that are being sent (`lease`) what it was
// before.
#pragma once

#include <array>
#include <cstdint>

#include "queue/base/status.h"
#include "queue/rows/connection.h"
#include "queue/state.h"

namespace utboks::rows {

using StateCounts = std::array<std::int64_t, kAllStates.size()>;  // by the number of the state

class Tally {
 public:
  void Add(State state, std::int64_t messages) {
    changes_[static_cast<std::size_t>(state)] += messages;
  }
  void Move(State from, State to) {
    Add(from, -1);
    Add(to, 1);
  }
  // The last thing that a transaction does with them.
  Status Write(Connection& db);

 private:
  StateCounts changes_{};
};

Result<StateCounts> ReadTally(Connection& db);

}  // namespace utboks::rows

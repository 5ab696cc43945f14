// When `run --drain` is over.  Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "queue/message.h"

namespace utboks::app {

enum class DrainState {
  kDone,    // nothing is due, sending or in doubt, and no replay job sets more due
  kMoving,  // something is under way, or will be by itself
  kStuck,   // what is left waits for a person, a pause or a later not-before
};

// `left`: the messages that are due or in doubt, by a look of its own after `overview`.
// That nothing is left only the overview can say: who waited in it and is not among
// `left` has been claimed between the two looks.
DrainState LookAtDrain(const Overview& overview, const std::vector<MessageView>& left);

// Whether nothing moved from the overview `before` over the look at what is left, which
// saw `seen` messages, to the overview `after`.  Only then is kStuck true of one moment:
// a head that is claimed between two looks leaves its followers alone on the list, and
// each of them waits for it.
bool StoodStill(const Overview& before, std::int64_t seen, const Overview& after);

// How many are due, sending or in doubt.
std::int64_t LeftIn(const Overview& overview);

}  // namespace utboks::app

// When `run --drain` is over.  Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "queue/message.h"

namespace utboks::app {

enum class DrainState {
  kDone,    // nothing is due, sending or in doubt
  kMoving,  // something is under way, or will be by itself
  kStuck,   // what is left waits for a person, a pause or a later not-before
};

// `left`: the messages that are due or in doubt; `sending`: how many are being sent.
DrainState LookAtDrain(const std::vector<MessageView>& left, std::int64_t sending,
                       const std::vector<Gate>& gates);

}  // namespace utboks::app

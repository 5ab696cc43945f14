// Tasks of which one worker of a store has to do each: reading feeds, moving a replay job
// on, purging.  Whoever has a duty has it until a time, and prolongs it while it lives; of
// one that died or was cut off another takes it over.
#pragma once

#include <string_view>

#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks {

class Duties {
 public:
  virtual ~Duties() = default;
  // Whether `duty` is this worker's for `term` from before the call: nobody else had it, or
  // it was ours.  Where a store has one worker at a time every duty is its own.
  virtual Result<bool> TakeDuty(std::string_view duty, Millis term) = 0;
  // Somebody else may have it at once; nothing happens where it is not ours.
  virtual Status LeaveDuty(std::string_view duty) = 0;
};

}  // namespace utboks

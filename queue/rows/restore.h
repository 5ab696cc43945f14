// After a copy was put back.
#pragma once

#include "queue/rows/work.h"

namespace utboks::rows {

// Whatever could have been sent since the copy was made may have been: what is due or
// was being sent is in doubt, and what a person holds or the register rejected keeps
// its state and counts as unanswered.
Status DoubtAfterRestore(Work& work);

}  // namespace utboks::rows

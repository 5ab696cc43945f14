// What time does by itself: content, and then records, go.
#pragma once

#include "queue/rows/work.h"
#include "queue/store.h"

namespace utboks::rows {

// One step, as Desk::Purge says.  A step takes less than `most` where what it removes
// is large, for everybody waits while it is written.
Result<Desk::Purged> PurgeRows(Work& work, Millis content_after, Millis record_after,
                               bool feed_read, int most);

}  // namespace utboks::rows

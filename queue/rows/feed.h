// What the register's feedback does to the rows of a store (queue/feedback weighs it).
#pragma once

#include <cstdint>

#include "queue/feedback.h"
#include "queue/rows/work.h"

namespace utboks::rows {

Result<std::int64_t> ReadFeedPosition(Connection& db);
Result<bool> IsFeedLive(Connection& db, WallTime now);
Result<FeedbackApplied> ApplyFeedbackRows(Work& work, const FeedbackPage& page);

}  // namespace utboks::rows

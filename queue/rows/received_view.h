// What was put in by SQL and not looked at yet, seen as the messages they are to be.
#pragma once

#include <cstdint>
#include <vector>

#include "queue/message.h"
#include "queue/rows/connection.h"

namespace utboks::rows {

// They are younger than every message: their place in a list lies above any seq.
inline constexpr MessageSeq kReceivedFrom = MessageSeq{1} << 62;

// Newest first, as `filter` wants them.
Result<std::vector<MessageView>> ListReceived(Connection& db, const Filter& filter);
Result<bool> IsReceived(Connection& db, const Uuid& id);
// One or none.
Result<std::vector<MessageView>> FindReceived(Connection& db, const Uuid& id);
Result<std::int64_t> CountReceived(Connection& db);

}  // namespace utboks::rows

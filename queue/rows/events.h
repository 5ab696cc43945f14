// The history, read as the stream of events that it is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "queue/message.h"
#include "queue/rows/connection.h"
#include "queue/seal/seal.h"

namespace utboks::rows {

// Those after `after`, in order; of `message` alone where it is given.  `limit` 0: all.
Result<std::vector<EventView>> ListEvents(Connection& db, const Sealer& sealer, std::int64_t after,
                                          int limit, const std::optional<Uuid>& message);

}  // namespace utboks::rows

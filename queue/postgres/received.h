// What an agency has put in by SQL, in the order of its numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "queue/postgres/connection.h"
#include "queue/received.h"

namespace utboks::postgres {

// See Inbox::Received.  The caller has begun a transaction with one snapshot.
Result<std::vector<ReceivedRow>> ReadReceived(Connection& db, int most, std::int64_t most_bytes);

}  // namespace utboks::postgres

// Looking: everything that reads and changes nothing.
#pragma once

#include <string_view>
#include <vector>

#include "queue/message.h"
#include "queue/rows/connection.h"
#include "queue/seal/seal.h"

namespace utboks::rows {

Result<std::vector<MessageView>> ListMessages(Connection& db, const Sealer& sealer,
                                              const Filter& filter, WallTime now);
Result<std::vector<MessageView>> FindMessages(Connection& db, const Sealer& sealer,
                                              std::string_view id, bool by_reference, WallTime now);
Result<std::vector<AttemptView>> ListAttempts(Connection& db, const Sealer& sealer, const Uuid& id,
                                              bool with_answers);
Result<Overview> LookOver(Connection& db, WallTime now);

}  // namespace utboks::rows

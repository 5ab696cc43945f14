// How far those who are told of the history have confirmed it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "queue/receivers.h"
#include "queue/rows/work.h"

namespace utboks::rows {

Result<StreamName> ReadStreamName(Connection& db);
Result<Receiver> OpenReceiverRow(Work& work, std::string_view name);
Status ConfirmEventRows(Work& work, std::string_view name, std::int64_t from,
                        std::int64_t position);
Result<std::vector<Receiver>> ListReceiverRows(Connection& db);
Status MoveReceiverRow(Work& work, std::string_view name, std::int64_t position,
                       std::string_view actor);

}  // namespace utboks::rows

// Whether a store's file is an older copy of what was written beside it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "queue/base/status.h"
#include "queue/rows/connection.h"
#include "queue/rows/stamp.h"
#include "queue/sqlite/side_file.h"

namespace utboks::sqlite {

// How many rows of history and attempts there ever were: a claim writes an attempt
// alone, and after it a message may have been sent.  What is purged counts on, or the
// store would look older than the line beside it, which a death may leave as it was
// before the purge.  0 when there was none.
Result<std::int64_t> HowFar(rows::Connection& db);
// Is the store older than what was written beside it, or a copy?  Then messages in
// it may have been sent since.  `beside` must have been read before the store's
// transaction began, or a worker that commits makes it look older than it is.
Result<bool> IsOlderCopy(rows::Connection& db, const rows::Stamp& stamp,
                         const std::optional<Progress>& beside);
// What is then to be done; kConfig.
Status OlderCopy(const std::string& path);

}  // namespace utboks::sqlite

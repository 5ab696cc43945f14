// Brings a database to the schema this program needs.
#pragma once

#include <string>

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/sqlite/connection.h"

namespace utboks::sqlite {

enum class Schema { kNone, kOlder, kRight };

// Looks, changes nothing.  kNone: an empty database.  kConfig: newer than this
// program, another program's, or a migration that was altered.
Result<Schema> CheckSchema(Connection& db);

// What is to be done with Schema::kOlder where nobody asked to migrate; kOutdated.
Status OlderSchema(const std::string& path);

// Runs what is missing; the caller holds the store's lock and a transaction.
Status Migrate(Connection& db, WallTime now);

}  // namespace utboks::sqlite

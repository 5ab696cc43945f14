// Brings a database to the schema this program needs.
#pragma once

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/rows/schema.h"
#include "queue/sqlite/connection.h"

namespace utboks::sqlite {

using rows::Schema;

// Looks, changes nothing.  kNone: an empty database.  kConfig: newer than this
// program, another program's, or a migration that was altered.
Result<Schema> CheckSchema(Connection& db);

// Runs what is missing; the caller holds the store's lock and a transaction.
Status Migrate(Connection& db, WallTime now);

}  // namespace utboks::sqlite

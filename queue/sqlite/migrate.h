// Brings a database to the schema this program needs.
#pragma once

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/open_store.h"
#include "queue/rows/schema.h"
#include "queue/sqlite/connection.h"

namespace utboks::sqlite {

using rows::Schema;

// What this program knows.
std::vector<Migration> KnownMigrations(const StoreOptions& options);

// Looks, changes nothing.  kNone: an empty database.  kConfig: newer than this
// program, another program's, or a migration that was altered.
Result<Schema> CheckSchema(Connection& db, const std::vector<Migration>& known);

// Runs what is missing; the caller holds the store's lock and a transaction.
Status Migrate(Connection& db, const std::vector<Migration>& known, WallTime now);

}  // namespace utboks::sqlite

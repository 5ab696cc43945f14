// Brings the schema `utboks` of a database to what this program needs.
#pragma once

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/open_store.h"
#include "queue/postgres/connection.h"
#include "queue/rows/schema.h"

namespace utboks::postgres {

using rows::Schema;

// What this program knows.
std::vector<Migration> KnownMigrations(const StoreOptions& options);

// Looks, changes nothing.  kNone: the schema is not there, or has no tables.  kConfig:
// newer than this program, another program's, or a migration that was altered.
Result<Schema> CheckSchema(Connection& db, const std::vector<Migration>& known);

// In the caller's transaction: whoever else migrates waits until it ends.
Status AwaitMigrations(Connection& db);
// Runs what is missing, after AwaitMigrations.
Status Migrate(Connection& db, const std::vector<Migration>& known, WallTime now);

}  // namespace utboks::postgres

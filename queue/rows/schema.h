// Which migrations a database has, and what is missing.
#pragma once

#include <string>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/migrations/migrations.h"
#include "queue/rows/connection.h"

namespace utboks::rows {

enum class Schema { kNone, kOlder, kRight };

// Of a database with the table `migration`; looks, changes nothing.  kConfig: newer than
// this program, or a migration that was altered.
Result<Schema> CheckMigrations(Connection& db, const std::vector<Migration>& ours);

// What is to be done with Schema::kOlder where nobody asked to migrate; kOutdated.
Status OlderSchema(const std::string& path);

// Runs those that are missing; the caller has begun a transaction, in which nobody else
// does the same, and made the table.
Status RunMigrations(Connection& db, const std::vector<Migration>& ours, WallTime now);

}  // namespace utboks::rows

// Which migrations a database has, and what is missing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/migrations/migrations.h"
#include "queue/rows/connection.h"

namespace utboks::rows {

enum class Schema { kNone, kOlder, kRight };

// How many migrations a program must know to work on a store that has `number`, which runs
// `sql`: what that says of it (migrations.h), or `number` itself.
std::size_t NeedsToKnow(std::string_view sql, std::size_t number);

// The most of that over all of `ours`.
std::size_t NeedsToKnow(const std::vector<Migration>& ours);

// Of a database with the table `migration`; looks, changes nothing.  kRight also where it has
// newer ones that we can live with.  kSuperseded: one that we cannot.  kConfig: a migration
// that was altered.
Result<Schema> CheckMigrations(Connection& db, const std::vector<Migration>& ours);

// Why a program that knows `ours` migrations may not work on; kSuperseded.
Status NewerSchema(std::size_t number, std::size_t ours);

// What is to be done with Schema::kOlder where nobody asked to migrate; kOutdated.
Status OlderSchema(const std::string& path);

// Runs those that are missing; the caller has begun a transaction, in which nobody else
// does the same, and made the table.
Status RunMigrations(Connection& db, const std::vector<Migration>& ours, WallTime now);

}  // namespace utboks::rows

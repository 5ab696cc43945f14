#include "queue/sqlite/migrate.h"

#include <fmt/format.h>

#include "queue/migrations/migrations.h"

namespace utboks::sqlite {
namespace {

// "utbo": another program's database is never taken for ours.
constexpr std::int64_t kApplicationId = 0x7574626f;

Result<std::int64_t> Single(Connection& db, const char* sql) {
  Query q = db.Prepare(sql);
  const std::int64_t value = q.Step() ? q.Int(0) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return value;
}

}  // namespace

std::vector<Migration> KnownMigrations(const StoreOptions& options) {
  std::vector<Migration> known = SqliteMigrations();
  known.insert(known.end(), options.later.begin(), options.later.end());
  return known;
}

Result<Schema> CheckSchema(Connection& db, const std::vector<Migration>& known) {
  const Result<std::int64_t> application = Single(db, "PRAGMA application_id");
  if (!application.ok()) return application.status();
  const Result<std::int64_t> tables = Single(db, "SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  if (*tables == 0) return Schema::kNone;
  if (*application != kApplicationId) {
    return Status(Code::kConfig,
                  "the database is another program's, not an outbox; check [outbox] store");
  }
  return rows::CheckMigrations(db, known);
}

Status Migrate(Connection& db, const std::vector<Migration>& known, WallTime now) {
  UTBOKS_RETURN_IF_ERROR(db.RunScript(
      "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
      " checksum BLOB NOT NULL, applied INTEGER NOT NULL) STRICT"));
  UTBOKS_RETURN_IF_ERROR(rows::RunMigrations(db, known, now));
  // Whoever writes sees by the version whether it may go on.
  return db.RunScript(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                  kApplicationId, rows::NeedsToKnow(known)));
}

}  // namespace utboks::sqlite

#include "queue/sqlite/migrate.h"

#include <fmt/format.h>

#include <string>

#include "queue/migrations/migrations.h"
#include "queue/seal/seal.h"

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

Result<Schema> CheckSchema(Connection& db) {
  const Result<std::int64_t> application = Single(db, "PRAGMA application_id");
  if (!application.ok()) return application.status();
  const Result<std::int64_t> tables = Single(db, "SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  if (*tables == 0) return Schema::kNone;
  if (*application != kApplicationId) {
    return Status(Code::kConfig,
                  "the database is another program's, not an outbox; check [outbox] store");
  }
  std::size_t have = 0;
  Query q = db.Prepare("SELECT number, checksum FROM migration ORDER BY number");
  while (q.Step()) {
    const auto number = static_cast<std::size_t>(q.Int(0));
    if (number > SqliteMigrations().size()) {
      return Status(Code::kConfig,
                    fmt::format("the store's schema ({}) is newer than this program's ({}); use "
                                "the program that migrated it",
                                number, SqliteMigrations().size()));
    }
    if (number != have + 1) {
      return Status(Code::kConfig,
                    fmt::format("the store does not say that it has migration {}; use the program "
                                "that made the store",
                                SqliteMigrations()[have].name));
    }
    const Digest sum = Sha256(SqliteMigrations()[number - 1].sql);
    if (q.Blob(1) != BytesOf(sum)) {
      return Status(Code::kConfig,
                    fmt::format("migration {} of the store is not the one this program knows; use "
                                "the program that made the store",
                                SqliteMigrations()[number - 1].name));
    }
    have = number;
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  return have == SqliteMigrations().size() ? Schema::kRight : Schema::kOlder;
}

Status OlderSchema(const std::string& path) {
  return Status(Code::kOutdated,
                fmt::format("store {} has an older schema; `utboks migrate` brings it up", path));
}

Status Migrate(Connection& db, WallTime now) {
  UTBOKS_RETURN_IF_ERROR(db.RunScript(
      "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
      " checksum BLOB NOT NULL, applied INTEGER NOT NULL) STRICT"));
  const Result<std::int64_t> have = Single(db, "SELECT max(number) FROM migration");
  if (!have.ok()) return have.status();
  for (auto number = static_cast<std::size_t>(*have) + 1; number <= SqliteMigrations().size();
       ++number) {
    const Migration& migration = SqliteMigrations()[number - 1];
    UTBOKS_RETURN_IF_ERROR(db.RunScript(std::string(migration.sql)));
    const Digest sum = Sha256(migration.sql);
    Query q = db.Prepare(
        "INSERT INTO migration (number, name, checksum, applied)"
        " VALUES (?, ?, ?, ?)");
    q.Bind(static_cast<std::int64_t>(number)).BindText(migration.name).BindBlob(sum);
    q.Bind(ToMillis(now));
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  return db.RunScript(fmt::format("PRAGMA application_id = {}", kApplicationId));
}

}  // namespace utboks::sqlite

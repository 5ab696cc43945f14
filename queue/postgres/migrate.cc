#include "queue/postgres/migrate.h"

#include "queue/migrations/migrations.h"

namespace utboks::postgres {
namespace {

// "utboks": an advisory lock's number is the whole database's.
constexpr std::int64_t kMigrationLock = 0x7574626f6b73;

}  // namespace

Result<Schema> CheckSchema(Connection& db) {
  bool tables = false, ours = false;
  {
    Query q = db.Prepare(
        "SELECT to_regclass('utboks.migration') IS NOT NULL,"
        " EXISTS (SELECT 1 FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'utboks' AND c.relkind = 'r')");
    if (q.Step()) {
      ours = q.Bool(0);
      tables = q.Bool(1);
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  if (!tables) return Schema::kNone;
  if (!ours) {
    return Status(Code::kConfig,
                  "the database has a schema utboks that is another program's; give the outbox a "
                  "database of its own ([outbox] store)");
  }
  return rows::CheckMigrations(db, PostgresMigrations());
}

Status AwaitMigrations(Connection& db) {
  Query q = db.Prepare("SELECT pg_advisory_xact_lock(?)");
  q.Bind(kMigrationLock);
  return q.Run();
}

Status Migrate(Connection& db, WallTime now) {
  UTBOKS_RETURN_IF_ERROR(db.RunScript(
      "CREATE SCHEMA IF NOT EXISTS utboks;"
      "CREATE TABLE IF NOT EXISTS utboks.migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL,"
      " checksum BYTEA NOT NULL, applied BIGINT NOT NULL)"));
  return rows::RunMigrations(db, PostgresMigrations(), now);
}

}  // namespace utboks::postgres

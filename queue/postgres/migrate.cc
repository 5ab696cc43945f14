#include "queue/postgres/migrate.h"

#include "queue/migrations/migrations.h"

namespace utboks::postgres {
namespace {

// "utboks": an advisory lock's number is the whole database's.
constexpr std::int64_t kMigrationLock = 0x7574626f6b73;

// Until our transaction ends nobody begins to write, and whoever writes has ended: else they
// could wait for us, and we for them.
Status StopWriters(Connection& db) {
  bool any = false;
  {
    Query q = db.Prepare("SELECT to_regclass('utboks.turn') IS NOT NULL");
    any = q.Step() && q.Bool(0);
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  return any ? db.Run("LOCK TABLE turn IN ACCESS EXCLUSIVE MODE") : Status();
}

}  // namespace

std::vector<Migration> KnownMigrations(const StoreOptions& options) {
  std::vector<Migration> known = PostgresMigrations();
  known.insert(known.end(), options.later.begin(), options.later.end());
  return known;
}

Result<Schema> CheckSchema(Connection& db, const std::vector<Migration>& known) {
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
  return rows::CheckMigrations(db, known);
}

Status AwaitMigrations(Connection& db) {
  Query q = db.Prepare("SELECT pg_advisory_xact_lock(?)");
  q.Bind(kMigrationLock);
  return q.Run();
}

Status Migrate(Connection& db, const std::vector<Migration>& known, WallTime now) {
  UTBOKS_RETURN_IF_ERROR(db.RunScript(
      "CREATE SCHEMA IF NOT EXISTS utboks;"
      "CREATE TABLE IF NOT EXISTS utboks.migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL,"
      " checksum BYTEA NOT NULL, applied BIGINT NOT NULL)"));
  UTBOKS_RETURN_IF_ERROR(StopWriters(db));
  UTBOKS_RETURN_IF_ERROR(rows::RunMigrations(db, known, now));
  // Whoever works with it sees it at its next turn.
  Query q = db.Prepare("UPDATE turn SET needs = ?");
  q.Bind(rows::NeedsToKnow(known));
  return q.Run();
}

}  // namespace utboks::postgres

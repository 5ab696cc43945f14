#include "queue/rows/schema.h"

#include <fmt/format.h>

#include "queue/seal/seal.h"

namespace utboks::rows {

Result<Schema> CheckMigrations(Connection& db, const std::vector<Migration>& ours) {
  std::size_t have = 0;
  Query q = db.Prepare("SELECT number, checksum FROM migration ORDER BY number");
  while (q.Step()) {
    const auto number = static_cast<std::size_t>(q.Int(0));
    if (number > ours.size()) {
      return Status(Code::kConfig,
                    fmt::format("the store's schema ({}) is newer than this program's ({}); use "
                                "the program that migrated it",
                                number, ours.size()));
    }
    if (number != have + 1) {
      return Status(Code::kConfig,
                    fmt::format("the store does not say that it has migration {}; use the program "
                                "that made the store",
                                ours[have].name));
    }
    const Digest sum = Sha256(ours[number - 1].sql);
    if (q.Blob(1) != BytesOf(sum)) {
      return Status(Code::kConfig,
                    fmt::format("migration {} of the store is not the one this program knows; use "
                                "the program that made the store",
                                ours[number - 1].name));
    }
    have = number;
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  return have == ours.size() ? Schema::kRight : Schema::kOlder;
}

Status OlderSchema(const std::string& path) {
  return Status(Code::kOutdated,
                fmt::format("store {} has an older schema; `utboks migrate` brings it up", path));
}

Status RunMigrations(Connection& db, const std::vector<Migration>& ours, WallTime now) {
  std::int64_t have = 0;
  {
    Query q = db.Prepare("SELECT max(number) FROM migration");
    if (q.Step() && !q.IsNull(0)) have = q.Int(0);
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (auto number = static_cast<std::size_t>(have) + 1; number <= ours.size(); ++number) {
    const Migration& migration = ours[number - 1];
    UTBOKS_RETURN_IF_ERROR(db.RunScript(std::string(migration.sql)));
    const Digest sum = Sha256(migration.sql);
    Query q = db.Prepare(
        "INSERT INTO migration (number, name, checksum, applied)"
        " VALUES (?, ?, ?, ?)");
    q.Bind(static_cast<std::int64_t>(number)).BindText(migration.name).BindBlob(sum);
    q.Bind(ToMillis(now));
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  return Status();
}

}  // namespace utboks::rows

#include "queue/rows/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "queue/seal/seal.h"

namespace utboks::rows {
namespace {

constexpr std::string_view kLivesWith = "-- lives with: ";

}  // namespace

std::size_t NeedsToKnow(std::string_view sql, std::size_t number) {
  if (!sql.starts_with(kLivesWith)) return number;
  sql.remove_prefix(kLivesWith.size());
  std::size_t least = 0;
  const auto [end, error] = std::from_chars(sql.data(), sql.data() + sql.size(), least);
  const bool whole = error == std::errc() && (end == sql.data() + sql.size() || *end == '\n');
  return whole && least > 0 && least < number ? least : number;
}

std::size_t NeedsToKnow(const std::vector<Migration>& ours) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    most = std::max(most, NeedsToKnow(ours[i].sql, i + 1));
  }
  return most;
}

Result<Schema> CheckMigrations(Connection& db, const std::vector<Migration>& ours) {
  std::size_t have = 0, newest = 0;
  {
    Query q = db.Prepare("SELECT number, checksum FROM migration ORDER BY number");
    while (q.Step()) {
      newest = static_cast<std::size_t>(q.Int(0));
      if (newest > ours.size()) continue;
      if (newest != have + 1) {
        return Status(Code::kConfig,
                      fmt::format("the store does not say that it has migration {}; use the "
                                  "program that made the store",
                                  ours[have].name));
      }
      const Digest sum = Sha256(ours[have].sql);
      if (q.Blob(1) != BytesOf(sum)) {
        return Status(Code::kConfig,
                      fmt::format("migration {} of the store is not the one this program knows; "
                                  "use the program that made the store",
                                  ours[have].name));
      }
      have = newest;
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  if (newest <= ours.size()) return have == ours.size() ? Schema::kRight : Schema::kOlder;
  // Who has newer ones has all of ours, also the one that made this column.
  if (have < ours.size()) return NewerSchema(newest, ours.size());
  Query q = db.Prepare("SELECT 1 FROM migration WHERE coalesce(needs, number) > ? LIMIT 1");
  q.Bind(ours.size());
  const bool without_us = q.Step();
  UTBOKS_RETURN_IF_ERROR(q.status());
  return without_us ? Result<Schema>(NewerSchema(newest, ours.size())) : Schema::kRight;
}

Status NewerSchema(std::size_t number, std::size_t ours) {
  return Status(Code::kSuperseded,
                fmt::format("the store's schema ({}) is newer than this program's ({}), which may "
                            "not work on with it; use the program that migrated it",
                            number, ours));
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
    const std::size_t needs = NeedsToKnow(migration.sql, number);
    if (needs == number) continue;
    Query told = db.Prepare("UPDATE migration SET needs = ? WHERE number = ?");
    told.Bind(needs).Bind(number);
    UTBOKS_RETURN_IF_ERROR(told.Run());
  }
  return Status();
}

}  // namespace utboks::rows

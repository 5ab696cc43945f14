#include "queue/open_store.h"

#include <fmt/format.h>

#include "queue/postgres/look.h"
#include "queue/postgres/postgres_store.h"
#include "queue/sqlite/look.h"
#include "queue/sqlite/sqlite_store.h"

namespace utboks {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kInMemory = "sqlite::memory:";

Status NoSuchStore() {
  return Status(Code::kConfig,
                "[outbox] store is neither sqlite:PATH nor postgresql://USER@HOST/DATABASE");
}

bool IsPostgres(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

}  // namespace

bool TakesSql(std::string_view url) {
  return IsPostgres(url);
}

std::string StorePath(std::string_view url) {
  if (!url.starts_with(kSqlite)) return {};
  return std::string(url.substr(kSqlite.size()));
}

std::string KeyFilePath(std::string_view url, const std::string& key_file) {
  if (url == kInMemory) return {};
  if (IsPostgres(url)) return key_file;
  return key_file.empty() ? StorePath(url) + ".keys" : key_file;
}

Result<std::unique_ptr<Store>> OpenStore(const StoreOptions& options) {
  if (options.url.starts_with(kSqlite)) return sqlite::SqliteStore::Open(options);
  if (IsPostgres(options.url)) return postgres::PostgresStore::Open(options);
  return NoSuchStore();
}

StoreReport LookAtStore(const StoreOptions& options) {
  if (options.url == kInMemory) return StoreReport{};
  if (options.url.starts_with(kSqlite)) return sqlite::LookAtFile(options);
  if (IsPostgres(options.url)) return postgres::LookAtServer(options);
  StoreReport report;
  report.opens = NoSuchStore();
  return report;
}

}  // namespace utboks

#include "queue/open_store.h"

#include <fmt/format.h>

#include "queue/sqlite/sqlite_store.h"

namespace utboks {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

}  // namespace

std::string StorePath(std::string_view url) {
  if (!url.starts_with(kSqlite)) return {};
  return std::string(url.substr(kSqlite.size()));
}

Result<std::unique_ptr<Store>> OpenStore(const StoreOptions& options) {
  if (options.url.starts_with(kSqlite)) return sqlite::SqliteStore::Open(options);
  return Status(Code::kConfig,
                "[outbox] store is neither sqlite:PATH nor sqlite::memory:; other stores are not "
                "in this version");
}

}  // namespace utboks

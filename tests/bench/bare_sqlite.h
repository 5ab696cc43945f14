// SQLite by hand, for the bare loops: one connection with the store's pragmas, and
// statements that are prepared once.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace utboks::bench::bare {

struct Null {};

struct Sqlite {
  explicit Sqlite(const std::string& path) {
    if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
            SQLITE_OK ||
        sqlite3_exec(db,
                     "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000;"
                     "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -32000;"
                     "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0",
                     nullptr, nullptr, nullptr) != SQLITE_OK)
      std::abort();
  }
  ~Sqlite() { sqlite3_close_v2(db); }
  sqlite3* db = nullptr;
};

struct Statement {
  Statement(Sqlite& sqlite, const char* sql) {
    if (sqlite3_prepare_v2(sqlite.db, sql, -1, &at, nullptr) != SQLITE_OK) std::abort();
  }
  ~Statement() { sqlite3_finalize(at); }
  // Runs to the first row or the end; whoever reads a row calls Done after it.
  template <typename... Values>
  bool Row(const Values&... values) {
    int nr = 0;
    (Bind(++nr, values), ...);
    const int code = sqlite3_step(at);
    if (code != SQLITE_ROW && code != SQLITE_DONE) std::abort();
    return code == SQLITE_ROW;
  }
  void Done() { sqlite3_reset(at); }
  bool Next() { return sqlite3_step(at) == SQLITE_ROW; }
  template <typename... Values>
  void Run(const Values&... values) {
    Row(values...), Done();
  }
  std::int64_t Int(int column) { return sqlite3_column_int64(at, column); }

  std::string_view Blob(int column) {
    return {static_cast<const char*>(sqlite3_column_blob(at, column)),
            static_cast<std::size_t>(sqlite3_column_bytes(at, column))};
  }
  void Bind(int nr, std::int64_t value) { sqlite3_bind_int64(at, nr, value); }
  void Bind(int nr, Null) { sqlite3_bind_null(at, nr); }
  void Bind(int nr, const char* text) { sqlite3_bind_text(at, nr, text, -1, SQLITE_STATIC); }
  void Bind(int nr, std::string_view blob) {
    sqlite3_bind_blob(at, nr, blob.data(), static_cast<int>(blob.size()), SQLITE_STATIC);
  }
  sqlite3_stmt* at = nullptr;
};

}  // namespace utboks::bench::bare

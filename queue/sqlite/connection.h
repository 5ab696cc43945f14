// SQLite, made safe to use: one connection, its cached statements, its errors as
// Status.  The only code (with vfs and lock beside it) that calls SQLite.
//
// A Connection belongs to one thread at a time.  Statements live as long as
// their connection and are reset when the Query that uses them goes.
#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "queue/base/status.h"

namespace utboks::sqlite {

class Connection;

// One run of a statement.  Bind in order, then Step; a failure is kept and comes
// back from every later call, so that a caller may look once, at the end.
class Query {
 public:
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;
  ~Query();

  template <std::integral T>
  Query& Bind(T value) {
    return BindInt(static_cast<std::int64_t>(value));
  }
  Query& Bind(double value);
  // Text and blobs are not copied: they must live until the query is done.
  Query& BindText(std::string_view value);
  Query& BindBlob(std::string_view value);
  Query& BindBlob(std::span<const std::uint8_t> value);
  Query& Bind(std::optional<std::int64_t> value);
  Query& BindNull();

  // True when there is a row.  False at the end and on failure: see status().
  bool Step();
  // Runs to the end.
  Status Run();
  // Again from the start, for other values.
  void Reset();
  const Status& status() const { return status_; }

  std::int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }
  bool Bool(int column) const { return Int(column) != 0; }
  double Real(int column) const { return sqlite3_column_double(statement_, column); }
  std::string_view Text(int column) const;  // until the next Step
  std::string_view Blob(int column) const;  // until the next Step
  bool IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::optional<std::int64_t> MaybeInt(int column) const {
    return IsNull(column) ? std::nullopt : std::optional(Int(column));
  }

 private:
  friend class Connection;
  Query& BindInt(std::int64_t value);
  Query(Connection* connection, sqlite3_stmt* statement, Status status)
      : connection_(connection), statement_(statement), status_(std::move(status)) {}
  void Note(int code);

  Connection* connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  Status status_;
};

struct OpenSettings {
  std::string path;  // ":memory:" lives in this connection alone
  std::string vfs;   // "" = the system's
  bool create = false;
  bool read_only = false;
  // With read_only: the caller vouches that nobody changes the file meanwhile.  Nothing
  // is locked then, and no file is made beside it.
  bool unchanging = false;
};

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> Open(const OpenSettings& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `sql` must be a literal: its address is the statement's name in the cache.
  Query Prepare(const char* sql);
  Status Run(const char* sql);
  // Several statements at once, not cached.
  Status RunScript(const std::string& script);
  std::int64_t LastRowId() const { return sqlite3_last_insert_rowid(db_); }
  std::int64_t Changes() const { return sqlite3_changes64(db_); }
  // Rows inserted, changed or deleted since it was opened.
  std::int64_t TotalChanges() const { return sqlite3_total_changes64(db_); }
  // Its close leaves the write-ahead log to the next connection.
  void KeepLogOnClose() { sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }
  bool InTransaction() const { return sqlite3_get_autocommit(db_) == 0; }
  sqlite3* raw() { return db_; }

  // What SQLite's code means for the caller; names the file, never a value.
  Status Explain(int code) const;

 private:
  Connection(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}

  sqlite3* db_;
  std::string path_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

}  // namespace utboks::sqlite

// SQLite, made safe to use: one connection, its cached statements, its errors as
// Status.  The only code (with vfs and lock beside it) that calls SQLite.
//
// A Connection belongs to one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "queue/base/status.h"
#include "queue/rows/connection.h"

namespace utboks::sqlite {

struct OpenSettings {
  std::string path;  // ":memory:" lives in this connection alone
  std::string vfs;   // "" = the system's
  bool create = false;
  bool read_only = false;
  // With read_only: the caller vouches that nobody changes the file meanwhile.  Nothing
  // is locked then, and no file is made beside it.
  bool unchanging = false;
};

using rows::Query;
using rows::Serial;

class Connection final : public rows::Connection {
 public:
  static Result<std::unique_ptr<Connection>> Open(const OpenSettings& settings);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool far() const override { return false; }
  Query Prepare(const char* sql) override;
  // The number is SQLite's to give: NULL is bound for it.
  Query PrepareNew(Serial serial, const char* sql) override;
  std::int64_t NewId() const override { return sqlite3_last_insert_rowid(db_); }
  Result<std::int64_t> LastId(Serial serial) override;
  // SQLite counts by itself.
  void InsertedId(Serial /*serial*/, std::int64_t /*id*/) override {}
  Status MovedToId(Serial serial, std::int64_t id) override;

  // Several statements at once, not cached.
  Status RunScript(const std::string& script) override;
  // Rows inserted, changed or deleted since it was opened.
  std::int64_t TotalChanges() const { return sqlite3_total_changes64(db_); }
  // Its close leaves the write-ahead log to the next connection.
  void KeepLogOnClose() { sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }
  bool InTransaction() const { return sqlite3_get_autocommit(db_) == 0; }
  sqlite3* raw() { return db_; }

  // What SQLite's code means for the caller; names the file, never a value.
  Status Explain(int code) const;

 private:
  class Prepared;

  Connection(sqlite3* db, std::string path);

  sqlite3* db_;
  std::string path_;
  std::unordered_map<const char*, std::unique_ptr<Prepared>> statements_;
};

}  // namespace utboks::sqlite

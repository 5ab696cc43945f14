// The Store on SQLite: one database file on a local disk, or one in memory.
//
// Writes go through one Writer, under the store's lock; reads take a connection of their
// own from a small pool.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "queue/open_store.h"
#include "queue/rows/row_store.h"
#include "queue/sqlite/connection.h"
#include "queue/sqlite/side_file.h"
#include "queue/sqlite/sqlite_turn.h"
#include "queue/sqlite/store_lock.h"

namespace utboks::sqlite {

class SqliteStore final : public rows::RowStore {
 public:
  static Result<std::unique_ptr<Store>> Open(const StoreOptions& options);
  ~SqliteStore() override;

  Status Backup(const std::string& path) override;
  // There is one worker.
  Result<bool> TakeDuty(std::string_view /*duty*/, Millis /*term*/) override { return true; }
  Status LeaveDuty(std::string_view /*duty*/) override { return Status(); }
  // The file is ours alone: nobody puts in by SQL.
  Result<std::vector<ReceivedRow>> Received(int /*most*/, std::int64_t /*most_bytes*/) override {
    return std::vector<ReceivedRow>();
  }

 private:
  explicit SqliteStore(const StoreOptions& options);

  Status ReadIn(const Reading& reading) override;
  WallTime Now() const override { return clock_.Wall(); }
  WallTime Now(rows::Connection& /*db*/) const override { return clock_.Wall(); }
  Status CheckRoom() const override;
  // One worker has the store at a time, and this one has just begun.
  rows::DeadLeases WhichAreDead() override { return {}; }

  Status OpenFile(const StoreOptions& options);
  Status OpenMemory(const StoreOptions& options);
  // Writes a fresh store's stamp, or finds that it is the right one.
  Status TakeStamp(Connection& db, const StoreOptions& options, const StoreKeys& keys, bool fresh);
  Status GuardRestore(Connection& db, const StoreOptions& options);
  // The first line of the side file, or the first of a new epoch, made durable.
  Status BeginSideFile(Connection& db);
  std::unique_ptr<rows::Turn> TurnOn(std::unique_ptr<Connection> db, std::size_t known);
  Status CopyTo(const std::string& path);  // makes the file
  void AfterCommit(Connection& db);
  bool ChangedElsewhere() override;
  bool in_memory() const { return path_ == ":memory:"; }

  Result<std::unique_ptr<Connection>> BorrowReader();
  Result<std::unique_ptr<Connection>> OpenReader() const;
  void ReturnReader(std::unique_ptr<Connection> reader);  // nullptr: there is one less

  const std::string path_;
  const std::string vfs_;
  const std::uint64_t min_free_;
  std::string store_id_;
  std::int64_t epoch_ = 0;
  StoreLock lock_;
  WorkerLock worker_lock_;
  SideFile side_file_;

  std::mutex readers_mutex_;
  std::condition_variable reader_returned_;
  std::vector<std::unique_ptr<Connection>> readers_;  // idle; guarded by readers_mutex_
  int readers_open_ = 0;                              // guarded by readers_mutex_

  std::int64_t seen_data_version_ = -1;  // of ChangedElsewhere alone
  std::unique_ptr<Connection> watch_;    // likewise

  std::int64_t rows_changed_ = 0;  // as of the last commit; the writer's thread alone
};

}  // namespace utboks::sqlite

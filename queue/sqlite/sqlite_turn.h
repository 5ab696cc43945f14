// A turn to write a SQLite store: its lock, and a transaction on its one writing
// connection.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "queue/rows/turn.h"
#include "queue/sqlite/connection.h"
#include "queue/sqlite/store_lock.h"

namespace utboks::sqlite {

class SqliteTurn final : public rows::Turn {
 public:
  // `known`: how many migrations this program knows; a store that needs more is not written
  // to.  `committed` is called after each commit, still under the lock.
  SqliteTurn(std::unique_ptr<Connection> connection, StoreLock& lock, std::size_t known,
             std::function<void(Connection&)> committed);

  Status Begin() override;
  rows::Connection& db() override { return *connection_; }
  bool Stands() override { return connection_->InTransaction(); }
  Status End(bool commit) override;
  void Close() override;

 private:
  Status BeginToWrite();
  Status Finish(bool commit);

  std::unique_ptr<Connection> connection_;
  StoreLock& lock_;
  const std::size_t known_;
  const std::function<void(Connection&)> committed_;
};

}  // namespace utboks::sqlite

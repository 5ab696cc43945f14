// The Store on PostgreSQL (13 and newer), in the schema `utboks` of its database: any
// number of workers and commands, on any hosts.
//
// Writes go through one Writer, in turns; reads take a connection of their own from a
// small pool.  Times are the server's.  What this worker has claimed is its own for as
// long as the lease says; a worker keeps its name over a restart and takes its own back
// at once.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "queue/open_store.h"
#include "queue/postgres/connection.h"
#include "queue/postgres/postgres_turn.h"
#include "queue/rows/row_store.h"

namespace utboks::postgres {

class PostgresStore final : public rows::RowStore {
 public:
  static Result<std::unique_ptr<Store>> Open(const StoreOptions& options);
  ~PostgresStore() override;

  // As the others see time: what it says of later is by this process's clock.
  Result<Claimed> Claim(std::span<const Room> room, int free_senders) override;
  Result<HeadTurn> ClaimHead(std::string_view ressurs) override;
  Result<int> RecoverDead() override;
  // Takes back also what a worker that is gone was sending.
  Result<std::vector<AlarmChange>> Tick() override;
  // Also of those who wrote long ago and do no more.
  Result<Purged> Purge(Millis content_after, Millis record_after, bool feed_read,
                       int most) override;
  Result<bool> TakeDuty(std::string_view duty, Millis term) override;
  Status LeaveDuty(std::string_view duty) override;
  Result<std::vector<ReceivedRow>> Received(int most, std::int64_t most_bytes) override;
  // kUsage: PostgreSQL's own means copy a database of PostgreSQL.
  Status Backup(const std::string& path) override;

 private:
  explicit PostgresStore(const StoreOptions& options);

  Status ReadIn(const Reading& reading) override;
  Status ReadOnce(const Reading& reading, bool& lost);
  WallTime Now() const override { return clock_.Wall() + Millis(ahead_.load()); }
  WallTime Now(rows::Connection& db) const override { return static_cast<Connection&>(db).now(); }
  // How much room a server has is not ours to see; it says so when it is full.
  Status CheckRoom() const override { return Status(); }
  bool ChangedElsewhere() override;
  rows::DeadLeases WhichAreDead() override;
  Result<bool> HasExpired();
  // A worker's name is its own while its connection lives, and has to be taken anew with the
  // next one.  kBusy: another has it.
  Status KeepName();

  Status Prepare(Connection& db, const StoreOptions& options);
  // A backup was put back: what may have been sent since it was made is in doubt.
  Status MarkRestored();
  Status TakeStamp(Connection& db, const StoreOptions& options, const StoreKeys& keys, bool fresh);
  // What a connection that takes a lost one's place must find.
  Status CheckSame(Connection& db) const;
  WallTime Ours(WallTime theirs) const { return theirs - Millis(ahead_.load()); }

  Result<std::unique_ptr<Connection>> BorrowReader();
  void ReturnReader(std::unique_ptr<Connection> reader);  // nullptr: there is one less

  const std::string url_, name_, worker_;
  Clock* const own_times_;  // nullptr: the server's
  std::string store_id_;
  std::int64_t epoch_ = 0;
  std::atomic<std::int64_t> ahead_{0};  // the server's clock of ours, in milliseconds
  std::atomic<int> writer_pid_{0};
  std::atomic<bool> recovered_{false};  // its own of a former life

  std::mutex readers_mutex_;
  std::condition_variable reader_returned_;
  std::vector<std::unique_ptr<Connection>> readers_;  // idle; guarded by readers_mutex_
  int readers_open_ = 0;                              // guarded by readers_mutex_

  bool as_worker_ = false;
  std::mutex presence_mutex_;
  std::unique_ptr<Connection> presence_;  // holds this worker's name; guarded by presence_mutex_
  std::unique_ptr<Connection> watch_;     // of ChangedElsewhere alone
  SteadyTime watch_again_{};              // likewise
};

}  // namespace utboks::postgres

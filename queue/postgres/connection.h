// PostgreSQL, made safe to use: one connection in pipeline mode, its cached statements,
// its errors as Status.  The only code that calls libpq.
//
// What is run without looking at its outcome waits in the pipeline until something is
// read, or the transaction ends: many statements cost one way there and back.  After a
// failure all that follows in the transaction fails with it.
//
// A Connection belongs to one thread at a time.  No call waits longer than the limits
// of Open: a server that does not answer counts as gone.
#pragma once

#include <libpq-fe.h>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/postgres/prepared.h"
#include "queue/rows/connection.h"

namespace utboks::postgres {

using rows::Query;
using rows::Serial;

// The rows of `turn`, by Serial.
using LastIds = std::array<std::int64_t, 4>;

class Connection final : public rows::Connection {
 public:
  // `url` is [outbox] store; libpq reads it, and what it names (a password file, a root
  // certificate).  `search_path` is the store's schema from now on.  kBusy: the server does
  // not answer, or takes nobody in now; kConfig: it refuses us, or the URL says nothing.
  static Result<std::unique_ptr<Connection>> Open(const std::string& url);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool far() const override { return true; }
  Query Prepare(const char* sql) override;
  Query PrepareNew(Serial serial, const char* sql) override;
  std::int64_t NewId() const override { return new_id_; }
  Result<std::int64_t> LastId(Serial serial) override { return At(serial); }
  void InsertedId(Serial serial, std::int64_t id) override { At(serial) = id; }
  Status MovedToId(Serial serial, std::int64_t id) override;
  Status RunScript(const std::string& script) override;

  // Waits for all that is under way; afterwards statements are taken again where one had
  // failed, though its transaction is not.  The first failure since the last Sync.
  Status Sync();
  // Takes back what stands of a transaction.  A connection whose server refuses even that
  // is given up: nothing else could ever be begun on it.
  void TakeBack();
  // What waits goes out, and nobody waits for what comes of it: its failure comes back from a
  // later call.
  Status Push() { return Flush(); }
  // The first failure since the last Sync, as far as it is known.
  const Status& failure() const { return failure_; }
  // The connection is gone, and with it its transaction.
  bool lost() const { return lost_; }
  // Rows changed by what has been read of it so far are not counted; this is whether
  // anything that could change one was run since ForgetChanges.
  bool changes() const { return changes_; }
  void ForgetChanges() { changes_ = false; }
  // What the last statement that was waited for said it did, "COMMIT" or "ROLLBACK".
  const std::string& last_command() const { return last_command_; }

  LastIds& ids() { return ids_; }
  // The time of the transaction that stands, by the clock whose times the store keeps.
  WallTime now() const { return now_; }
  void set_now(WallTime now) { now_ = now; }

  // For one that has lain idle; waits for nothing.
  bool IsAlive();
  // Who notified what is listened for since the last call, other than `own_pid`; waits for
  // nothing.
  bool Notified(int own_pid);
  int backend_pid() const { return PQbackendPID(db_); }
  int server_version() const { return PQserverVersion(db_); }

 private:
  friend class Prepared;
  // What is under way, in the order of sending.
  struct Pending {
    Prepared* statement = nullptr;  // nullptr: the point up to which a failure skips
    bool preparing = false;         // its preparation, not a run of it
    bool keep = false;              // its rows are wanted
    std::int64_t expected = -1;
    const char* otherwise = nullptr;
  };

  Connection(PGconn* db, std::string name);

  std::int64_t& At(Serial serial) { return ids_[static_cast<std::size_t>(serial)]; }
  Status Send(Prepared& statement, Pending pending);
  // Takes results until nothing is under way.
  Status TakeAll();
  Status Take(const Pending& pending);
  Status TakePoint();
  // What waits goes out, with a point behind it: a server that has come to it knows that it
  // waits for us, and for how long.
  Status Flush();
  // Until a result can be had without waiting.
  Status AwaitResult();
  // For the socket; `write` as well as to read.
  Status AwaitSocket(bool write, SteadyTime until);
  Status Lost(const char* what);
  Status Fail(Status status);

  PGconn* const db_;
  const std::string name_;  // host and database, for people
  std::unordered_map<const char*, std::unique_ptr<Prepared>> statements_;
  std::deque<Pending> under_way_;
  int unflushed_ = 0;
  Status failure_;
  bool lost_ = false;
  bool changes_ = false;
  std::string last_command_;
  LastIds ids_{};
  std::int64_t new_id_ = 0;
  WallTime now_{};
};

}  // namespace utboks::postgres

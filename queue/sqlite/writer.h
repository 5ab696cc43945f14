// The one thread of a store that writes: gathers what waits into one commit.
//
// A job runs inside a transaction, in the order of the calls; a job that fails
// takes only its own changes back.  Run returns when the commit is durable (or
// has failed, and then nothing of any job of that commit stands).  After an
// error that leaves open what the disk holds, nothing more is written: every
// later Run returns that error (rules.md 19).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "queue/base/status.h"
#include "queue/sqlite/connection.h"
#include "queue/sqlite/store_lock.h"

namespace utboks::sqlite {

class Writer {
 public:
  using Job = std::function<Status(Connection&)>;

  // `committed` is called after each commit, still under the lock.
  Writer(std::unique_ptr<Connection> connection, StoreLock& lock,
         std::function<void(Connection&)> committed);
  // Ends the thread and closes the connection, under the lock.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Status Run(const Job& job);
  // A reader has found what leaves open what the disk holds: every later Run
  // returns `why`.
  void Break(const Status& why);

 private:
  struct Waiting {
    const Job* job;
    Status status;
    bool done = false;
  };

  void Loop();
  void Commit(std::deque<Waiting*>& group);
  Status CommitGroup(std::deque<Waiting*>& group);

  StoreLock& lock_;
  const std::function<void(Connection&)> committed_;
  std::unique_ptr<Connection> connection_;  // the thread's alone, once it runs

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable finished_;
  std::deque<Waiting*> waiting_;  // guarded by mutex_
  bool stopping_ = false;         // guarded by mutex_
  Status broken_;                 // guarded by mutex_

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks::sqlite

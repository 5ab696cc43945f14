// What a store writes, gathered into one commit: whoever comes while nobody commits does
// so at once and by itself, and whoever comes meanwhile is taken along by the first of
// those who waited.  A thread of its own for it would cost each lone commit two switches
// of threads, which is more than the commit's own work.
//
// A job runs inside a transaction, in the order of the calls and on the thread of any
// caller; a job that fails takes only its own changes back.  Run returns when the commit
// is durable (or has failed, and then nothing of any job of that commit stands).  After an
// error that leaves open what the disk holds, or where a newer program's schema is, nothing
// more is written: every later Run returns that error (rules.md 19).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "queue/base/status.h"
#include "queue/rows/stop_signal.h"
#include "queue/rows/turn.h"

namespace utboks::rows {

class Writer {
 public:
  using Job = std::function<Status(Connection&)>;

  explicit Writer(std::unique_ptr<Turn> turn);
  // Closes it.  Nobody is in Run any more.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Status Run(const Job& job);
  // A reader has found what leaves open what the disk holds: every later Run
  // returns `why`.
  void Break(const Status& why);

 private:
  // Lives on the stack of the one who waits.
  struct Waiting {
    const Job* job;  // null: only wants that nobody commits
    Status status;
    bool done = false;
    std::condition_variable woken;
  };
  using Group = std::vector<Waiting*>;

  // Returns when `mine` was done by another (true) or has the turn to commit.
  bool AwaitTurn(std::unique_lock<std::mutex>& guard, Waiting& mine);
  void EndTurn(const Group& group);
  Group TakeGroup();
  void Commit(const Group& group);
  // Whether there is anything to commit.
  Result<bool> RunJobs(const Group& group);
  void StopWhenFree();

  std::unique_ptr<Turn> turn_;

  std::mutex mutex_;
  std::deque<Waiting*> waiting_;  // guarded by mutex_
  bool committing_ = false;       // guarded by mutex_; who has set it has turn_
  Status broken_;                 // guarded by mutex_

  StopSignal stop_signal_;  // last: it uses all of the above
};

}  // namespace utboks::rows

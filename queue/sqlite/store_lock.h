// The lock that every writer of a SQLite store takes around every transaction,
// every checkpoint and every close: flock on PATH.lock.
//
// Why not SQLite's own: Debian's 3.40.1 can lose committed rows when a
// checkpoint runs beside another connection's commit (fixed in 3.51.3), and its
// waiting is unfair.  A turnstile (a record lock on the same file, held only
// while waiting) makes two busy processes take turns.  Process death frees both.
#pragma once

#include <signal.h>

#include <string>

#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks::sqlite {

class StoreLock {
 public:
  StoreLock() = default;  // locks nothing: a store in memory
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

  // kConfig when the file cannot be made or opened.
  Status Open(const std::string& path);
  // kBusy after `limit`, with the pid of the holder.  While it is waited for and held
  // SIGTSTP stays blocked in the calling thread, and in it alone: a stopped process
  // must not hold the lock, so a program blocks SIGTSTP in all of its threads
  // (stop_signal.h).
  Status Acquire(Millis limit);
  // By the thread that acquired it; SIGTSTP is blocked in it as it was before.
  void Release();

 private:
  int fd_ = -1;
  std::string path_;
  sigset_t before_{};  // of whoever holds it
};

// A lock held for as long as the object lives, by one process per file
// (`PATH.worker`: one `run` per store).
class WorkerLock {
 public:
  WorkerLock() = default;
  ~WorkerLock();
  WorkerLock(const WorkerLock&) = delete;
  WorkerLock& operator=(const WorkerLock&) = delete;

  // kBusy when another process holds it.
  Status Acquire(const std::string& path);

 private:
  int fd_ = -1;
};

}  // namespace utboks::sqlite

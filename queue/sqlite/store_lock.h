// The lock that every writer of a SQLite store takes around every transaction,
// every checkpoint and every close: flock on PATH.lock.
//
// Why not SQLite's own: Debian's 3.40.1 can lose committed rows when a
// checkpoint runs beside another connection's commit (fixed in 3.51.3), and its
// waiting is unfair.  A turnstile (a record lock on the same file, held only
// while waiting) makes two busy processes take turns.  Process death frees both.
#pragma once

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
  // kBusy after `limit`, with the pid of the holder.  While it is held SIGTSTP
  // stays blocked in the calling thread: a stopped process must not hold it.
  Status Acquire(Millis limit);
  void Release();

 private:
  int fd_ = -1;
  std::string path_;
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

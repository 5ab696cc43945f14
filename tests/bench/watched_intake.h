// A store's way in, passed on as it is, that tells how much has come.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "queue/base/mutex.h"
#include "queue/store.h"

namespace utboks::bench {

// Safe for many threads.
class WatchedIntake final : public Intake {
 public:
  // `store` outlives it.
  explicit WatchedIntake(Intake& store) : store_(store) {}

  Result<std::vector<Inserted>> Insert(std::span<const NewRow> rows, InsertMode mode) override {
    Result<std::vector<Inserted>> done = store_.Insert(rows, mode);
    MutexLock lock(mutex_);
    if (done.ok()) taken_ += static_cast<std::int64_t>(rows.size());
    ++commits_;
    changed_.NotifyAll();
    return done;
  }
  // Waits until so many have been taken in; false when `patience` ends first.
  bool AwaitTaken(std::int64_t messages, Millis patience) {
    const SteadyTime until = std::chrono::steady_clock::now() + patience;
    MutexLock lock(mutex_);
    while (taken_ < messages) {
      if (!changed_.WaitUntil(mutex_, until)) return taken_ >= messages;
    }
    return true;
  }
  std::uint64_t commits() const {
    MutexLock lock(mutex_);
    return commits_;
  }

 private:
  Intake& store_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::int64_t taken_ UTBOKS_GUARDED_BY(mutex_) = 0;
  std::uint64_t commits_ UTBOKS_GUARDED_BY(mutex_) = 0;
};

}  // namespace utboks::bench

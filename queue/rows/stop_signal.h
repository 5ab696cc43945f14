// Ctrl-Z (SIGTSTP) at a moment when it does no harm: a process that was stopped while it
// held the store's lock would stop every other one too (store_lock.h).
//
// A program blocks SIGTSTP in all of its threads before it opens a store; the one here
// waits for it and has it obeyed as soon as no commit is under way.
#pragma once

#include <signal.h>

#include <atomic>
#include <functional>
#include <thread>

namespace utboks::rows {

class StopSignal {
 public:
  // `arrived` is called on a thread of its own for each signal; it calls StopProcess when
  // the lock is not held, and keeps it from being taken until then.
  explicit StopSignal(std::function<void()> arrived);
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // `arrived` is not called any more when this returns.
  void End();

 private:
  void Loop();

  const std::function<void()> arrived_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

// SIGTSTP alone.
sigset_t JustStop();

// Does what SIGTSTP does by default, and returns when the process goes on.  Called with
// the signal blocked.
void StopProcess();

}  // namespace utboks::rows

#include "queue/rows/stop_signal.h"

#include <utility>

namespace utboks::rows {

sigset_t JustStop() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  return stop;
}

StopSignal::StopSignal(std::function<void()> arrived) : arrived_(std::move(arrived)) {
  // The thread is born with it blocked: unblocked for a moment, End would stop the process.
  const sigset_t stop = JustStop();
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &stop, &before);
  thread_ = std::thread([this] { Loop(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

StopSignal::~StopSignal() {
  End();
}

void StopSignal::End() {
  if (!thread_.joinable()) return;
  ending_ = true;
  pthread_kill(thread_.native_handle(), SIGTSTP);
  thread_.join();
}

void StopSignal::Loop() {
  const sigset_t stop = JustStop();
  for (int signal = 0; sigwait(&stop, &signal) == 0 && !ending_;) arrived_();
}

void StopProcess() {
  const sigset_t stop = JustStop();
  // Aimed at this thread, so that it is obeyed here and now.
  raise(SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

}  // namespace utboks::rows

// Waiting on a socket until a deadline, and ending the wait from another thread.
#pragma once

#include "queue/base/clock.h"
#include "queue/base/mutex.h"

namespace utboks {

// Names the socket in use, so that a stop can shut it down from another thread.
// Its owner withdraws it before closing: a number that the system has given away
// again is never shut down.
class StoppableFd {
 public:
  void Publish(int fd) {
    const MutexLock lock(mutex_);
    fd_ = fd;
  }
  void Withdraw() { Publish(-1); }
  // Whoever waits on the socket wakes; nothing more is sent on it.
  void ShutDown();

 private:
  Mutex mutex_;
  int fd_ UTBOKS_GUARDED_BY(mutex_) = -1;
};

// Waits until `events` (of poll) or an error shows on `fd`; false when the
// deadline passed first.  Sockets here never block, so this is the only place
// that waits, and deadlines are total by construction.
bool WaitFor(int fd, short events, SteadyTime deadline);

}  // namespace utboks

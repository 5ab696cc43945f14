#include "producer/net/wire.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace utboks {

void StoppableFd::ShutDown() {
  const MutexLock lock(mutex_);
  if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

bool WaitFor(int fd, short events, SteadyTime deadline) {
  pollfd watched{fd, events, 0};
  for (;;) {
    // Rounded up, or the last millisecond would be spent spinning.
    const auto left = std::chrono::ceil<Millis>(deadline - std::chrono::steady_clock::now());
    const auto wait = std::clamp<Millis::rep>(left.count(), 0, 3'600'000);
    const int ready = ::poll(&watched, 1, static_cast<int>(wait));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the next read or write says what is wrong
    if (ready == 0 && std::chrono::steady_clock::now() >= deadline) return false;
  }
}

}  // namespace utboks

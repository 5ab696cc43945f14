// A flag that poll(2) can wait for.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>

#include "queue/base/clock.h"

namespace utboks::simulator {

// Safe for many threads.
class SignalFlag {
 public:
  SignalFlag() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~SignalFlag() { ::close(descriptor_); }
  SignalFlag(const SignalFlag&) = delete;
  SignalFlag& operator=(const SignalFlag&) = delete;

  void Raise() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof one);
  }
  void Lower() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(descriptor_, &count, sizeof count);
  }
  bool raised() const {
    pollfd watched = {descriptor_, POLLIN, 0};
    return ::poll(&watched, 1, 0) > 0;
  }
  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

// Waits until `descriptor` (-1: none) shows one of `events`, `flag` is raised or
// `until` has come (nothing: for ever).  The events seen, 0 when it was one of the
// other two.
inline short WaitFor(int descriptor, short events, const SignalFlag& flag,
                     std::optional<SteadyTime> until) {
  pollfd watched[2] = {{descriptor, events, 0}, {flag.descriptor(), POLLIN, 0}};
  while (true) {
    timespec patience{};
    if (until) {
      const auto left =
          std::max(*until - std::chrono::steady_clock::now(), SteadyTime::duration(0));
      const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
      patience.tv_sec = seconds.count();
      patience.tv_nsec = (left - seconds).count();
    }
    const int ready = ::ppoll(watched, 2, until ? &patience : nullptr, nullptr);
    if (ready < 0 && errno == EINTR) continue;
    return watched[1].revents != 0 ? short{0} : watched[0].revents;
  }
}

}  // namespace utboks::simulator

// Waiting for what another process does and tells nobody.
//
// Inside one process wait on a condition variable, a ManualClock or the output of
// a ChildProcess: they wake at the event.  This is for what can only be asked
// again, such as a row another process writes.  It returns at the first yes, so a
// slow machine makes a test slow, never red, until `patience` is over.
#pragma once

#include <poll.h>

#include <chrono>
#include <concepts>

#include "queue/base/clock.h"

namespace utboks::testing {

template <std::predicate Condition>
bool Eventually(Condition condition, Millis patience = std::chrono::seconds(30)) {
  const SteadyTime end = std::chrono::steady_clock::now() + patience;
  for (int pause_ms = 1;; pause_ms = pause_ms < 20 ? pause_ms * 2 : 20) {
    if (condition()) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    ::poll(nullptr, 0, pause_ms);
  }
}

}  // namespace utboks::testing

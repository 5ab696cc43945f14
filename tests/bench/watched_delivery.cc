#include "tests/bench/watched_delivery.h"

#include <chrono>

namespace utboks::bench {

bool WatchedDelivery::AwaitSettled(std::int64_t messages, Millis patience) {
  const SteadyTime until = std::chrono::steady_clock::now() + patience;
  MutexLock lock(mutex_);
  while (settled_ < messages) {
    if (!changed_.WaitUntil(mutex_, until)) return settled_ >= messages;
  }
  return true;
}

std::int64_t WatchedDelivery::settled() const {
  MutexLock lock(mutex_);
  return settled_;
}

Result<Claimed> WatchedDelivery::Claim(std::span<const Room> room, int free_senders) {
  Result<Claimed> claimed = store_.Claim(room, free_senders);
  if (claimed.ok() && !claimed->rows.empty()) ++writes_;
  return claimed;
}

Status WatchedDelivery::Settle(std::span<const Settlement> done) {
  ++writes_;
  const Status status = store_.Settle(done);
  if (status.ok()) {
    MutexLock lock(mutex_);
    settled_ += static_cast<std::int64_t>(done.size());
    changed_.NotifyAll();
  }
  return status;
}

}  // namespace utboks::bench

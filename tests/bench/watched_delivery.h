// A store's delivery, passed on as it is, that tells how far it has come.
#pragma once

#include <atomic>
#include <cstdint>

#include "queue/base/mutex.h"
#include "queue/store.h"
#include "tests/support/passing_delivery.h"

namespace utboks::bench {

// Safe for many threads.
class WatchedDelivery final : public testing::PassingDelivery {
 public:
  // `store` outlives it.
  explicit WatchedDelivery(Delivery& store) : PassingDelivery(store) {}

  // Waits until so many messages have been settled since it was made; false when
  // `patience` ends first.
  bool AwaitSettled(std::int64_t messages, Millis patience);
  std::int64_t settled() const;
  // Calls that had something to write.  Several may share a commit.
  std::uint64_t writes() const { return writes_; }

  Result<Claimed> Claim(std::span<const Room> room, int free_senders) override;
  Status Settle(std::span<const Settlement> done) override;

 private:
  std::atomic<std::uint64_t> writes_{0};
  mutable Mutex mutex_;
  CondVar changed_;
  std::int64_t settled_ UTBOKS_GUARDED_BY(mutex_) = 0;
};

}  // namespace utboks::bench

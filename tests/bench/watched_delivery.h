// A store's delivery, passed on as it is, that tells how far it has come.
#pragma once

#include <atomic>
#include <cstdint>

#include "queue/base/mutex.h"
#include "queue/store.h"

namespace utboks::bench {

// Safe for many threads.
class WatchedDelivery final : public Delivery {
 public:
  // `store` outlives it.
  explicit WatchedDelivery(Delivery& store) : store_(store) {}

  // Waits until so many messages have been settled since it was made; false when
  // `patience` ends first.
  bool AwaitSettled(std::int64_t messages, Millis patience);
  std::int64_t settled() const;
  // Calls that had something to write.  Several may share a commit.
  std::uint64_t writes() const { return writes_; }

  Result<Claimed> Claim(std::span<const Room> room, int free_senders) override;
  Result<std::optional<Probe>> ClaimProbe() override { return store_.ClaimProbe(); }
  Status SettleProbe(const Probe& probe, const HeadResult& head,
                     const std::optional<Outcome>& message) override {
    return store_.SettleProbe(probe, head, message);
  }
  Result<HeadTurn> ClaimHead(std::string_view ressurs) override {
    return store_.ClaimHead(ressurs);
  }
  Status LearnHead(std::string_view ressurs, const HeadResult& head) override {
    return store_.LearnHead(ressurs, head);
  }
  Result<Payload> Load(const Lease& lease) override { return store_.Load(lease); }
  Status HandBack(std::span<const Lease> leases) override { return store_.HandBack(leases); }
  Status Settle(std::span<const Settlement> done) override;
  Result<int> RecoverDead() override { return store_.RecoverDead(); }
  Result<std::vector<AlarmChange>> Tick() override { return store_.Tick(); }
  Status SetAlarm(std::string_view name, std::string_view subject, bool stands) override {
    return store_.SetAlarm(name, subject, stands);
  }
  void WaitForChange(SteadyTime until, const std::stop_token& stop) override {
    store_.WaitForChange(until, stop);
  }

 private:
  Delivery& store_;
  std::atomic<std::uint64_t> writes_{0};
  mutable Mutex mutex_;
  CondVar changed_;
  std::int64_t settled_ UTBOKS_GUARDED_BY(mutex_) = 0;
};

}  // namespace utboks::bench

// A Delivery that passes every call on to another: the base of those that watch a few of
// them.  Safe for as many threads as the one behind it, which outlives it.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "queue/store.h"

namespace utboks::testing {

class PassingDelivery : public Delivery {
 public:
  explicit PassingDelivery(Delivery& store) : store_(store) {}

  Result<Claimed> Claim(std::span<const Room> room, int free_senders) override {
    return store_.Claim(room, free_senders);
  }
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
  std::vector<std::optional<Payload>> LoadAhead(std::span<const Lease> leases) override {
    return store_.LoadAhead(leases);
  }
  Status HandBack(std::span<const Lease> leases) override { return store_.HandBack(leases); }
  Status Settle(std::span<const Settlement> done) override { return store_.Settle(done); }
  Result<int> RecoverDead() override { return store_.RecoverDead(); }
  Result<std::vector<AlarmChange>> Tick() override { return store_.Tick(); }
  Status SetAlarm(std::string_view name, std::string_view subject, bool stands) override {
    return store_.SetAlarm(name, subject, stands);
  }
  void WaitForChange(SteadyTime until, const std::stop_token& stop) override {
    store_.WaitForChange(until, stop);
  }

 protected:
  Delivery& store_;
};

}  // namespace utboks::testing

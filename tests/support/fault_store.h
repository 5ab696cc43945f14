// A Store whose n-th call fails.
//
// Stands before a real one.  A failing call either does nothing (kBusy: as a held
// lock or a failed disk gives), or takes effect and loses its answer, as a broken
// connection to a shared store can.  The latter only for calls that their caller
// repeats: a claim whose answer is lost is found by RecoverDead, which a worker
// calls when it starts.  Seeing is passed on as it is.  Safe for many threads.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "queue/store.h"
#include "tests/support/fault_plan.h"

namespace utboks::testing {

enum class StoreCall {
  kInsert,
  kClaim,
  kClaimProbe,
  kSettleProbe,
  kClaimHead,
  kLearnHead,
  kLoad,
  kHandBack,
  kSettle,
  kRecoverDead,
  kTick,
  kDo,
  kNextReplay,
  kSendReplay,
};

struct StoreFault {
  FaultPlan<StoreCall>::Fault at;
  bool after_effect = false;  // else nothing happened
  Code code = Code::kBusy;
};

class FaultStore final : public Store {
 public:
  // `store` outlives it.
  FaultStore(Store& store, const std::vector<StoreFault>& faults) : store_(store) {
    for (const StoreFault& fault : faults) faults_.emplace_back(fault);
  }

  // How many calls the nr-th fault has met.
  int Met(std::size_t nr) const { return faults_[nr].plan.Met(); }

  Result<std::vector<Inserted>> Insert(std::span<const NewRow> rows, InsertMode mode) override {
    return Pass(StoreCall::kInsert, [&] { return store_.Insert(rows, mode); });
  }

  Result<Claimed> Claim(std::span<const Room> room, int free_senders) override {
    return Pass(StoreCall::kClaim, [&] { return store_.Claim(room, free_senders); });
  }
  Result<std::optional<Probe>> ClaimProbe() override {
    return Pass(StoreCall::kClaimProbe, [&] { return store_.ClaimProbe(); });
  }
  Status SettleProbe(const Probe& probe, const HeadResult& head,
                     const std::optional<Outcome>& message) override {
    return Pass(StoreCall::kSettleProbe, [&] { return store_.SettleProbe(probe, head, message); });
  }
  Result<HeadTurn> ClaimHead(std::string_view ressurs) override {
    return Pass(StoreCall::kClaimHead, [&] { return store_.ClaimHead(ressurs); });
  }
  Status LearnHead(std::string_view ressurs, const HeadResult& head) override {
    return Pass(StoreCall::kLearnHead, [&] { return store_.LearnHead(ressurs, head); });
  }
  Result<Payload> Load(const Lease& lease) override {
    return Pass(StoreCall::kLoad, [&] { return store_.Load(lease); });
  }
  std::vector<std::optional<Payload>> LoadAhead(std::span<const Lease> leases) override {
    const auto load = [&]() -> Result<std::vector<std::optional<Payload>>> {
      return store_.LoadAhead(leases);
    };
    auto ahead = Pass(StoreCall::kLoad, load);
    return ahead.ok() ? *std::move(ahead) : std::vector<std::optional<Payload>>(leases.size());
  }
  Status HandBack(std::span<const Lease> surely_not_sent) override {
    return Pass(StoreCall::kHandBack, [&] { return store_.HandBack(surely_not_sent); });
  }
  Status Settle(std::span<const Settlement> done) override {
    return Pass(StoreCall::kSettle, [&] { return store_.Settle(done); });
  }
  Result<int> RecoverDead() override {
    return Pass(StoreCall::kRecoverDead, [&] { return store_.RecoverDead(); });
  }
  Result<std::vector<AlarmChange>> Tick() override {
    return Pass(StoreCall::kTick, [&] { return store_.Tick(); });
  }
  Status SetAlarm(std::string_view name, std::string_view subject, bool stands) override {
    return store_.SetAlarm(name, subject, stands);
  }
  void WaitForChange(SteadyTime until, const std::stop_token& stop) override {
    store_.WaitForChange(until, stop);
  }

  Result<std::int64_t> FeedPosition() override { return store_.FeedPosition(); }
  Result<FeedbackApplied> ApplyFeedback(const FeedbackPage& page) override {
    return store_.ApplyFeedback(page);
  }

  Result<std::vector<Acted>> Do(const Act& act) override {
    return Pass(StoreCall::kDo, [&] { return store_.Do(act); });
  }
  Status PauseGate(std::string_view gate, std::optional<WallTime> until, std::string_view actor,
                   const SensitiveText& why) override {
    return store_.PauseGate(gate, until, actor, why);
  }
  Status ResumeGate(std::string_view gate, std::string_view actor,
                    const SensitiveText& why) override {
    return store_.ResumeGate(gate, actor, why);
  }
  Status Acknowledge(std::string_view alarm, std::string_view actor,
                     const SensitiveText& why) override {
    return store_.Acknowledge(alarm, actor, why);
  }
  Result<Purged> Purge(Millis content_after, Millis record_after, bool feed_read,
                       int most) override {
    return store_.Purge(content_after, record_after, feed_read, most);
  }
  Status AuditReading(const Uuid& id, std::string_view actor) override {
    return store_.AuditReading(id, actor);
  }

  Result<std::int64_t> BeginReplay(const NewReplay& job) override {
    return store_.BeginReplay(job);
  }
  Status AddToReplay(std::int64_t job, std::span<const Uuid> ids) override {
    return store_.AddToReplay(job, ids);
  }
  Result<ReplayJob> StartReplay(std::int64_t job) override { return store_.StartReplay(job); }
  Result<ReplayTurn> NextReplay() override {
    return Pass(StoreCall::kNextReplay, [&] { return store_.NextReplay(); });
  }
  Status SendReplay(const ReplaySend& send) override {
    return Pass(StoreCall::kSendReplay, [&] { return store_.SendReplay(send); });
  }
  Status RefuseReplay(std::int64_t job, const Uuid& id, std::string_view reason) override {
    return store_.RefuseReplay(job, id, reason);
  }
  Result<ReplayJob> CancelReplay(std::int64_t job, std::string_view actor,
                                 const SensitiveText& why) override {
    return store_.CancelReplay(job, actor, why);
  }
  Result<ReplayJob> ResumeReplay(std::int64_t job, std::string_view actor,
                                 const SensitiveText& why) override {
    return store_.ResumeReplay(job, actor, why);
  }
  Result<std::vector<ReplayJob>> ListReplays(std::optional<std::int64_t> only) override {
    return store_.ListReplays(only);
  }
  Result<std::vector<ReplayItem>> ReplayItems(std::int64_t job, int most) override {
    return store_.ReplayItems(job, most);
  }

  Result<std::vector<MessageView>> List(const Filter& filter) override {
    return store_.List(filter);
  }
  Result<std::vector<MessageView>> Find(std::string_view id, bool by_reference) override {
    return store_.Find(id, by_reference);
  }
  Result<std::vector<AttemptView>> Attempts(const Uuid& id, bool with_answers) override {
    return store_.Attempts(id, with_answers);
  }
  Result<std::vector<EventView>> Events(std::int64_t after, int limit,
                                        const std::optional<Uuid>& message) override {
    return store_.Events(after, limit, message);
  }
  Result<Payload> Content(const Uuid& id) override { return store_.Content(id); }
  Result<Overview> Look() override { return store_.Look(); }
  Result<std::optional<std::vector<Notice>>> Notices(std::string_view feed) override {
    return store_.Notices(feed);
  }
  Status KeepNotices(std::string_view feed, const NoticeChanges& changes) override {
    return store_.KeepNotices(feed, changes);
  }
  Status ForgetFeedsBut(std::span<const std::string> feeds) override {
    return store_.ForgetFeedsBut(feeds);
  }
  Result<std::vector<ReceivedRow>> Received(int most, std::int64_t most_bytes) override {
    return store_.Received(most, most_bytes);
  }
  Result<StreamName> Stream() override { return store_.Stream(); }
  Result<Receiver> OpenReceiver(std::string_view name) override {
    return store_.OpenReceiver(name);
  }
  Status ConfirmEvents(std::string_view name, std::int64_t from, std::int64_t position) override {
    return store_.ConfirmEvents(name, from, position);
  }
  Result<std::vector<Receiver>> ListReceivers() override { return store_.ListReceivers(); }
  Status MoveReceiver(std::string_view name, std::int64_t position,
                      std::string_view actor) override {
    return store_.MoveReceiver(name, position, actor);
  }
  Status Backup(const std::string& path) override { return store_.Backup(path); }
  Result<bool> TakeDuty(std::string_view duty, Millis term) override {
    return store_.TakeDuty(duty, term);
  }
  Status LeaveDuty(std::string_view duty) override { return store_.LeaveDuty(duty); }

 private:
  struct Armed {
    explicit Armed(const StoreFault& of) : fault(of), plan(of.at) {}
    const StoreFault fault;
    FaultPlan<StoreCall> plan;
  };

  template <typename Operation>
  auto Pass(StoreCall call, const Operation& operation) -> decltype(operation()) {
    const StoreFault* met = nullptr;
    for (Armed& armed : faults_) {
      if (armed.plan.Meets(call)) met = &armed.fault;
    }
    if (met == nullptr) return operation();
    if (met->after_effect) {
      auto lost = operation();
      if (!lost.ok()) return lost;
    }
    return Status(met->code, "this call was chosen to fail");
  }

  Store& store_;
  std::deque<Armed> faults_;  // a deque: they cannot be moved
};

}  // namespace utboks::testing

// The Store on rows, of whichever engine: each of its methods is one operation of insert,
// claim, settle, desk, replay or reader, in one transaction.  What an engine adds is how
// a transaction is had, what time it is, and what is its own to know.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "queue/open_store.h"
#include "queue/rows/settle.h"
#include "queue/rows/tick.h"
#include "queue/rows/work.h"
#include "queue/rows/writer.h"
#include "queue/seal/seal.h"
#include "queue/store.h"

namespace utboks::rows {

class RowStore : public Store {
 public:
  Result<std::vector<Inserted>> Insert(std::span<const NewRow> rows, InsertMode mode) override;

  Result<Claimed> Claim(std::span<const Room> room, int free_senders) override;
  Result<std::optional<Probe>> ClaimProbe() override;
  Status SettleProbe(const Probe& probe, const HeadResult& head,
                     const std::optional<Outcome>& message) override;
  Result<HeadTurn> ClaimHead(std::string_view ressurs) override;
  Status LearnHead(std::string_view ressurs, const HeadResult& head) override;
  Result<Payload> Load(const Lease& lease) override;
  std::vector<std::optional<Payload>> LoadAhead(std::span<const Lease> leases) override;
  Status HandBack(std::span<const Lease> surely_not_sent) override;
  Status Settle(std::span<const Settlement> done) override;
  Result<int> RecoverDead() override;
  Result<std::vector<AlarmChange>> Tick() override;
  Status SetAlarm(std::string_view name, std::string_view subject, bool stands) override;

  Result<std::int64_t> FeedPosition() override;
  Result<FeedbackApplied> ApplyFeedback(const FeedbackPage& page) override;
  void WaitForChange(SteadyTime until, const std::stop_token& stop) override;

  Result<std::vector<Acted>> Do(const Act& act) override;
  Status PauseGate(std::string_view gate, std::optional<WallTime> until, std::string_view actor,
                   const SensitiveText& why) override;
  Status ResumeGate(std::string_view gate, std::string_view actor,
                    const SensitiveText& why) override;
  Status Acknowledge(std::string_view alarm, std::string_view actor,
                     const SensitiveText& why) override;
  Result<Purged> Purge(Millis content_after, Millis record_after, bool feed_read,
                       int most) override;
  Status AuditReading(const Uuid& id, std::string_view actor) override;

  Result<std::int64_t> BeginReplay(const NewReplay& job) override;
  Status AddToReplay(std::int64_t job, std::span<const Uuid> ids) override;
  Result<ReplayJob> StartReplay(std::int64_t job) override;
  Result<ReplayTurn> NextReplay() override;
  Status SendReplay(const ReplaySend& send) override;
  Status RefuseReplay(std::int64_t job, const Uuid& id, std::string_view reason) override;
  Result<ReplayJob> CancelReplay(std::int64_t job, std::string_view actor,
                                 const SensitiveText& why) override;
  Result<ReplayJob> ResumeReplay(std::int64_t job, std::string_view actor,
                                 const SensitiveText& why) override;
  Result<std::vector<ReplayJob>> ListReplays(std::optional<std::int64_t> only) override;
  Result<std::vector<ReplayItem>> ReplayItems(std::int64_t job, int most) override;

  Result<std::vector<MessageView>> List(const Filter& filter) override;
  Result<std::vector<MessageView>> Find(std::string_view id, bool by_reference) override;
  Result<std::vector<AttemptView>> Attempts(const Uuid& id, bool with_answers) override;
  Result<std::vector<EventView>> Events(std::int64_t after, int limit,
                                        const std::optional<Uuid>& message) override;
  Result<Payload> Content(const Uuid& id) override;
  Result<Overview> Look() override;

  Result<StreamName> Stream() override;
  Result<Receiver> OpenReceiver(std::string_view name) override;
  Status ConfirmEvents(std::string_view name, std::int64_t from, std::int64_t position) override;
  Result<std::vector<Receiver>> ListReceivers() override;
  Status MoveReceiver(std::string_view name, std::int64_t position,
                      std::string_view actor) override;

  Result<std::optional<std::vector<Notice>>> Notices(std::string_view feed) override;
  Status KeepNotices(std::string_view feed, const NoticeChanges& changes) override;
  Status ForgetFeedsBut(std::span<const std::string> feeds) override;

 protected:
  RowStore(Clock& clock, Random& random) : clock_(clock), random_(random) {}

  using Reading = std::function<Status(Connection&)>;

  // In a snapshot of its own, in which nothing changes.
  virtual Status ReadIn(const Reading& reading) = 0;
  // By the clock whose times the store keeps.
  virtual WallTime Now() const = 0;
  // Of the transaction that has begun on `db`.
  virtual WallTime Now(Connection& db) const = 0;
  // kFull when nothing may be taken in, with what to do.
  virtual Status CheckRoom() const = 0;
  // Since it was asked last, by another process; a hint.  One caller at a time.
  virtual bool ChangedElsewhere() = 0;
  // Those whose worker is gone.
  virtual DeadLeases WhichAreDead() = 0;

  // The store has been found to be the right one.
  void Know(StoreKeys keys, const std::string& store_id, const StoreOptions& options);
  // From now on it can be used.
  void Start(std::unique_ptr<Turn> turn) { writer_ = std::make_unique<Writer>(std::move(turn)); }
  // A commit of this process has changed something.
  void Changed();
  // Nobody uses it any more.
  void End() { writer_.reset(); }

  // Runs `operation` (Result<T>(Work&)) in a write transaction.
  template <typename T>
  Result<T> Write(const std::function<Result<T>(Work&)>& operation);
  Status WriteStatus(const std::function<Status(Work&)>& operation);
  // Runs `operation` (Result<T>(Connection&)) on a reading connection.
  template <typename T>
  Result<T> Read(const std::function<Result<T>(Connection&)>& operation);

  Clock& clock_;
  Random& random_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<StoreContext> context_;
  std::unique_ptr<Writer> writer_;

 private:
  Status PullIn();  // tick_mutex_ is held

  std::mutex tick_mutex_;
  HeadCount heads_;                      // guarded by tick_mutex_
  std::optional<SteadyTime> pulled_in_;  // guarded by tick_mutex_

  std::mutex change_mutex_;
  std::condition_variable_any changed_;
  std::int64_t changes_ = 0;       // guarded by change_mutex_
  std::int64_t seen_changes_ = 0;  // guarded by change_mutex_
};

}  // namespace utboks::rows

// The Store on SQLite: one database file on a local disk, or one in memory.
//
// Writes go through one Writer; reads take a connection of their own from a small
// pool.  Operations stand in insert, claim, settle, desk, replay and reader; this class
// only gives each its connection, its time and its lock.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "queue/open_store.h"
#include "queue/seal/seal.h"
#include "queue/sqlite/side_file.h"
#include "queue/sqlite/store_lock.h"
#include "queue/sqlite/tick.h"
#include "queue/sqlite/work.h"
#include "queue/sqlite/writer.h"
#include "queue/store.h"

namespace utboks::sqlite {

class SqliteStore final : public Store {
 public:
  static Result<std::unique_ptr<Store>> Open(const StoreOptions& options);
  ~SqliteStore() override;

  Result<std::vector<Inserted>> Insert(std::span<const NewRow> rows, InsertMode mode) override;

  Result<Claimed> Claim(std::span<const Room> room, int free_senders) override;
  Result<std::optional<Probe>> ClaimProbe() override;
  Status SettleProbe(const Probe& probe, const HeadResult& head,
                     const std::optional<Outcome>& message) override;
  Result<HeadTurn> ClaimHead(std::string_view ressurs) override;
  Status LearnHead(std::string_view ressurs, const HeadResult& head) override;
  Result<Payload> Load(const Lease& lease) override;
  Status HandBack(std::span<const Lease> surely_not_sent) override;
  Status Settle(std::span<const Settlement> done) override;
  Result<int> RecoverDead() override;
  Result<std::vector<AlarmChange>> Tick() override;
  Status SetAlarm(std::string_view name, std::string_view subject, bool stands) override;
  void WaitForChange(SteadyTime until, const std::stop_token& stop) override;

  Result<std::int64_t> FeedPosition() override;
  Result<FeedbackApplied> ApplyFeedback(const FeedbackPage& page) override;

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

  Result<std::optional<std::vector<Notice>>> Notices(std::string_view feed) override;
  Status KeepNotices(std::string_view feed, const NoticeChanges& changes) override;
  Status ForgetFeedsBut(std::span<const std::string> feeds) override;

  Status Backup(const std::string& path) override;

 private:
  explicit SqliteStore(const StoreOptions& options);

  Status OpenFile(const StoreOptions& options);
  Status OpenMemory(const StoreOptions& options);
  // Writes a fresh store's stamp, or finds that it is the right one.
  Status TakeStamp(Connection& db, const StoreOptions& options, const StoreKeys& keys, bool fresh);
  Status GuardRestore(Connection& db, const StoreOptions& options);
  // The first line of the side file, or the first of a new epoch, made durable.
  Status BeginSideFile(Connection& db);
  void StartWriter(std::unique_ptr<Connection> db);
  Status CopyTo(const std::string& path);  // makes the file
  void AfterCommit(Connection& db);
  bool ChangedElsewhere();  // change_mutex_ is held
  bool DiskLow() const;     // below min_free
  Status PullIn();          // tick_mutex_ is held
  bool in_memory() const { return path_ == ":memory:"; }

  // Runs `operation` (Result<T>(Work&)) in a write transaction.
  template <typename T>
  Result<T> Write(const std::function<Result<T>(Work&)>& operation);
  Status WriteStatus(const std::function<Status(Work&)>& operation);
  // Runs `operation` (Result<T>(Connection&)) on a reading connection.
  template <typename T>
  Result<T> Read(const std::function<Result<T>(Connection&)>& operation);
  Result<std::unique_ptr<Connection>> BorrowReader();
  Result<std::unique_ptr<Connection>> OpenReader() const;
  void ReturnReader(std::unique_ptr<Connection> reader);  // nullptr: there is one less

  const std::string path_;
  const std::string vfs_;
  const std::uint64_t min_free_;
  Clock& clock_;
  Random& random_;
  std::string store_id_;
  std::int64_t epoch_ = 0;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<StoreContext> context_;
  StoreLock lock_;
  WorkerLock worker_lock_;
  SideFile side_file_;

  std::mutex readers_mutex_;
  std::condition_variable reader_returned_;
  std::vector<std::unique_ptr<Connection>> readers_;  // idle; guarded by readers_mutex_
  int readers_open_ = 0;                              // guarded by readers_mutex_

  std::mutex tick_mutex_;
  HeadCount heads_;                      // guarded by tick_mutex_
  std::optional<SteadyTime> pulled_in_;  // guarded by tick_mutex_

  std::mutex change_mutex_;
  std::condition_variable_any changed_;
  std::int64_t changes_ = 0;             // guarded by change_mutex_
  std::int64_t seen_changes_ = 0;        // guarded by change_mutex_
  std::int64_t seen_data_version_ = -1;  // guarded by change_mutex_
  std::unique_ptr<Connection> watch_;    // guarded by change_mutex_

  std::int64_t rows_changed_ = 0;  // as of the last commit; the writer's thread alone

  std::unique_ptr<Writer> writer_;  // last: its thread uses the above
};

}  // namespace utboks::sqlite

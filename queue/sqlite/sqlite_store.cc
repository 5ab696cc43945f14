#include "queue/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <utility>

#include "queue/sqlite/claim.h"
#include "queue/sqlite/desk.h"
#include "queue/sqlite/feed.h"
#include "queue/sqlite/head.h"
#include "queue/sqlite/insert.h"
#include "queue/sqlite/notices.h"
#include "queue/sqlite/purge.h"
#include "queue/sqlite/reader.h"
#include "queue/sqlite/replay.h"
#include "queue/sqlite/replay_row.h"
#include "queue/sqlite/replay_step.h"
#include "queue/sqlite/settle.h"
#include "queue/sqlite/tick.h"
#include "queue/store_place.h"

namespace utboks::sqlite {
namespace {

// More would read no faster, and each has a cache and a file of its own.  Who finds
// none free waits: opening one for a single read costs many times the read.
constexpr int kReaders = 8;
// Rows that one commit writes where there may be a million.
constexpr int kRowsAtOnce = 500;
// Times that a clock has made wrong are looked for so often (delivery.md §11).
constexpr Millis kPullInEvery{60'000};
// How long another process's commit may stay unseen: a hint costs little.
constexpr Millis kLookEvery{25};

}  // namespace

template <typename T>
Result<T> SqliteStore::Write(const std::function<Result<T>(Work&)>& operation) {
  std::optional<Result<T>> result;
  const Status written = writer_->Run([&](Connection& db) -> Status {
    Work work{db, *context_, clock_.Wall()};
    result.emplace(operation(work));
    return result->status();
  });
  if (!written.ok()) return written;
  return std::move(*result);
}

Status SqliteStore::WriteStatus(const std::function<Status(Work&)>& operation) {
  return writer_->Run([&](Connection& db) -> Status {
    Work work{db, *context_, clock_.Wall()};
    return operation(work);
  });
}

template <typename T>
Result<T> SqliteStore::Read(const std::function<Result<T>(Connection&)>& operation) {
  if (in_memory()) {
    // There is only the writer's connection; a read there is a transaction that
    // changes nothing.
    std::optional<Result<T>> result;
    const Status read = writer_->Run([&](Connection& db) -> Status {
      result.emplace(operation(db));
      return result->status();
    });
    if (!read.ok()) return read;
    return std::move(*result);
  }
  Result<std::unique_ptr<Connection>> reader = BorrowReader();
  if (!reader.ok()) return reader.status();
  // One snapshot for the whole operation.
  const Status begun = (*reader)->Run("BEGIN");
  Result<T> result = begun.ok() ? operation(**reader) : Result<T>(begun);
  const Status ended = begun.ok() ? (*reader)->Run("COMMIT") : begun;
  // One that could not end its snapshot would see the same for ever.
  if (!ended.ok()) reader->reset();
  ReturnReader(std::move(*reader));
  if (result.code() == Code::kCorrupt) writer_->Break(result.status());
  if (result.ok() && !ended.ok()) return ended;
  return result;
}

Result<std::unique_ptr<Connection>> SqliteStore::BorrowReader() {
  {
    std::unique_lock guard(readers_mutex_);
    reader_returned_.wait(guard, [&] { return !readers_.empty() || readers_open_ < kReaders; });
    if (!readers_.empty()) {
      std::unique_ptr<Connection> reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
    ++readers_open_;
  }
  Result<std::unique_ptr<Connection>> reader = OpenReader();
  if (!reader.ok()) ReturnReader(nullptr);
  return reader;
}

Result<std::unique_ptr<Connection>> SqliteStore::OpenReader() const {
  Result<std::unique_ptr<Connection>> reader = Connection::Open({path_, vfs_, false, false});
  if (!reader.ok()) return reader.status();
  UTBOKS_RETURN_IF_ERROR(
      (*reader)->RunScript("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY"));
  return reader;
}

void SqliteStore::ReturnReader(std::unique_ptr<Connection> reader) {
  {
    std::lock_guard guard(readers_mutex_);
    if (reader != nullptr) {
      readers_.push_back(std::move(reader));
    } else {
      --readers_open_;
    }
  }
  reader_returned_.notify_one();
}

Result<std::vector<Inserted>> SqliteStore::Insert(std::span<const NewRow> rows, InsertMode mode) {
  if (DiskLow()) {
    return Status(Code::kFull,
                  fmt::format("store {}: less than {} MiB free on its disk ([outbox] min_free); "
                              "nothing was taken in, make room and try again",
                              path_, min_free_ >> 20));
  }
  std::vector<SealedRow> sealed;
  sealed.reserve(rows.size());
  const WallTime now = clock_.Wall();
  for (const NewRow& row : rows) sealed.push_back(SealRow(row, *sealer_, now, random_));
  return Write<std::vector<Inserted>>([&](Work& work) { return InsertRows(work, sealed, mode); });
}

Result<Claimed> SqliteStore::Claim(std::span<const Room> room, int free_senders) {
  return Write<Claimed>([&](Work& work) { return ClaimRows(work, room, free_senders); });
}

Result<std::optional<Probe>> SqliteStore::ClaimProbe() {
  return Write<std::optional<Probe>>([](Work& work) { return ClaimProbeRow(work); });
}

Status SqliteStore::SettleProbe(const Probe& probe, const HeadResult& head,
                                const std::optional<Outcome>& message) {
  return WriteStatus([&](Work& work) { return SettleProbeRow(work, probe, head, message); });
}

Result<HeadTurn> SqliteStore::ClaimHead(std::string_view ressurs) {
  return Write<HeadTurn>([&](Work& work) { return ClaimHeadRow(work, ressurs); });
}

Status SqliteStore::LearnHead(std::string_view ressurs, const HeadResult& head) {
  return WriteStatus([&](Work& work) { return LearnHeadRow(work, ressurs, head); });
}

Result<std::int64_t> SqliteStore::FeedPosition() {
  return Read<std::int64_t>([](Connection& db) { return ReadFeedPosition(db); });
}

Result<FeedbackApplied> SqliteStore::ApplyFeedback(const FeedbackPage& page) {
  return Write<FeedbackApplied>([&](Work& work) { return ApplyFeedbackRows(work, page); });
}

Result<Payload> SqliteStore::Load(const Lease& lease) {
  return Read<Payload>([&](Connection& db) { return ReadPayload(db, *sealer_, lease.seq); });
}

Status SqliteStore::HandBack(std::span<const Lease> surely_not_sent) {
  return WriteStatus([&](Work& work) { return HandBackRows(work, surely_not_sent); });
}

Status SqliteStore::Settle(std::span<const Settlement> done) {
  return WriteStatus([&](Work& work) { return SettleRows(work, done); });
}

Result<int> SqliteStore::RecoverDead() {
  Result<int> dead = Write<int>([](Work& work) { return RecoverDeadRows(work); });
  if (!dead.ok()) return dead;
  for (;;) {
    const Result<int> held =
        Write<int>([](Work& work) { return HoldDoubtRows(work, kRowsAtOnce); });
    if (!held.ok()) return held.status();
    if (*held < kRowsAtOnce) return dead;
  }
}

bool SqliteStore::DiskLow() const {
  if (in_memory() || min_free_ == 0) return false;
  const std::optional<std::uint64_t> free = FreeBytes(path_);
  return free && *free < min_free_;
}

Result<std::vector<AlarmChange>> SqliteStore::Tick() {
  std::lock_guard guard(tick_mutex_);
  const Result<TickFacts> facts =
      Read<TickFacts>([&](Connection& db) { return LookForTick(db, clock_.Wall(), heads_); });
  if (!facts.ok()) return facts.status();
  if (!pulled_in_ || clock_.Steady() - *pulled_in_ >= kPullInEvery) {
    UTBOKS_RETURN_IF_ERROR(PullIn());
    pulled_in_ = clock_.Steady();
  }
  return Write<std::vector<AlarmChange>>(
      [&](Work& work) { return TickRows(work, *facts, DiskLow()); });
}

Status SqliteStore::PullIn() {
  for (;;) {
    const Result<std::vector<MessageSeq>> far = Read<std::vector<MessageSeq>>([&](Connection& db) {
      return FindTooFarAhead(db, context_->settings, clock_.Wall(), kRowsAtOnce);
    });
    if (!far.ok()) return far.status();
    if (far->empty()) return Status();
    UTBOKS_RETURN_IF_ERROR(WriteStatus([&](Work& work) { return PullInDueTimes(work, *far); }));
    if (far->size() < static_cast<std::size_t>(kRowsAtOnce)) return Status();
  }
}

Status SqliteStore::SetAlarm(std::string_view name, std::string_view subject, bool stands) {
  return WriteStatus([&](Work& work) {
    return stands ? RaiseAlarm(work, name, subject, false) : ClearAlarm(work, name, subject);
  });
}

bool SqliteStore::ChangedElsewhere() {
  if (in_memory()) return false;
  if (watch_ == nullptr) {
    Result<std::unique_ptr<Connection>> watch = Connection::Open({path_, vfs_, false, false});
    if (!watch.ok()) return false;
    watch_ = std::move(*watch);
  }
  Query q = watch_->Prepare("PRAGMA data_version");
  if (!q.Step()) return false;
  const std::int64_t version = q.Int(0);
  return std::exchange(seen_data_version_, version) != version;
}

void SqliteStore::WaitForChange(SteadyTime until, const std::stop_token& stop) {
  std::unique_lock guard(change_mutex_);
  while (!stop.stop_requested() && changes_ == seen_changes_ && !ChangedElsewhere()) {
    if (clock_.Steady() >= until) break;
    const SteadyTime look = std::chrono::steady_clock::now() + kLookEvery;
    changed_.wait_until(guard, stop, std::min(until, look),
                        [&] { return changes_ != seen_changes_; });
  }
  seen_changes_ = changes_;
}

Result<std::vector<Acted>> SqliteStore::Do(const Act& act) {
  return Write<std::vector<Acted>>([&](Work& work) { return DoAct(work, act); });
}

Status SqliteStore::PauseGate(std::string_view gate, std::optional<WallTime> until,
                              std::string_view actor, const SensitiveText& why) {
  return WriteStatus([&](Work& work) { return PauseGateRow(work, gate, until, actor, why); });
}

Status SqliteStore::ResumeGate(std::string_view gate, std::string_view actor,
                               const SensitiveText& why) {
  return WriteStatus([&](Work& work) { return ResumeGateRow(work, gate, actor, why); });
}

Status SqliteStore::Acknowledge(std::string_view alarm, std::string_view actor,
                                const SensitiveText& why) {
  return WriteStatus([&](Work& work) { return AcknowledgeAlarm(work, alarm, actor, why); });
}

Result<Desk::Purged> SqliteStore::Purge(Millis content_after, Millis record_after, bool feed_read,
                                        int most) {
  return Write<Purged>(
      [&](Work& work) { return PurgeRows(work, content_after, record_after, feed_read, most); });
}

Status SqliteStore::AuditReading(const Uuid& id, std::string_view actor) {
  return WriteStatus([&](Work& work) { return AuditReadingRow(work, id, actor); });
}

Result<std::int64_t> SqliteStore::BeginReplay(const NewReplay& job) {
  return Write<std::int64_t>([&](Work& work) { return BeginReplayJob(work, job); });
}

Status SqliteStore::AddToReplay(std::int64_t job, std::span<const Uuid> ids) {
  return WriteStatus([&](Work& work) { return AddReplayItems(work, job, ids); });
}

Result<ReplayJob> SqliteStore::StartReplay(std::int64_t job) {
  using Started = std::optional<ReplayJob>;
  Result<Started> started = Write<Started>([&](Work& work) { return StartReplayJob(work, job); });
  if (!started.ok()) return started.status();
  if (!started->has_value()) return AnotherRuns();
  return **std::move(started);
}

Result<ReplayTurn> SqliteStore::NextReplay() {
  // The worker asks all the time: where none runs nobody is held up by it.
  const Result<std::int64_t> running =
      Read<std::int64_t>([](Connection& db) { return RunningReplay(db); });
  if (!running.ok()) return running.status();
  if (*running == 0) return ReplayTurn();
  return Write<ReplayTurn>([](Work& work) { return NextReplayTurn(work); });
}

Status SqliteStore::SendReplay(const ReplaySend& send) {
  return WriteStatus([&](Work& work) { return SendReplayItems(work, send); });
}

Status SqliteStore::RefuseReplay(std::int64_t job, const Uuid& id, std::string_view reason) {
  return WriteStatus([&](Work& work) { return RefuseReplayItem(work, job, id, reason); });
}

Result<ReplayJob> SqliteStore::CancelReplay(std::int64_t job, std::string_view actor,
                                            const SensitiveText& why) {
  return Write<ReplayJob>([&](Work& work) { return CancelReplayJob(work, job, actor, why); });
}

Result<ReplayJob> SqliteStore::ResumeReplay(std::int64_t job, std::string_view actor,
                                            const SensitiveText& why) {
  return Write<ReplayJob>([&](Work& work) { return ResumeReplayJob(work, job, actor, why); });
}

Result<std::vector<ReplayJob>> SqliteStore::ListReplays(std::optional<std::int64_t> only) {
  using Jobs = std::vector<ReplayJob>;
  return Read<Jobs>([&](Connection& db) -> Result<Jobs> {
    if (!only) return AllReplays(db);
    const Result<ReplayJob> job = ReadReplay(db, *only);
    if (!job.ok()) return job.status();
    return Jobs{*job};
  });
}

Result<std::vector<ReplayItem>> SqliteStore::ReplayItems(std::int64_t job, int most) {
  return Read<std::vector<ReplayItem>>(
      [&](Connection& db) { return ListReplayItems(db, job, most); });
}

Result<std::vector<MessageView>> SqliteStore::List(const Filter& filter) {
  return Read<std::vector<MessageView>>(
      [&](Connection& db) { return ListMessages(db, *sealer_, filter, clock_.Wall()); });
}

Result<std::vector<MessageView>> SqliteStore::Find(std::string_view id, bool by_reference) {
  return Read<std::vector<MessageView>>(
      [&](Connection& db) { return FindMessages(db, *sealer_, id, by_reference, clock_.Wall()); });
}

Result<std::vector<AttemptView>> SqliteStore::Attempts(const Uuid& id, bool with_answers) {
  return Read<std::vector<AttemptView>>(
      [&](Connection& db) { return ListAttempts(db, *sealer_, id, with_answers); });
}

Result<std::vector<EventView>> SqliteStore::Events(std::int64_t after, int limit,
                                                   const std::optional<Uuid>& message) {
  return Read<std::vector<EventView>>(
      [&](Connection& db) { return ListEvents(db, *sealer_, after, limit, message); });
}

Result<Payload> SqliteStore::Content(const Uuid& id) {
  return Read<Payload>([&](Connection& db) -> Result<Payload> {
    const Result<MessageSeq> seq = SeqOf(db, id);
    if (!seq.ok()) return seq.status();
    return ReadPayload(db, *sealer_, *seq);
  });
}

Result<Overview> SqliteStore::Look() {
  return Read<Overview>([&](Connection& db) { return LookOver(db, clock_.Wall()); });
}

Result<std::optional<std::vector<Notice>>> SqliteStore::Notices(std::string_view feed) {
  return Read<std::optional<std::vector<Notice>>>(
      [&](Connection& db) { return ReadNotices(db, feed); });
}

Status SqliteStore::KeepNotices(std::string_view feed, const NoticeChanges& changes) {
  return WriteStatus([&](Work& work) { return KeepNoticeRows(work, feed, changes); });
}

Status SqliteStore::ForgetFeedsBut(std::span<const std::string> feeds) {
  return WriteStatus([&](Work& work) { return ForgetFeedRows(work, feeds); });
}

}  // namespace utboks::sqlite

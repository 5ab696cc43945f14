#include "queue/rows/row_store.h"

#include <map>

#include "queue/rows/claim.h"
#include "queue/rows/desk.h"
#include "queue/rows/events.h"
#include "queue/rows/feed.h"
#include "queue/rows/head.h"
#include "queue/rows/insert.h"
#include "queue/rows/notices.h"
#include "queue/rows/payload.h"
#include "queue/rows/purge.h"
#include "queue/rows/reader.h"
#include "queue/rows/receiver.h"
#include "queue/rows/replay.h"
#include "queue/rows/replay_row.h"
#include "queue/rows/replay_step.h"
#include "queue/rows/settle.h"

namespace utboks::rows {
namespace {

// Rows that one commit writes where there may be a million.
constexpr int kRowsAtOnce = 500;
// Times that a clock has made wrong are looked for so often (delivery.md §11).
constexpr Millis kPullInEvery{60'000};
// How long another process's commit may stay unseen: a hint costs little.
constexpr Millis kLookEvery{25};

}  // namespace

void RowStore::Know(StoreKeys keys, const std::string& store_id, const StoreOptions& options) {
  sealer_ = std::make_unique<Sealer>(std::move(keys), store_id);
  context_ = std::make_unique<StoreContext>(
      StoreContext{*sealer_, options.delivery, random_, options.worker, options.lease});
}

Status RowStore::WriteStatus(const std::function<Status(Work&)>& operation) {
  return writer_->Run([&](Connection& db) -> Status {
    Work work{db, *context_, Now(db)};
    UTBOKS_RETURN_IF_ERROR(operation(work));
    return work.messages.WriteTally();
  });
}

template <typename T>
Result<T> RowStore::Write(const std::function<Result<T>(Work&)>& operation) {
  std::optional<Result<T>> result;
  UTBOKS_RETURN_IF_ERROR(WriteStatus([&](Work& work) -> Status {
    result.emplace(operation(work));
    return result->status();
  }));
  return std::move(*result);
}

template <typename T>
Result<T> RowStore::Read(const std::function<Result<T>(Connection&)>& operation) {
  std::optional<Result<T>> result;
  UTBOKS_RETURN_IF_ERROR(ReadIn([&](Connection& db) -> Status {
    result.emplace(operation(db));
    return result->status();
  }));
  return std::move(*result);
}

Result<std::vector<Inserted>> RowStore::Insert(std::span<const NewRow> rows, InsertMode mode) {
  UTBOKS_RETURN_IF_ERROR(CheckRoom());
  std::vector<SealedRow> sealed;
  sealed.reserve(rows.size());
  const WallTime now = Now();
  for (const NewRow& row : rows) sealed.push_back(SealRow(row, *sealer_, now, random_));
  return Write<std::vector<Inserted>>([&](Work& work) { return InsertRows(work, sealed, mode); });
}

Result<Claimed> RowStore::Claim(std::span<const Room> room, int free_senders) {
  return Write<Claimed>([&](Work& work) { return ClaimRows(work, room, free_senders); });
}

Result<std::optional<Probe>> RowStore::ClaimProbe() {
  return Write<std::optional<Probe>>([](Work& work) { return ClaimProbeRow(work); });
}

Status RowStore::SettleProbe(const Probe& probe, const HeadResult& head,
                             const std::optional<Outcome>& message) {
  return WriteStatus([&](Work& work) { return SettleProbeRow(work, probe, head, message); });
}

Result<HeadTurn> RowStore::ClaimHead(std::string_view ressurs) {
  return Write<HeadTurn>([&](Work& work) { return ClaimHeadRow(work, ressurs); });
}

Status RowStore::LearnHead(std::string_view ressurs, const HeadResult& head) {
  return WriteStatus([&](Work& work) { return LearnHeadRow(work, ressurs, head); });
}

Result<std::int64_t> RowStore::FeedPosition() {
  return Read<std::int64_t>([](Connection& db) { return ReadFeedPosition(db); });
}

Result<FeedbackApplied> RowStore::ApplyFeedback(const FeedbackPage& page) {
  return Write<FeedbackApplied>([&](Work& work) { return ApplyFeedbackRows(work, page); });
}

Result<Payload> RowStore::Load(const Lease& lease) {
  return Read<Payload>([&](Connection& db) { return ReadPayload(db, *sealer_, lease.seq); });
}

std::vector<std::optional<Payload>> RowStore::LoadAhead(std::span<const Lease> leases) {
  std::vector<std::optional<Payload>> ahead(leases.size());
  std::map<MessageSeq, std::size_t> places;
  std::vector<MessageSeq> seqs;
  for (std::size_t i = 0; i < leases.size(); ++i) {
    if (places.emplace(leases[i].seq, i).second) seqs.push_back(leases[i].seq);
  }
  Result<std::vector<Document>> documents = Read<std::vector<Document>>(
      [&](Connection& db) { return ReadDocuments(db, *sealer_, seqs); });
  if (!documents.ok()) return ahead;
  for (Document& document : *documents) {
    const std::size_t place = places.at(document.seq);
    const bool same = document.id == leases[place].id;
    if (same && document.payload.ok() && !document.has_attachments) {
      ahead[place] = std::move(document.payload).value();
    }
  }
  return ahead;
}

Status RowStore::HandBack(std::span<const Lease> surely_not_sent) {
  return WriteStatus([&](Work& work) { return HandBackRows(work, surely_not_sent); });
}

Status RowStore::Settle(std::span<const Settlement> done) {
  return WriteStatus([&](Work& work) { return SettleRows(work, done); });
}

Result<int> RowStore::RecoverDead() {
  Result<int> dead =
      Write<int>([this](Work& work) { return RecoverDeadRows(work, WhichAreDead()); });
  if (!dead.ok()) return dead;
  for (;;) {
    const Result<int> held =
        Write<int>([](Work& work) { return HoldDoubtRows(work, kRowsAtOnce); });
    if (!held.ok()) return held.status();
    if (*held < kRowsAtOnce) return dead;
  }
}

Result<std::vector<AlarmChange>> RowStore::Tick() {
  std::lock_guard guard(tick_mutex_);
  const Result<TickFacts> facts =
      Read<TickFacts>([&](Connection& db) { return LookForTick(db, Now(), heads_); });
  if (!facts.ok()) return facts.status();
  if (!pulled_in_ || clock_.Steady() - *pulled_in_ >= kPullInEvery) {
    UTBOKS_RETURN_IF_ERROR(PullIn());
    pulled_in_ = clock_.Steady();
  }
  return Write<std::vector<AlarmChange>>(
      [&](Work& work) { return TickRows(work, *facts, !CheckRoom().ok()); });
}

Status RowStore::PullIn() {
  for (;;) {
    const Result<std::vector<MessageSeq>> far = Read<std::vector<MessageSeq>>([&](Connection& db) {
      return FindTooFarAhead(db, context_->settings, Now(), kRowsAtOnce);
    });
    if (!far.ok()) return far.status();
    if (far->empty()) return Status();
    UTBOKS_RETURN_IF_ERROR(WriteStatus([&](Work& work) { return PullInDueTimes(work, *far); }));
    if (far->size() < static_cast<std::size_t>(kRowsAtOnce)) return Status();
  }
}

Status RowStore::SetAlarm(std::string_view name, std::string_view subject, bool stands) {
  return WriteStatus([&](Work& work) {
    return stands ? RaiseAlarm(work, name, subject, false) : ClearAlarm(work, name, subject);
  });
}

Result<std::vector<Acted>> RowStore::Do(const Act& act) {
  return Write<std::vector<Acted>>([&](Work& work) { return DoAct(work, act); });
}

Status RowStore::PauseGate(std::string_view gate, std::optional<WallTime> until,
                           std::string_view actor, const SensitiveText& why) {
  return WriteStatus([&](Work& work) { return PauseGateRow(work, gate, until, actor, why); });
}

Status RowStore::ResumeGate(std::string_view gate, std::string_view actor,
                            const SensitiveText& why) {
  return WriteStatus([&](Work& work) { return ResumeGateRow(work, gate, actor, why); });
}

Status RowStore::Acknowledge(std::string_view alarm, std::string_view actor,
                             const SensitiveText& why) {
  return WriteStatus([&](Work& work) { return AcknowledgeAlarm(work, alarm, actor, why); });
}

Result<Desk::Purged> RowStore::Purge(Millis content_after, Millis record_after, bool feed_read,
                                     int most) {
  return Write<Purged>(
      [&](Work& work) { return PurgeRows(work, content_after, record_after, feed_read, most); });
}

Status RowStore::AuditReading(const Uuid& id, std::string_view actor) {
  return WriteStatus([&](Work& work) { return AuditReadingRow(work, id, actor); });
}

Result<std::int64_t> RowStore::BeginReplay(const NewReplay& job) {
  return Write<std::int64_t>([&](Work& work) { return BeginReplayJob(work, job); });
}

Status RowStore::AddToReplay(std::int64_t job, std::span<const Uuid> ids) {
  return WriteStatus([&](Work& work) { return AddReplayItems(work, job, ids); });
}

Result<ReplayJob> RowStore::StartReplay(std::int64_t job) {
  using Started = std::optional<ReplayJob>;
  Result<Started> started = Write<Started>([&](Work& work) { return StartReplayJob(work, job); });
  if (!started.ok()) return started.status();
  if (!started->has_value()) return AnotherRuns();
  return **std::move(started);
}

Result<ReplayTurn> RowStore::NextReplay() {
  // The worker asks all the time: where none runs nobody is held up by it.
  const Result<std::int64_t> running =
      Read<std::int64_t>([](Connection& db) { return RunningReplay(db); });
  if (!running.ok()) return running.status();
  if (*running == 0) return ReplayTurn();
  return Write<ReplayTurn>([](Work& work) { return NextReplayTurn(work); });
}

Status RowStore::SendReplay(const ReplaySend& send) {
  return WriteStatus([&](Work& work) { return SendReplayItems(work, send); });
}

Status RowStore::RefuseReplay(std::int64_t job, const Uuid& id, std::string_view reason) {
  return WriteStatus([&](Work& work) { return RefuseReplayItem(work, job, id, reason); });
}

Result<ReplayJob> RowStore::CancelReplay(std::int64_t job, std::string_view actor,
                                         const SensitiveText& why) {
  return Write<ReplayJob>([&](Work& work) { return CancelReplayJob(work, job, actor, why); });
}

Result<ReplayJob> RowStore::ResumeReplay(std::int64_t job, std::string_view actor,
                                         const SensitiveText& why) {
  return Write<ReplayJob>([&](Work& work) { return ResumeReplayJob(work, job, actor, why); });
}

Result<std::vector<ReplayJob>> RowStore::ListReplays(std::optional<std::int64_t> only) {
  using Jobs = std::vector<ReplayJob>;
  return Read<Jobs>([&](Connection& db) -> Result<Jobs> {
    if (!only) return AllReplays(db);
    const Result<ReplayJob> job = ReadReplay(db, *only);
    if (!job.ok()) return job.status();
    return Jobs{*job};
  });
}

Result<std::vector<ReplayItem>> RowStore::ReplayItems(std::int64_t job, int most) {
  return Read<std::vector<ReplayItem>>(
      [&](Connection& db) { return ListReplayItems(db, job, most); });
}

Result<std::vector<MessageView>> RowStore::List(const Filter& filter) {
  return Read<std::vector<MessageView>>(
      [&](Connection& db) { return ListMessages(db, *sealer_, filter, Now()); });
}

Result<std::vector<MessageView>> RowStore::Find(std::string_view id, bool by_reference) {
  return Read<std::vector<MessageView>>(
      [&](Connection& db) { return FindMessages(db, *sealer_, id, by_reference, Now()); });
}

Result<std::vector<AttemptView>> RowStore::Attempts(const Uuid& id, bool with_answers) {
  return Read<std::vector<AttemptView>>(
      [&](Connection& db) { return ListAttempts(db, *sealer_, id, with_answers); });
}

Result<std::vector<EventView>> RowStore::Events(std::int64_t after, int limit,
                                                const std::optional<Uuid>& message) {
  return Read<std::vector<EventView>>(
      [&](Connection& db) { return ListEvents(db, *sealer_, after, limit, message); });
}

Result<Payload> RowStore::Content(const Uuid& id) {
  return Read<Payload>([&](Connection& db) -> Result<Payload> {
    const Result<MessageSeq> seq = SeqOf(db, id);
    if (!seq.ok()) return seq.status();
    return ReadPayload(db, *sealer_, *seq);
  });
}

Result<Overview> RowStore::Look() {
  return Read<Overview>([&](Connection& db) { return LookOver(db, Now()); });
}

Result<StreamName> RowStore::Stream() {
  return Read<StreamName>([](Connection& db) { return ReadStreamName(db); });
}

Result<Receiver> RowStore::OpenReceiver(std::string_view name) {
  return Write<Receiver>([&](Work& work) { return OpenReceiverRow(work, name); });
}

Status RowStore::ConfirmEvents(std::string_view name, std::int64_t from, std::int64_t position) {
  return WriteStatus([&](Work& work) { return ConfirmEventRows(work, name, from, position); });
}

Result<std::vector<Receiver>> RowStore::ListReceivers() {
  return Read<std::vector<Receiver>>([](Connection& db) { return ListReceiverRows(db); });
}

Status RowStore::MoveReceiver(std::string_view name, std::int64_t position,
                              std::string_view actor) {
  return WriteStatus([&](Work& work) { return MoveReceiverRow(work, name, position, actor); });
}

Result<std::optional<std::vector<Notice>>> RowStore::Notices(std::string_view feed) {
  return Read<std::optional<std::vector<Notice>>>(
      [&](Connection& db) { return ReadNotices(db, feed); });
}

Status RowStore::KeepNotices(std::string_view feed, const NoticeChanges& changes) {
  return WriteStatus([&](Work& work) { return KeepNoticeRows(work, feed, changes); });
}

Status RowStore::ForgetFeedsBut(std::span<const std::string> feeds) {
  return WriteStatus([&](Work& work) { return ForgetFeedRows(work, feeds); });
}

void RowStore::Changed() {
  {
    std::lock_guard guard(change_mutex_);
    ++changes_;
  }
  changed_.notify_all();
}

void RowStore::WaitForChange(SteadyTime until, const std::stop_token& stop) {
  std::unique_lock guard(change_mutex_);
  while (!stop.stop_requested() && changes_ == seen_changes_ && !ChangedElsewhere()) {
    if (clock_.Steady() >= until) break;
    const SteadyTime look = std::chrono::steady_clock::now() + kLookEvery;
    changed_.wait_until(guard, stop, std::min(until, look),
                        [&] { return changes_ != seen_changes_; });
  }
  seen_changes_ = changes_;
}

}  // namespace utboks::rows

#include "queue/rows/replay.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "queue/reason.h"
#include "queue/rows/desk.h"
#include "queue/rows/replay_row.h"

namespace utboks::rows {
namespace {

// A set that nobody completes was left by a command that is gone.
constexpr Millis kGatheredWithin = std::chrono::hours(24);

Status ForgetJob(Work& work, std::int64_t job) {
  for (const char* sql :
       {"DELETE FROM replay_item WHERE job = ?", "DELETE FROM replay_cause WHERE job = ?",
        "DELETE FROM replay_job WHERE id = ?"}) {
    Query q = work.db.Prepare(sql);
    q.Bind(job);
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  return Status();
}

Status CheckGathering(const ReplayJob& job) {
  if (job.progress.phase == ReplayPhase::kGathering) return Status();
  return Status(Code::kConflict, fmt::format("the set of replay job {} is frozen", job.id));
}

Status ForgetAbandoned(Work& work) {
  std::vector<std::int64_t> jobs;
  {
    Query q = work.db.Prepare(
        "SELECT id FROM replay_job WHERE phase IN (0, 1, 2, 3) AND phase = 0 AND changed_at <= ?");
    q.Bind(ToMillis(work.now - kGatheredWithin));
    while (q.Step()) jobs.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const std::int64_t job : jobs) UTBOKS_RETURN_IF_ERROR(ForgetJob(work, job));
  return Status();
}

}  // namespace

Status AnotherRuns() {
  return Status(Code::kBusy,
                "a replay job runs already, and there is one at a time: `utboks replay --jobs` "
                "shows it; wait for its end, or cancel it");
}

Result<std::int64_t> BeginReplayJob(Work& work, const NewReplay& job) {
  UTBOKS_RETURN_IF_ERROR(ForgetAbandoned(work));
  const Result<std::int64_t> running = RunningReplay(work.db);
  if (!running.ok()) return running.status();
  if (*running != 0) return AnotherRuns();
  const std::string why = SealWhy(work, Uuid{}, job.why);
  Query q = work.db.PrepareNew(
      Serial::kReplayJob,
      "INSERT INTO replay_job (id, created, changed_at, actor, why, again, after_followers, canary,"
      " per_minute, phase) VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)");
  q.Bind(ToMillis(work.now)).BindText(job.actor);
  if (why.empty()) {
    q.BindNull();
  } else {
    q.BindBlob(why);
  }
  q.Bind(job.again).Bind(job.after_followers).Bind(job.canary).Bind(job.per_minute);
  UTBOKS_RETURN_IF_ERROR(q.Run());
  return work.db.NewId();
}

Status AddReplayItems(Work& work, std::int64_t id, std::span<const Uuid> ids) {
  Result<ReplayJob> job = ReadReplay(work.db, id);
  if (!job.ok()) return job.status();
  UTBOKS_RETURN_IF_ERROR(CheckGathering(*job));
  for (const Uuid& one : ids) {
    const Result<MessageSeq> seq = SeqOf(work.db, one);
    if (seq.code() == Code::kNotFound) continue;
    if (!seq.ok()) return seq.status();
    const Result<MessageRow> row = work.messages.Read(*seq);
    if (!row.ok()) return row.status();
    {
      Query q = work.db.Prepare(
          "INSERT INTO replay_item (job, seq, from_state, state) VALUES (?, ?, ?, 0)"
          " ON CONFLICT DO NOTHING");
      q.Bind(id).Bind(*seq).Bind(static_cast<int>(row->facts.state));
      const Result<std::int64_t> added = q.RunCounting();
      if (!added.ok()) return added.status();
      if (*added == 0) continue;
    }
    ++job->progress.counts.waiting;
    const Result<std::vector<FailureKind>> kinds = FailuresOf(work, *row);
    if (!kinds.ok()) return kinds.status();
    int count = 1;
    for (const FailureKind& kind : *kinds) {
      UTBOKS_RETURN_IF_ERROR(
          AddReplayCause(work, id, row->facts.state, kind, std::exchange(count, 0)));
    }
  }
  return WriteReplay(work, *job);
}

Result<std::optional<ReplayJob>> StartReplayJob(Work& work, std::int64_t id) {
  const Result<std::int64_t> running = RunningReplay(work.db);
  if (!running.ok()) return running.status();
  Result<ReplayJob> job = ReadReplay(work.db, id);
  if (!job.ok()) return job.status();
  UTBOKS_RETURN_IF_ERROR(CheckGathering(*job));
  if (*running != 0) {
    UTBOKS_RETURN_IF_ERROR(ForgetJob(work, id));
    return std::optional<ReplayJob>();
  }
  BeginCanary(job->progress);
  UTBOKS_RETURN_IF_ERROR(WriteReplay(work, *job));
  const Result<SensitiveText> why = WhyOfReplay(work, id);
  if (!why.ok()) return why.status();
  UTBOKS_RETURN_IF_ERROR(AddReplayEvent(work, *job, "replay-started", job->actor, *why));
  return std::optional(*std::move(job));
}

Result<ReplayJob> CancelReplayJob(Work& work, std::int64_t id, std::string_view actor,
                                  const SensitiveText& why) {
  Result<ReplayJob> job = ReadReplay(work.db, id);
  if (!job.ok()) return job;
  ReplayPhase& phase = job->progress.phase;
  if (!IsRunning(phase) && phase != ReplayPhase::kStopped) {
    return Status(Code::kConflict, fmt::format("replay job {} is {}: there is nothing to cancel",
                                               id, ReplayPhaseName(phase)));
  }
  phase = ReplayPhase::kCancelled;
  UTBOKS_RETURN_IF_ERROR(ClearAlarm(work, kReplayAlarm, ReplayName(id)));
  UTBOKS_RETURN_IF_ERROR(WriteReplay(work, *job));
  UTBOKS_RETURN_IF_ERROR(AddReplayEvent(work, *job, "replay-cancelled", actor, why));
  return job;
}

Result<ReplayJob> ResumeReplayJob(Work& work, std::int64_t id, std::string_view actor,
                                  const SensitiveText& why) {
  Result<ReplayJob> job = ReadReplay(work.db, id);
  if (!job.ok()) return job;
  if (job->progress.phase != ReplayPhase::kStopped) {
    return Status(Code::kConflict,
                  fmt::format("replay job {} is {}: only one that has stopped can be resumed", id,
                              ReplayPhaseName(job->progress.phase)));
  }
  const Result<std::int64_t> running = RunningReplay(work.db);
  if (!running.ok()) return running.status();
  if (*running != 0) return AnotherRuns();
  if (job->stopped_by) {
    const Result<MessageSeq> seq = SeqOf(work.db, *job->stopped_by);
    const Result<MessageRow> row =
        seq.ok() ? work.messages.Read(*seq) : Result<MessageRow>(seq.status());
    if (!row.ok() && row.code() != Code::kNotFound) return row.status();
    if (row.ok() && row->facts.reason == job->failure) {
      const Result<std::vector<FailureKind>> kinds = FailuresOf(work, *row);
      if (!kinds.ok()) return kinds.status();
      UTBOKS_RETURN_IF_ERROR(AddReplayCause(work, id, row->facts.state, kinds->front(), 0));
    }
  }
  BeginCanary(job->progress);
  job->reason.clear();
  job->failure.clear();
  job->stopped_by.reset();
  UTBOKS_RETURN_IF_ERROR(ClearAlarm(work, kReplayAlarm, ReplayName(id)));
  UTBOKS_RETURN_IF_ERROR(WriteReplay(work, *job));
  UTBOKS_RETURN_IF_ERROR(AddReplayEvent(work, *job, "replay-resumed", actor, why));
  return job;
}

Result<std::vector<ReplayItem>> ListReplayItems(Connection& db, std::int64_t job, int most) {
  std::vector<ReplayItem> items;
  Query q = db.Prepare(
      "SELECT m.id, i.state, i.reason FROM replay_item i JOIN message m ON m.seq = i.seq"
      " WHERE i.job = ? AND i.state IN (3, 4, 5, 6) ORDER BY i.seq LIMIT ?");
  q.Bind(job).Bind(most);
  while (q.Step()) {
    items.push_back(
        {UuidOf(q.Blob(0)), static_cast<ReplayItemState>(q.Int(1)), std::string(q.Text(2))});
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  return items;
}

Status StopReplayAfterRestore(Work& work) {
  const Result<std::int64_t> running = RunningReplay(work.db);
  if (!running.ok()) return running.status();
  if (*running == 0) return Status();
  Result<ReplayJob> job = ReadReplay(work.db, *running);
  if (!job.ok()) return job.status();
  job->progress.phase = ReplayPhase::kStopped;
  job->reason = reason::kRestored;
  UTBOKS_RETURN_IF_ERROR(RaiseAlarm(work, kReplayAlarm, ReplayName(job->id), true));
  UTBOKS_RETURN_IF_ERROR(WriteReplay(work, *job));
  return AddReplayEvent(work, *job, "replay-stopped", "worker", SensitiveText());
}

Status ForgetReplays(Work& work, WallTime before, int most) {
  std::int64_t job = 0;
  {
    Query q = work.db.Prepare(
        "SELECT id FROM replay_job WHERE phase IN (4, 5) AND changed_at <= ? ORDER BY id LIMIT 1");
    q.Bind(ToMillis(before));
    if (q.Step()) job = q.Int(0);
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  if (job == 0) return Status();
  Query q = work.db.Prepare(
      "DELETE FROM replay_item WHERE job = ?1 AND seq IN"
      " (SELECT seq FROM replay_item WHERE job = ?1 ORDER BY seq LIMIT ?2)");
  q.Bind(job).Bind(most);
  const Result<std::int64_t> gone = q.RunCounting();
  if (!gone.ok()) return gone.status();
  return *gone == most ? Status() : ForgetJob(work, job);
}

}  // namespace utboks::rows

#include "queue/rows/replay_row.h"

#include <fmt/format.h>

#include <utility>

#include "queue/reason.h"
#include "queue/rows/desk.h"
#include "queue/rows/settle.h"

namespace utboks::rows {
namespace {

#define UTBOKS_REPLAY_COLUMNS                                                           \
  "id, created, changed_at, actor, again, after_followers, canary, per_minute, phase,"  \
  " batch, batch_sent, batch_accepted, batch_failed, tokens, filled_at, waiting, sent," \
  " accepted, failed, refused, skipped, blocked, reason, failure, stopped_by"

ReplayJob JobOf(const Query& q) {
  ReplayJob job;
  job.id = q.Int(0);
  job.created = WallFromMillis(q.Int(1));
  job.changed = WallFromMillis(q.Int(2));
  job.actor = q.Text(3);
  job.again = q.Bool(4);
  job.after_followers = q.Bool(5);
  ReplayProgress& progress = job.progress;
  progress.canary = static_cast<int>(q.Int(6));
  progress.per_minute = static_cast<int>(q.Int(7));
  progress.phase = static_cast<ReplayPhase>(q.Int(8));
  progress.batch = static_cast<int>(q.Int(9));
  progress.batch_sent = static_cast<int>(q.Int(10));
  progress.batch_accepted = static_cast<int>(q.Int(11));
  progress.batch_failed = static_cast<int>(q.Int(12));
  progress.bucket = {q.Real(13), WallFromMillis(q.Int(14))};
  progress.counts = {q.Int(15), q.Int(16), q.Int(17), q.Int(18), q.Int(19), q.Int(20), q.Int(21)};
  job.reason = q.Text(22);
  job.failure = q.Text(23);
  if (!q.IsNull(24)) job.stopped_by = UuidOf(q.Blob(24));
  return job;
}

Result<std::vector<ReplayJob>> JobsOf(Query q) {
  std::vector<ReplayJob> jobs;
  while (q.Step()) jobs.push_back(JobOf(q));
  UTBOKS_RETURN_IF_ERROR(q.status());
  return jobs;
}

// Whether a verdict of the register, with its feilkode, stands behind the reason.
bool IsVerdict(const MessageRow& row) {
  return row.facts.state == State::kRejected || row.facts.reason == reason::kBlameRun ||
         row.facts.reason == reason::kRejectedAfterDoubt;
}

Result<std::string> FeilkodeOf(Work& work, const MessageRow& row) {
  Query q = work.db.Prepare("SELECT evidence FROM attempt WHERE id = ?");
  q.Bind(row.last_attempt);
  if (!q.Step() || q.IsNull(0)) {
    UTBOKS_RETURN_IF_ERROR(q.status());
    return std::string();
  }
  const Result<std::string> open = work.store.sealer.Open(q.Blob(0), row.id, "evidence");
  // Evidence that does not open is not this job's concern: no feilkode, then.
  if (open.code() == Code::kAltered) return std::string();
  if (!open.ok()) return open.status();
  const std::string feilkode = UnpackEvidence(*open).feilkode;
  if (feilkode.empty()) return std::string();
  const Digest digest = work.store.sealer.Lookup("feilkode", {feilkode});
  return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

}  // namespace

Result<ReplayJob> ReadReplay(Connection& db, std::int64_t id) {
  Query q = db.Prepare("SELECT " UTBOKS_REPLAY_COLUMNS " FROM replay_job WHERE id = ?");
  q.Bind(id);
  if (q.Step()) return JobOf(q);
  UTBOKS_RETURN_IF_ERROR(q.status());
  return Status(Code::kNotFound, fmt::format("there is no replay job {}; `utboks replay --jobs` "
                                             "shows those there are",
                                             id));
}

Result<std::int64_t> RunningReplay(Connection& db) {
  Query q = db.Prepare(
      "SELECT id FROM replay_job WHERE phase IN (0, 1, 2, 3) AND phase IN (1, 2) LIMIT 1");
  const std::int64_t id = q.Step() ? q.Int(0) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return id;
}

Result<std::vector<ReplayJob>> OpenReplays(Connection& db) {
  return JobsOf(db.Prepare("SELECT " UTBOKS_REPLAY_COLUMNS
                           " FROM replay_job WHERE phase IN (0, 1, 2, 3) AND phase > 0"
                           " ORDER BY id DESC"));
}

Result<std::vector<ReplayJob>> AllReplays(Connection& db) {
  return JobsOf(db.Prepare("SELECT " UTBOKS_REPLAY_COLUMNS
                           " FROM replay_job WHERE phase > 0 ORDER BY id DESC"));
}

Status WriteReplay(Work& work, const ReplayJob& job) {
  const ReplayProgress& progress = job.progress;
  const ReplayCounts& counts = progress.counts;
  Query q = work.db.Prepare(
      "UPDATE replay_job SET changed_at = ?, phase = ?, batch = ?, batch_sent = ?,"
      " batch_accepted = ?, batch_failed = ?, tokens = ?, filled_at = ?, waiting = ?, sent = ?,"
      " accepted = ?, failed = ?, refused = ?, skipped = ?, blocked = ?, reason = ?, failure = ?,"
      " stopped_by = ? WHERE id = ?");
  q.Bind(ToMillis(work.now)).Bind(static_cast<int>(progress.phase)).Bind(progress.batch);
  q.Bind(progress.batch_sent).Bind(progress.batch_accepted).Bind(progress.batch_failed);
  q.Bind(progress.bucket.tokens).Bind(ToMillis(progress.bucket.filled_at));
  q.Bind(counts.waiting).Bind(counts.sent).Bind(counts.accepted).Bind(counts.failed);
  q.Bind(counts.refused).Bind(counts.skipped).Bind(counts.blocked);
  q.BindText(job.reason).BindText(job.failure);
  if (job.stopped_by) {
    q.BindBlob(*job.stopped_by);
  } else {
    q.BindNull();
  }
  q.Bind(job.id);
  return q.Run();
}

Status EndReplayItem(Connection& db, std::int64_t job, MessageSeq seq, ReplayItemState state,
                     std::string_view reason) {
  Query q = db.Prepare("UPDATE replay_item SET state = ?, reason = ? WHERE job = ? AND seq = ?");
  q.Bind(static_cast<int>(state)).BindText(reason).Bind(job).Bind(seq);
  return q.Run();
}

Result<std::vector<FailureKind>> FailuresOf(Work& work, const MessageRow& row) {
  std::vector<FailureKind> kinds = {{row.ressurs, row.facts.reason, ""}};
  if (!IsVerdict(row)) return kinds;
  Result<std::string> feilkode = FeilkodeOf(work, row);
  if (!feilkode.ok()) return feilkode.status();
  if (row.facts.reason == reason::kBlameRun) {
    kinds.push_back({row.ressurs, row.facts.blame, *std::move(feilkode)});
  } else {
    kinds.front().feilkode = *std::move(feilkode);
  }
  return kinds;
}

Status AddReplayCause(Work& work, std::int64_t job, State state, const FailureKind& kind,
                      int count) {
  Query q = work.db.Prepare(
      "INSERT INTO replay_cause (job, ressurs, state, reason, feilkode, count)"
      " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (job, ressurs, reason, feilkode, state)"
      " DO UPDATE SET count = replay_cause.count + excluded.count");
  q.Bind(job).Bind(kind.ressurs).Bind(static_cast<int>(state)).BindText(kind.reason);
  q.BindBlob(std::string_view(kind.feilkode)).Bind(count);
  return q.Run();
}

Result<bool> IsKnownFailure(Work& work, std::int64_t job, const FailureKind& kind) {
  Query q = work.db.Prepare(
      "SELECT 1 FROM replay_cause WHERE job = ? AND ressurs = ? AND reason = ? AND feilkode = ?"
      " LIMIT 1");
  q.Bind(job).Bind(kind.ressurs).BindText(kind.reason);
  q.BindBlob(std::string_view(kind.feilkode));
  const bool known = q.Step();
  UTBOKS_RETURN_IF_ERROR(q.status());
  return known;
}

std::string ReplayName(std::int64_t job) {
  return fmt::format("job {}", job);
}

Status AddReplayEvent(Work& work, const ReplayJob& job, std::string_view word,
                      std::string_view actor, const SensitiveText& why) {
  const std::string sealed = SealWhy(work, Uuid{}, why);
  const std::string name = ReplayName(job.id);
  NewEvent event;
  event.event = word;
  event.reason = name;
  event.actor = actor;
  event.why = sealed;
  return AddGateEvent(work, kSite, event);
}

Result<SensitiveText> WhyOfReplay(Work& work, std::int64_t job) {
  Query q = work.db.Prepare("SELECT why FROM replay_job WHERE id = ?");
  q.Bind(job);
  if (!q.Step() || q.IsNull(0)) {
    UTBOKS_RETURN_IF_ERROR(q.status());
    return SensitiveText();
  }
  Result<std::string> why = work.store.sealer.Open(q.Blob(0), Uuid{}, "why");
  if (!why.ok()) return why.status();
  return SensitiveText(*std::move(why));
}

}  // namespace utboks::rows

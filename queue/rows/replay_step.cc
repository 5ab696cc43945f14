#include "queue/rows/replay_step.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "queue/reason.h"
#include "queue/rows/desk.h"
#include "queue/rows/order.h"
#include "queue/rows/refuse.h"
#include "queue/rows/replay_row.h"

namespace utboks::rows {
namespace {

// So many go into one commit: each is read, validated and written.
constexpr int kGroup = 100;

// ---- what became of those that are sent ----

struct End {
  ReplayItemState state = ReplayItemState::kSent;  // kSent: not at its end
  std::string reason;
  bool known = false;  // kFailed: with what was frozen
};

Result<End> BehindOneThatStands(Connection& db, MessageSeq seq) {
  const Result<std::string> keys = ReadKeys(db, seq);
  if (!keys.ok()) return keys.status();
  const Result<std::optional<MessageSeq>> head = HeadBefore(db, seq, *keys);
  if (!head.ok()) return head.status();
  if (!head->has_value()) return End{};
  const Result<MessageRow> first = Messages(db).Read(**head);
  if (!first.ok()) return first.status();
  const State state = first->facts.state;
  if (state != State::kHeld && state != State::kRejected) return End{};
  return End{ReplayItemState::kBlocked, fmt::format("behind {}", FormatUuid(first->id))};
}

Result<End> EndOf(Work& work, std::int64_t job, MessageSeq seq) {
  const Result<MessageRow> row = work.messages.Read(seq);
  if (row.code() == Code::kNotFound) return End{ReplayItemState::kSkipped, "purged"};
  if (!row.ok()) return row.status();
  const MessageFacts& facts = row->facts;
  switch (facts.state) {
    case State::kAccepted:
      return End{ReplayItemState::kAccepted, ""};
    case State::kClosed:
      if (facts.reason == reason::kManual) return End{ReplayItemState::kSkipped, facts.reason};
      return End{ReplayItemState::kAccepted, ""};
    case State::kCancelled:
      return End{ReplayItemState::kSkipped, facts.reason};
    case State::kHeld:
      if (facts.reason == reason::kOperator) return End{ReplayItemState::kSkipped, facts.reason};
      [[fallthrough]];
    case State::kRejected: {
      const Result<std::vector<FailureKind>> kinds = FailuresOf(work, *row);
      if (!kinds.ok()) return kinds.status();
      const Result<bool> known = IsKnownFailure(work, job, kinds->front());
      if (!known.ok()) return known.status();
      return End{ReplayItemState::kFailed, facts.reason, *known};
    }
    case State::kDue:
    case State::kInDoubt:
      return row->ahead > 0 ? BehindOneThatStands(work.db, seq) : End{};
    case State::kSending:
    case State::kReceived:
      return End{};
  }
  return End{};
}

Result<std::vector<MessageSeq>> SentItems(Connection& db, std::int64_t job) {
  std::vector<MessageSeq> sent;
  Query q = db.Prepare("SELECT seq FROM replay_item WHERE job = ? AND state = 1 ORDER BY seq");
  q.Bind(job);
  while (q.Step()) sent.push_back(q.Int(0));
  UTBOKS_RETURN_IF_ERROR(q.status());
  return sent;
}

Status NoteStop(Work& work, ReplayJob& job, MessageSeq seq, std::string_view failure) {
  const Result<MessageRow> row = work.messages.Read(seq);
  if (!row.ok()) return row.status();
  job.reason = job.progress.stopped_by;
  job.failure = failure;
  job.stopped_by = row->id;
  UTBOKS_RETURN_IF_ERROR(RaiseAlarm(work, kReplayAlarm, ReplayName(job.id), true));
  return AddReplayEvent(work, job, "replay-stopped", kWorkerActor, SensitiveText());
}

// True when something of the job changed.
Result<bool> LookAfterSent(Work& work, ReplayJob& job) {
  const Result<std::vector<MessageSeq>> sent = SentItems(work.db, job.id);
  if (!sent.ok()) return sent.status();
  bool changed = false;
  for (const MessageSeq seq : *sent) {
    const Result<End> end = EndOf(work, job.id, seq);
    if (!end.ok()) return end.status();
    if (end->state == ReplayItemState::kSent) continue;
    changed = true;
    UTBOKS_RETURN_IF_ERROR(EndReplayItem(work.db, job.id, seq, end->state, end->reason));
    if (TellEnd(job.progress, ReplayItemState::kSent, end->state, end->known)) {
      UTBOKS_RETURN_IF_ERROR(NoteStop(work, job, seq, end->reason));
    }
  }
  return changed;
}

// The first that wait; those whose record is gone by now are passed over.
Result<std::vector<Uuid>> FirstThatWait(Work& work, ReplayJob& job, int count) {
  std::vector<Uuid> ids;
  std::vector<MessageSeq> gone;
  {
    Query q = work.db.Prepare(
        "SELECT i.seq, m.id FROM replay_item i LEFT JOIN message m ON m.seq = i.seq"
        " WHERE i.job = ? AND i.state = 0 ORDER BY i.seq LIMIT ?");
    q.Bind(job.id).Bind(count);
    while (q.Step()) {
      if (q.IsNull(1)) {
        gone.push_back(q.Int(0));
      } else {
        ids.push_back(UuidOf(q.Blob(1)));
      }
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const MessageSeq seq : gone) {
    UTBOKS_RETURN_IF_ERROR(
        EndReplayItem(work.db, job.id, seq, ReplayItemState::kSkipped, "purged"));
    TellEnd(job.progress, ReplayItemState::kWaiting, ReplayItemState::kSkipped, false);
  }
  return ids;
}

// ---- setting due ----

// One that waits in the job; nothing when it is not one, or no longer.
Result<std::optional<State>> FrozenState(Connection& db, std::int64_t job, MessageSeq seq) {
  Query q =
      db.Prepare("SELECT from_state FROM replay_item WHERE job = ? AND seq = ? AND state = 0");
  q.Bind(job).Bind(seq);
  std::optional<State> state;
  if (q.Step()) state = static_cast<State>(q.Int(0));
  UTBOKS_RETURN_IF_ERROR(q.status());
  return state;
}

bool RegisterHasIt(State state) {
  return state == State::kAccepted || state == State::kClosed;
}

// Somebody has acted on it since: what was held when the set was frozen and is accepted by
// now must not go again, whatever the job may do.
bool MovedOn(State frozen, State now) {
  const bool stands = now == State::kHeld || now == State::kRejected || RegisterHasIt(now);
  return !stands || RegisterHasIt(frozen) != RegisterHasIt(now);
}

Status PassOver(Work& work, ReplayJob& job, MessageSeq seq, ReplayItemState state,
                std::string_view reason) {
  TellEnd(job.progress, ReplayItemState::kWaiting, state, false);
  return EndReplayItem(work.db, job.id, seq, state, reason);
}

Status SendOne(Work& work, ReplayJob& job, const Act& act, const Uuid& id) {
  const Result<MessageSeq> seq = SeqOf(work.db, id);
  if (seq.code() == Code::kNotFound) return Status();  // the next turn passes it over
  if (!seq.ok()) return seq.status();
  const Result<std::optional<State>> frozen = FrozenState(work.db, job.id, *seq);
  if (!frozen.ok()) return frozen.status();
  if (!frozen->has_value()) return Status();
  Result<MessageRow> row = work.messages.Read(*seq);
  if (!row.ok()) return row.status();
  if (MovedOn(**frozen, row->facts.state)) {
    return PassOver(work, job, *seq, ReplayItemState::kSkipped, StateName(row->facts.state));
  }
  Acted acted;
  UTBOKS_RETURN_IF_ERROR(ActOnRow(work, act, id, *row, acted));
  // Its content was read just now: what else stands against it is a follower that has gone.
  if (!acted.status.ok()) {
    const Result<bool> never_valid = IsRefused(work.db, *seq);
    if (!never_valid.ok()) return never_valid.status();
    return PassOver(work, job, *seq, ReplayItemState::kRefused,
                    *never_valid ? "never-valid" : "follower-sent");
  }
  TellSent(job.progress);
  return EndReplayItem(work.db, job.id, *seq, ReplayItemState::kSent, "");
}

Result<ReplayJob> RunningJob(Work& work, std::int64_t id) {
  Result<ReplayJob> job = ReadReplay(work.db, id);
  if (!job.ok()) return job;
  if (IsRunning(job->progress.phase)) return job;
  return Status(Code::kConflict, fmt::format("replay job {} is {}: nothing more of it goes", id,
                                             ReplayPhaseName(job->progress.phase)));
}

}  // namespace

Result<ReplayTurn> NextReplayTurn(Work& work) {
  ReplayTurn turn;
  const Result<std::int64_t> running = RunningReplay(work.db);
  if (!running.ok()) return running.status();
  if (*running == 0) return turn;
  Result<ReplayJob> job = ReadReplay(work.db, *running);
  if (!job.ok()) return job.status();
  turn.job = job->id;
  Result<bool> changed = LookAfterSent(work, *job);
  if (!changed.ok()) return changed.status();
  const ReplayProgress before = job->progress;
  const int go = NextOf(job->progress, kGroup, work.now);
  if (go > 0) {
    Result<std::vector<Uuid>> ids = FirstThatWait(work, *job, go);
    if (!ids.ok()) return ids.status();
    turn.ids = *std::move(ids);
  }
  if (job->progress.phase == ReplayPhase::kDone) {
    UTBOKS_RETURN_IF_ERROR(
        AddReplayEvent(work, *job, "replay-done", kWorkerActor, SensitiveText()));
  }
  const bool moved = before.phase != job->progress.phase || before.batch != job->progress.batch ||
                     before.batch_sent != job->progress.batch_sent ||
                     before.counts.waiting != job->progress.counts.waiting ||
                     before.bucket.filled_at != job->progress.bucket.filled_at;
  if (*changed || moved) UTBOKS_RETURN_IF_ERROR(WriteReplay(work, *job));
  if (!IsRunning(job->progress.phase)) turn.ended = *std::move(job);
  return turn;
}

Status SendReplayItems(Work& work, const ReplaySend& send) {
  Result<ReplayJob> job = RunningJob(work, send.job);
  if (!job.ok()) return job.status();
  Result<SensitiveText> why = WhyOfReplay(work, send.job);
  if (!why.ok()) return why.status();
  Act act;
  act.decision = Decision::kReplay;
  act.actor = job->actor;
  act.why = *std::move(why);
  act.again = job->again;
  act.after_followers = job->after_followers;
  act.edition = send.edition;
  act.schema_hash = send.schema_hash;
  act.job = ReplayName(job->id);
  for (const Uuid& id : send.ids) UTBOKS_RETURN_IF_ERROR(SendOne(work, *job, act, id));
  UTBOKS_RETURN_IF_ERROR(WriteGates(work));
  return WriteReplay(work, *job);
}

Status RefuseReplayItem(Work& work, std::int64_t id, const Uuid& message, std::string_view reason) {
  Result<ReplayJob> job = RunningJob(work, id);
  if (!job.ok()) return job.status();
  const Result<MessageSeq> seq = SeqOf(work.db, message);
  if (seq.code() == Code::kNotFound) return Status();
  if (!seq.ok()) return seq.status();
  const Result<std::optional<State>> frozen = FrozenState(work.db, id, *seq);
  if (!frozen.ok()) return frozen.status();
  if (!frozen->has_value()) return Status();
  UTBOKS_RETURN_IF_ERROR(PassOver(work, *job, *seq, ReplayItemState::kRefused, reason));
  return WriteReplay(work, *job);
}

}  // namespace utboks::rows

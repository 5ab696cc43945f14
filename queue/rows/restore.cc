#include "queue/rows/restore.h"

#include <vector>

#include "queue/reason.h"
#include "queue/rows/replay.h"
#include "queue/rows/settle.h"

namespace utboks::rows {
namespace {

constexpr std::string_view kActor = "worker";

Result<std::vector<MessageSeq>> SeqsOf(Connection& db, const char* sql) {
  std::vector<MessageSeq> seqs;
  Query q = db.Prepare(sql);
  while (q.Step()) seqs.push_back(q.Int(0));
  UTBOKS_RETURN_IF_ERROR(q.status());
  return seqs;
}

Status EndAttempt(Work& work, std::int64_t attempt) {
  Query q = work.db.Prepare("UPDATE attempt SET ended = ?, result = ?, reason = ? WHERE id = ?");
  q.Bind(ToMillis(work.now)).Bind(static_cast<int>(AttemptResult::kUnanswered));
  q.BindText(reason::kRestored).Bind(attempt);
  return q.Run();
}

}  // namespace

Status DoubtAfterRestore(Work& work) {
  const Result<std::vector<MessageSeq>> waiting =
      SeqsOf(work.db,
             "SELECT m.seq FROM message m LEFT JOIN lease l ON l.seq = m.seq"
             " WHERE m.state = 1 OR l.seq IS NOT NULL ORDER BY m.seq");
  if (!waiting.ok()) return waiting.status();
  for (const MessageSeq seq : *waiting) {
    Result<MessageRow> row = work.messages.Read(seq);
    if (!row.ok()) return row.status();
    const State before = row->facts.state;
    if (before == State::kSending) {
      UTBOKS_RETURN_IF_ERROR(EndAttempt(work, row->last_attempt));
    }
    row->facts.state = State::kInDoubt;
    row->facts.reason = reason::kRestored;
    row->facts.unanswered = true;
    NewEvent event;
    event.reason = row->facts.reason;
    event.actor = kActor;
    UTBOKS_RETURN_IF_ERROR(WriteChange(work, *row, before, Cause::kRestore, event));
  }
  const Result<std::vector<MessageSeq>> stopped =
      SeqsOf(work.db, "SELECT seq FROM message WHERE state IN (4, 7) AND unanswered = 0");
  if (!stopped.ok()) return stopped.status();
  for (const MessageSeq seq : *stopped) {
    Result<MessageRow> row = work.messages.Read(seq);
    if (!row.ok()) return row.status();
    row->facts.unanswered = true;
    NewEvent event;
    event.reason = reason::kRestored;
    event.actor = kActor;
    UTBOKS_RETURN_IF_ERROR(WriteChange(work, *row, row->facts.state, Cause::kRestore, event));
  }
  UTBOKS_RETURN_IF_ERROR(StopReplayAfterRestore(work));
  return WriteGates(work);
}

}  // namespace utboks::rows

#include "queue/rows/purge.h"

#include <vector>

#include "queue/rows/attachment.h"
#include "queue/rows/order.h"
#include "queue/rows/refuse.h"
#include "queue/rows/replay.h"
#include "queue/rows/settle.h"

namespace utboks::rows {
namespace {

// What one step may remove beside its number of messages: each overflow page of a
// large document is read to be freed, each attempt of a long outage is a row.
constexpr std::int64_t kMostBytes = 16 << 20;
constexpr std::int64_t kMostRows = 5'000;

Status RunFor(Connection& db, const char* sql, MessageSeq seq) {
  Query q = db.Prepare(sql);
  q.Bind(seq);
  return q.Run();
}

Result<std::vector<MessageSeq>> EndedBefore(Connection& db, const char* sql, WallTime before,
                                            int most) {
  std::vector<MessageSeq> seqs;
  Query q = db.Prepare(sql);
  q.Bind(ToMillis(before)).Bind(most);
  while (q.Step()) seqs.push_back(q.Int(0));
  UTBOKS_RETURN_IF_ERROR(q.status());
  return seqs;
}

// Where nobody reads the feed, time decides what was accepted.
Status CloseAccepted(Work& work, MessageSeq seq) {
  Result<MessageRow> row = work.messages.Read(seq);
  if (!row.ok()) return row.status();
  row->facts.state = State::kClosed;
  row->facts.reason = "no-feedback-read";
  NewEvent event;
  event.reason = row->facts.reason;
  event.actor = "worker";
  const WallTime since = row->changed_at;
  UTBOKS_RETURN_IF_ERROR(WriteChange(work, *row, State::kAccepted, Cause::kPurge, event));
  // Its content has had its time already: it was final when it was accepted.
  row->changed_at = since;
  return work.messages.Write(*row);
}

// How many bytes it was.  The length of a value is read without the value.
Result<std::int64_t> RemoveContent(Work& work, MessageSeq seq) {
  std::int64_t bytes = 0;
  {
    Query q =
        work.db.Prepare("SELECT coalesce(sum(length(document)), 0) FROM content WHERE seq = ?");
    q.Bind(seq);
    if (q.Step()) bytes = q.Int(0);
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  const Result<std::int64_t> attachments = AttachmentBytes(work.db, seq);
  if (!attachments.ok()) return attachments.status();
  bytes += *attachments;
  UTBOKS_RETURN_IF_ERROR(RunFor(work.db, "DELETE FROM content WHERE seq = ?", seq));
  UTBOKS_RETURN_IF_ERROR(RemoveAttachments(work.db, seq));
  UTBOKS_RETURN_IF_ERROR(RunFor(work.db, "UPDATE message SET has_content = 0 WHERE seq = ?", seq));
  return bytes;
}

// Removes a chain of rows, each naming the one before it; how many.
Result<std::int64_t> RemoveChain(Connection& db, const char* find, const char* remove,
                                 std::int64_t last) {
  std::int64_t removed = 0;
  for (std::int64_t id = last; id != 0; ++removed) {
    std::int64_t prev = 0;
    {
      Query q = db.Prepare(find);
      q.Bind(id);
      if (q.Step()) prev = q.Int(0);
      UTBOKS_RETURN_IF_ERROR(q.status());
    }
    UTBOKS_RETURN_IF_ERROR(RunFor(db, remove, id));
    id = prev;
  }
  return removed;
}

Status WriteTombstone(Work& work, const MessageRow& row) {
  const Result<std::string> receipt =
      ReadReference(work.db, work.store.sealer, row.id, row.receipt);
  if (!receipt.ok()) return receipt.status();
  const std::string reference =
      receipt->empty() ? std::string() : work.store.sealer.Seal(*receipt, row.id, "reference");
  Query q = work.db.Prepare(
      "INSERT INTO tombstone (identifikator, id, digest, state, reference, at)"
      " SELECT r.identifikator, m.id, r.digest, ?, ?, ? FROM record r"
      " JOIN message m ON m.seq = r.seq WHERE r.seq = ?");
  q.Bind(static_cast<int>(row.facts.state));
  if (reference.empty()) {
    q.BindNull();
  } else {
    q.BindBlob(reference);
  }
  q.Bind(ToMillis(work.now)).Bind(row.facts.seq);
  return q.Run();
}

// How many rows it was.  The record goes; the tombstone stays, so that the identifier
// is never free again.
Result<std::int64_t> BuryRecord(Work& work, MessageSeq seq) {
  Result<MessageRow> row = work.messages.Read(seq);
  if (!row.ok()) return row.status();
  const Result<bool> refused = IsRefused(work.db, seq);
  if (!refused.ok()) return refused.status();
  if (*refused) {
    UTBOKS_RETURN_IF_ERROR(ForgetRefusal(work.db, seq));  // it held no identifier
  } else {
    UTBOKS_RETURN_IF_ERROR(WriteTombstone(work, *row));
  }
  UTBOKS_RETURN_IF_ERROR(ForgetAliases(work.db, seq));
  UTBOKS_RETURN_IF_ERROR(ForgetKeys(work, *row));
  Result<std::int64_t> attempts =
      RemoveChain(work.db, "SELECT prev FROM attempt WHERE id = ?",
                  "DELETE FROM attempt WHERE id = ?", row->last_attempt);
  if (!attempts.ok()) return attempts;
  Result<std::int64_t> events = RemoveChain(work.db, "SELECT prev FROM history WHERE id = ?",
                                            "DELETE FROM history WHERE id = ?", row->last_event);
  if (!events.ok()) return events;
  UTBOKS_RETURN_IF_ERROR(RunFor(work.db, "DELETE FROM content WHERE seq = ?", seq));
  UTBOKS_RETURN_IF_ERROR(RemoveAttachments(work.db, seq));
  UTBOKS_RETURN_IF_ERROR(RunFor(work.db, "DELETE FROM record WHERE seq = ?", seq));
  UTBOKS_RETURN_IF_ERROR(RunFor(work.db, "DELETE FROM message WHERE seq = ?", seq));
  return *attempts + *events;
}

Status ForgetGates(Work& work, WallTime before, int most) {
  Query q = work.db.Prepare(
      "DELETE FROM history WHERE id IN"
      " (SELECT id FROM history WHERE message = 0 AND at <= ? ORDER BY at, id LIMIT ?)");
  q.Bind(ToMillis(before)).Bind(most);
  return q.Run();
}

}  // namespace

Result<Desk::Purged> PurgeRows(Work& work, Millis content_after, Millis record_after,
                               bool feed_read, int most) {
  Desk::Purged purged;
  if (!feed_read) {
    const Result<std::vector<MessageSeq>> accepted =
        EndedBefore(work.db,
                    "SELECT seq FROM message WHERE state = 5 AND changed_at <= ? ORDER BY "
                    "changed_at, seq LIMIT ?",
                    work.now - content_after, most);
    if (!accepted.ok()) return accepted.status();
    for (const MessageSeq seq : *accepted) {
      UTBOKS_RETURN_IF_ERROR(CloseAccepted(work, seq));
      ++purged.closed;
    }
  }
  // By its own index: the other would pass, at each step, over all that has none left.
  const Result<std::vector<MessageSeq>> contents =
      EndedBefore(work.db,
                  "SELECT seq FROM message INDEXED BY message_content"
                  " WHERE has_content = 1 AND state IN (6, 7, 8) AND changed_at <= ? ORDER BY "
                  "changed_at, seq LIMIT ?",
                  work.now - content_after, most);
  if (!contents.ok()) return contents.status();
  std::int64_t bytes = 0;
  for (const MessageSeq seq : *contents) {
    const Result<std::int64_t> removed = RemoveContent(work, seq);
    if (!removed.ok()) return removed.status();
    ++purged.contents;
    if ((bytes += *removed) >= kMostBytes) break;
  }
  const Result<std::vector<MessageSeq>> records =
      EndedBefore(work.db,
                  "SELECT seq FROM message WHERE state IN (6, 7, 8) AND changed_at <= ? ORDER BY "
                  "changed_at, seq LIMIT ?",
                  work.now - record_after, most);
  if (!records.ok()) return records.status();
  std::int64_t rows = 0;
  for (const MessageSeq seq : *records) {
    const Result<std::int64_t> removed = BuryRecord(work, seq);
    if (!removed.ok()) return removed.status();
    ++purged.records;
    if ((rows += *removed) >= kMostRows) break;
  }
  UTBOKS_RETURN_IF_ERROR(ForgetGates(work, work.now - record_after, most));
  UTBOKS_RETURN_IF_ERROR(ForgetReplays(work, work.now - record_after, most));
  UTBOKS_RETURN_IF_ERROR(WriteGates(work));
  return purged;
}

}  // namespace utboks::rows

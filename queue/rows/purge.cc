#include "queue/rows/purge.h"

#include <vector>

#include "queue/rows/attachment.h"
#include "queue/rows/burial.h"
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

Status RemoveContent(Work& work, MessageSeq seq) {
  UTBOKS_RETURN_IF_ERROR(RunFor(work.db, "DELETE FROM content WHERE seq = ?", seq));
  UTBOKS_RETURN_IF_ERROR(RemoveAttachments(work.db, seq));
  return RunFor(work.db, "UPDATE message SET has_content = 0 WHERE seq = ?", seq);
}

Status WriteTombstone(Work& work, const MessageRow& row, const Burial& burial) {
  std::string reference;
  if (burial.evidence) {
    const Result<std::string> open = work.store.sealer.Open(*burial.evidence, row.id, "evidence");
    if (!open.ok()) return open.status();
    const std::string receipt = UnpackEvidence(*open).reference;
    if (!receipt.empty()) reference = work.store.sealer.Seal(receipt, row.id, "reference");
  }
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

// About how many rows it was.  The record goes; the tombstone stays, so that the
// identifier is never free again.
Result<std::int64_t> BuryRecord(Work& work, Burials& burials, MessageSeq seq) {
  Result<MessageRow> row = work.messages.Read(seq);
  if (!row.ok()) return row.status();
  const Result<Burial> burial = burials.Of(seq);
  if (!burial.ok()) return burial.status();
  if (burial->refused) {
    UTBOKS_RETURN_IF_ERROR(ForgetRefusal(work.db, seq));  // it held no identifier
  } else {
    UTBOKS_RETURN_IF_ERROR(WriteTombstone(work, *row, *burial));
  }
  UTBOKS_RETURN_IF_ERROR(ForgetAliases(work.db, seq));
  UTBOKS_RETURN_IF_ERROR(ForgetKeys(work, *row, burial->keys, burial->alone));
  // Chains of rows, each naming the one before it.
  UTBOKS_RETURN_IF_ERROR(RunFor(work.db,
                                "WITH RECURSIVE chain (id, prev) AS"
                                " (SELECT id, prev FROM attempt WHERE id = ? UNION ALL"
                                " SELECT a.id, a.prev FROM chain c JOIN attempt a ON a.id = c.prev)"
                                " DELETE FROM attempt WHERE id IN (SELECT id FROM chain)",
                                row->last_attempt));
  UTBOKS_RETURN_IF_ERROR(RunFor(work.db,
                                "WITH RECURSIVE chain (id, prev) AS"
                                " (SELECT id, prev FROM history WHERE id = ? UNION ALL"
                                " SELECT h.id, h.prev FROM chain c JOIN history h ON h.id = c.prev)"
                                " DELETE FROM history WHERE id IN (SELECT id FROM chain)",
                                row->last_event));
  UTBOKS_RETURN_IF_ERROR(RunFor(work.db, "DELETE FROM content WHERE seq = ?", seq));
  UTBOKS_RETURN_IF_ERROR(RemoveAttachments(work.db, seq));
  UTBOKS_RETURN_IF_ERROR(RunFor(work.db, "DELETE FROM record WHERE seq = ?", seq));
  UTBOKS_RETURN_IF_ERROR(work.messages.Remove(*row));
  // An attempt has an event before it and one after.
  return std::int64_t{3} * row->attempts + 2;
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
    UTBOKS_RETURN_IF_ERROR(work.messages.LookAhead(*accepted));
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
  ContentSizes sizes(work.db);
  UTBOKS_RETURN_IF_ERROR(sizes.LookAhead(*contents));
  std::int64_t bytes = 0;
  for (const MessageSeq seq : *contents) {
    const Result<std::int64_t> removed = sizes.Of(seq);
    if (!removed.ok()) return removed.status();
    UTBOKS_RETURN_IF_ERROR(RemoveContent(work, seq));
    ++purged.contents;
    if ((bytes += *removed) >= kMostBytes) break;
  }
  const Result<std::vector<MessageSeq>> records =
      EndedBefore(work.db,
                  "SELECT seq FROM message WHERE state IN (6, 7, 8) AND changed_at <= ? ORDER BY "
                  "changed_at, seq LIMIT ?",
                  work.now - record_after, most);
  if (!records.ok()) return records.status();
  Burials burials(work.db);
  UTBOKS_RETURN_IF_ERROR(work.messages.LookAhead(*records));
  UTBOKS_RETURN_IF_ERROR(burials.LookAhead(*records));
  std::int64_t rows = 0;
  for (const MessageSeq seq : *records) {
    const Result<std::int64_t> removed = BuryRecord(work, burials, seq);
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

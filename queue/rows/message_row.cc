#include "queue/rows/message_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>

namespace utboks::rows {
namespace {

Status LeaveReady(Connection& db, int lane, int ressurs, WallTime due_at, MessageSeq seq) {
  Query q =
      db.Prepare("DELETE FROM ready WHERE lane = ? AND ressurs = ? AND due_at = ? AND seq = ?");
  q.Bind(lane).Bind(ressurs).Bind(ToMillis(due_at)).Bind(seq);
  return q.RunExpecting(1, "a message that may be claimed is not among the ready");
}

Status BecomeReady(Connection& db, const MessageRow& row) {
  Query q = db.Prepare(
      "INSERT INTO ready (lane, ressurs, due_at, seq, id, last_attempt, doubt, waited_on)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  q.Bind(row.lane).Bind(row.ressurs).Bind(ToMillis(row.facts.due_at)).Bind(row.facts.seq);
  q.BindBlob(row.id).Bind(row.last_attempt).Bind(row.facts.state == State::kInDoubt);
  q.Bind(static_cast<int>(row.waited_on));
  return q.Run();
}

Status EndLease(Connection& db, MessageSeq seq) {
  Query q = db.Prepare("DELETE FROM lease WHERE seq = ?");
  q.Bind(seq);
  return q.Run();
}

MessageRow::Stored AsStored(const MessageRow& row) {
  MessageRow::Stored stored;
  stored.ready = row.ready();
  stored.state = row.facts.state;
  stored.last_attempt = row.last_attempt;
  stored.due_at = row.facts.due_at;
  stored.doubt = row.facts.state == State::kInDoubt;
  stored.waited_on = row.waited_on;
  return stored;
}

// The entry in `ready` as it is and as it is to be.
Status KeepReady(Connection& db, const MessageRow& row) {
  const MessageRow::Stored& was = row.stored;
  const MessageRow::Stored now = AsStored(row);
  const bool same = was.ready == now.ready && was.due_at == now.due_at && was.doubt == now.doubt &&
                    was.waited_on == now.waited_on && was.last_attempt == now.last_attempt;
  if (same) return Status();
  if (was.ready) {
    UTBOKS_RETURN_IF_ERROR(LeaveReady(db, row.lane, row.ressurs, was.due_at, row.facts.seq));
  }
  return now.ready ? BecomeReady(db, row) : Status();
}

#define UTBOKS_MESSAGE_COLUMNS                                                          \
  "m.seq, m.id, m.ressurs, m.lane, m.state, m.reason, m.ahead, m.due_at, m.not_before," \
  " m.waited_on, m.attempts, m.counted, m.unanswered, m.doubts, m.crashes, m.backoff,"  \
  " m.first_failure, m.judged, m.blame, m.in_keys, m.followed, m.after_followers,"      \
  " m.last_attempt, m.receipt, m.last_event, m.changed_at, l.attempt"                   \
  " FROM message m LEFT JOIN lease l ON l.seq = m.seq"

MessageRow RowOf(const Query& q) {
  MessageRow row;
  MessageFacts& facts = row.facts;
  int at = 0;
  facts.seq = q.Int(at);
  row.id = UuidOf(q.Blob(++at));
  row.ressurs = static_cast<int>(q.Int(++at));
  row.lane = static_cast<int>(q.Int(++at));
  facts.state = static_cast<State>(q.Int(++at));
  facts.reason = q.Text(++at);
  row.ahead = static_cast<int>(q.Int(++at));
  facts.due_at = WallFromMillis(q.Int(++at));
  row.not_before = TimeOf(q.MaybeInt(++at));
  row.waited_on = static_cast<WaitedOn>(q.Int(++at));
  row.attempts = static_cast<int>(q.Int(++at));
  facts.counted = static_cast<int>(q.Int(++at));
  facts.unanswered = q.Bool(++at);
  facts.doubts = static_cast<int>(q.Int(++at));
  facts.crashes = static_cast<int>(q.Int(++at));
  facts.last_backoff = Millis(q.Int(++at));
  facts.first_failure = TimeOf(q.MaybeInt(++at));
  facts.judged = q.Bool(++at);
  facts.blame = q.Text(++at);
  row.in_keys = q.Bool(++at);
  row.followed = q.Bool(++at);
  row.after_followers = q.Bool(++at);
  row.last_attempt = q.Int(++at);
  row.receipt = q.Int(++at);
  row.last_event = q.Int(++at);
  row.changed_at = WallFromMillis(q.Int(++at));
  row.stored = AsStored(row);
  if (!q.IsNull(++at)) {
    row.stored.leased = true;
    row.stored.ready = false;
    facts.state = State::kSending;
    row.last_attempt = q.Int(at);
    ++row.attempts;
  }
  return row;
}

}  // namespace

Result<MessageRow> Messages::Read(MessageSeq seq) {
  if (const auto found = ahead_.find(seq); found != ahead_.end()) {
    MessageRow row = std::move(found->second);
    ahead_.erase(found);
    return row;
  }
  Query q = db_.Prepare("SELECT " UTBOKS_MESSAGE_COLUMNS " WHERE m.seq = ?");
  q.Bind(seq);
  if (!q.Step()) {
    UTBOKS_RETURN_IF_ERROR(q.status());
    return Status(Code::kNotFound, "there is no such message");
  }
  return RowOf(q);
}

Status Messages::LookAhead(std::span<const MessageSeq> seqs) {
  if (!db_.far() || seqs.size() < 2) return Status();
  const std::string all = fmt::format("{}", fmt::join(seqs, " "));
  Query q = db_.Prepare("SELECT " UTBOKS_MESSAGE_COLUMNS
                        " WHERE m.seq = ANY(CAST(string_to_array(?, ' ') AS BIGINT[]))");
  q.BindText(all);
  while (q.Step()) {
    MessageRow row = RowOf(q);
    ahead_.insert_or_assign(row.facts.seq, std::move(row));
  }
  return q.status();
}

Status Messages::Write(MessageRow& row) {
  Connection& db = db_;
  ahead_.erase(row.facts.seq);
  const MessageFacts& facts = row.facts;
  const bool sending = facts.state == State::kSending;
  assert(!sending || row.stored.leased);
  Query q = db.Prepare(
      "UPDATE message SET state = ?, reason = ?, ahead = ?, due_at = ?, waited_on = ?,"
      " attempts = ?, counted = ?, unanswered = ?, doubts = ?, crashes = ?, backoff = ?,"
      " first_failure = ?, judged = ?, blame = ?, in_keys = ?, followed = ?, after_followers = ?,"
      " last_attempt = ?, receipt = ?, last_event = ?, changed_at = ? WHERE seq = ?");
  const State written = sending ? row.stored.state : facts.state;
  tally_.Move(row.stored.state, written);
  q.Bind(static_cast<int>(written)).BindText(facts.reason);
  q.Bind(row.ahead).Bind(ToMillis(facts.due_at)).Bind(static_cast<int>(row.waited_on));
  q.Bind(sending ? row.attempts - 1 : row.attempts).Bind(facts.counted).Bind(facts.unanswered);
  q.Bind(facts.doubts).Bind(facts.crashes).Bind(facts.last_backoff.count());
  q.Bind(MillisOf(facts.first_failure)).Bind(facts.judged).BindText(facts.blame);
  q.Bind(row.in_keys).Bind(row.followed).Bind(row.after_followers);
  q.Bind(sending ? row.stored.last_attempt : row.last_attempt).Bind(row.receipt);
  q.Bind(row.last_event).Bind(ToMillis(row.changed_at)).Bind(facts.seq);
  UTBOKS_RETURN_IF_ERROR(q.Run());
  if (sending) return Status();
  if (row.stored.leased) UTBOKS_RETURN_IF_ERROR(EndLease(db, facts.seq));
  UTBOKS_RETURN_IF_ERROR(KeepReady(db, row));
  row.stored = AsStored(row);
  return Status();
}

Status Messages::Insert(MessageRow& row) {
  Connection& db = db_;
  Query q = db.Prepare(
      "INSERT INTO message (seq, id, ressurs, lane, state, ahead, due_at, not_before, last_event,"
      " changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  q.Bind(row.facts.seq).BindBlob(row.id).Bind(row.ressurs).Bind(row.lane);
  q.Bind(static_cast<int>(row.facts.state)).Bind(row.ahead).Bind(ToMillis(row.facts.due_at));
  q.Bind(MillisOf(row.not_before)).Bind(row.last_event).Bind(ToMillis(row.changed_at));
  UTBOKS_RETURN_IF_ERROR(q.Run());
  row.stored = AsStored(row);
  tally_.Add(row.stored.state, 1);
  return row.ready() ? BecomeReady(db, row) : Status();
}

Status Messages::Remove(const MessageRow& row) {
  ahead_.erase(row.facts.seq);
  tally_.Add(row.stored.state, -1);
  Query q = db_.Prepare("DELETE FROM message WHERE seq = ?");
  q.Bind(row.facts.seq);
  return q.Run();
}

Status MoveToLease(Connection& db, const Candidate& candidate, std::int64_t attempt,
                   WallTime until) {
  UTBOKS_RETURN_IF_ERROR(
      LeaveReady(db, candidate.lane, candidate.ressurs, candidate.due_at, candidate.seq));
  Query q = db.Prepare("INSERT INTO lease (seq, ressurs, attempt, until) VALUES (?, ?, ?, ?)");
  q.Bind(candidate.seq).Bind(candidate.ressurs).Bind(attempt).Bind(ToMillis(until));
  return q.Run();
}

Result<std::string> ReadKeys(Connection& db, MessageSeq seq) {
  Query q = db.Prepare("SELECT keys FROM record WHERE seq = ?");
  q.Bind(seq);
  if (!q.Step()) {
    UTBOKS_RETURN_IF_ERROR(q.status());
    return Status(Code::kCorrupt, "the store has a message without its record");
  }
  return std::string(q.Blob(0));
}

Uuid UuidOf(std::string_view blob) {
  Uuid id{};
  std::memcpy(id.data(), blob.data(), std::min(blob.size(), id.size()));
  return id;
}

}  // namespace utboks::rows

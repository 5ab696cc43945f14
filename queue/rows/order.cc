#include "queue/rows/order.h"

#include <set>

namespace utboks::rows {
namespace {

template <typename Each>
Status ForEachKey(std::string_view keys, Each&& each) {
  for (std::size_t at = 0; at + kOrderKeyBytes <= keys.size(); at += kOrderKeyBytes) {
    UTBOKS_RETURN_IF_ERROR(each(keys.substr(at, kOrderKeyBytes)));
  }
  return Status();
}

// Stale rows are passed over: there is at most one, at the end.
Result<MessageSeq> FirstIn(Connection& db, std::string_view key) {
  Query q = db.Prepare(
      "SELECT k.seq FROM order_key k JOIN message m ON m.seq = k.seq"
      " WHERE k.key = ? AND k.gone = 0 AND m.in_keys = 1 ORDER BY k.seq LIMIT 1");
  q.BindBlob(key);
  const MessageSeq first = q.Step() ? q.Int(0) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return first;
}

Status Put(Connection& db, std::string_view key, bool gone, MessageSeq seq) {
  Query q =
      db.Prepare("INSERT INTO order_key (key, gone, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  q.BindBlob(key).Bind(gone).Bind(seq);
  return q.Run();
}

Status Drop(Connection& db, std::string_view key, bool gone, MessageSeq seq) {
  Query q = db.Prepare("DELETE FROM order_key WHERE key = ? AND gone = ? AND seq = ?");
  q.BindBlob(key).Bind(gone).Bind(seq);
  return q.Run();
}

Status ShiftAhead(Work& work, MessageSeq seq, int by) {
  Result<MessageRow> row = work.messages.Read(seq);
  if (!row.ok()) return row.status();
  row->ahead += by;
  return work.messages.Write(*row);
}

Status MarkFollowed(Connection& db, MessageSeq seq) {
  Query q = db.Prepare("UPDATE message SET followed = 1 WHERE seq = ? AND followed = 0");
  q.Bind(seq);
  return q.Run();
}

Status MarkGone(Connection& db, std::string_view key, MessageSeq seq) {
  UTBOKS_RETURN_IF_ERROR(Drop(db, key, false, seq));
  return Put(db, key, true, seq);
}

// The last that stands before `seq` in a key, 0 when none does.  Puts a stale row
// right that it meets: `seq` is about to stand behind it.
Result<MessageSeq> LastBefore(Connection& db, std::string_view key, MessageSeq seq) {
  for (;;) {
    MessageSeq last = 0;
    bool stands = false;
    {
      Query q = db.Prepare(
          "SELECT k.seq, m.in_keys FROM order_key k JOIN message m ON m.seq = k.seq"
          " WHERE k.key = ? AND k.gone = 0 AND k.seq < ? ORDER BY k.seq DESC LIMIT 1");
      q.BindBlob(key).Bind(seq);
      if (q.Step()) {
        last = q.Int(0);
        stands = q.Bool(1);
      }
      UTBOKS_RETURN_IF_ERROR(q.status());
    }
    if (last == 0 || stands) return last;
    UTBOKS_RETURN_IF_ERROR(MarkGone(db, key, last));
  }
}

// LastBefore, for one that comes after all.
Result<MessageSeq> LastForNew(Connection& db, Tails& tails, std::string_view key, MessageSeq seq) {
  const Result<Tail*> known = tails.Of(key);
  if (!known.ok()) return known.status();
  if (*known == nullptr) return LastBefore(db, key, seq);
  Tail& tail = **known;
  if (tail.stale > tail.stands) UTBOKS_RETURN_IF_ERROR(MarkGone(db, key, tail.stale));
  const MessageSeq last = tail.stands;
  tail = Tail{seq, 0};
  return last;
}

Result<bool> AnybodyBefore(Connection& db, std::string_view key, MessageSeq seq) {
  Query q = db.Prepare(
      "SELECT 1 FROM order_key k JOIN message m ON m.seq = k.seq"
      " WHERE k.key = ? AND k.gone IN (0, 1) AND k.seq < ? LIMIT 1");
  q.BindBlob(key).Bind(seq);
  const bool any = q.Step();
  UTBOKS_RETURN_IF_ERROR(q.status());
  return any;
}

// The places kept for purged messages at the head of a key: nobody is before them.
Status DropPlacesOfPurged(Connection& db, std::string_view key) {
  for (;;) {
    MessageSeq first = 0;
    {
      Query q = db.Prepare(
          "SELECT k.seq FROM order_key k LEFT JOIN message m ON m.seq = k.seq"
          " WHERE k.key = ?1 AND k.gone = 1 AND m.seq IS NULL"
          " AND k.seq = (SELECT min(seq) FROM order_key WHERE key = ?1 AND gone = 1)");
      q.BindBlob(key);
      if (q.Step()) first = q.Int(0);
      UTBOKS_RETURN_IF_ERROR(q.status());
    }
    if (first == 0) return Status();
    const Result<bool> one_before = AnybodyBefore(db, key, first);
    if (!one_before.ok()) return one_before.status();
    if (*one_before) return Status();
    UTBOKS_RETURN_IF_ERROR(Drop(db, key, true, first));
  }
}

}  // namespace

Result<int> TakeKeys(Work& work, Tails& tails, MessageSeq seq, std::string_view keys) {
  int ahead = 0;
  const Status taken = ForEachKey(keys, [&](std::string_view key) -> Status {
    const Result<MessageSeq> last = LastForNew(work.db, tails, key, seq);
    if (!last.ok()) return last.status();
    if (*last != 0) {
      ++ahead;
      UTBOKS_RETURN_IF_ERROR(MarkFollowed(work.db, *last));
    }
    return Put(work.db, key, false, seq);
  });
  if (!taken.ok()) return taken;
  return ahead;
}

Status LeaveKeys(Work& work, MessageRow& row) {
  if (!row.in_keys) return Status();
  row.in_keys = false;
  row.ahead = 0;
  if (!row.followed) return Status();
  const Result<std::string> keys = ReadKeys(work.db, row.facts.seq);
  if (!keys.ok()) return keys.status();
  return ForEachKey(*keys, [&](std::string_view key) -> Status {
    const Result<MessageSeq> first = FirstIn(work.db, key);
    if (!first.ok()) return first.status();
    UTBOKS_RETURN_IF_ERROR(MarkGone(work.db, key, row.facts.seq));
    if (*first != row.facts.seq) return Status();
    const Result<MessageSeq> next = FirstIn(work.db, key);
    if (!next.ok()) return next.status();
    return *next == 0 ? Status() : ShiftAhead(work, *next, -1);
  });
}

Status ReturnToKeys(Work& work, MessageRow& row) {
  if (row.in_keys) return Status();
  const Result<std::string> keys = ReadKeys(work.db, row.facts.seq);
  if (!keys.ok()) return keys.status();
  row.in_keys = true;
  row.ahead = 0;
  // Whoever came while it was away did not find it, and so did not say so.
  row.followed = true;
  const MessageSeq seq = row.facts.seq;
  return ForEachKey(*keys, [&](std::string_view key) -> Status {
    const Result<MessageSeq> first = FirstIn(work.db, key);
    if (!first.ok()) return first.status();
    const Result<MessageSeq> before = LastBefore(work.db, key, seq);
    if (!before.ok()) return before.status();
    UTBOKS_RETURN_IF_ERROR(Drop(work.db, key, true, seq));
    UTBOKS_RETURN_IF_ERROR(Put(work.db, key, false, seq));
    if (*before != 0) {
      ++row.ahead;
      return MarkFollowed(work.db, *before);
    }
    return *first == 0 ? Status() : ShiftAhead(work, *first, +1);
  });
}

Result<std::optional<MessageSeq>> SentFollower(Connection& db, MessageSeq seq,
                                               std::string_view keys) {
  std::optional<MessageSeq> found;
  UTBOKS_RETURN_IF_ERROR(ForEachKey(keys, [&](std::string_view key) -> Status {
    Query q = db.Prepare(
        "SELECT k.seq FROM order_key k LEFT JOIN message m ON m.seq = k.seq"
        " WHERE k.key = ?1 AND k.gone IN (0, 1) AND k.seq > ?2 AND (m.seq IS NULL OR"
        " m.attempts > 0 OR EXISTS (SELECT 1 FROM lease l WHERE l.seq = k.seq)) LIMIT 1");
    q.BindBlob(key).Bind(seq);
    if (!found && q.Step()) found = q.Int(0);
    return q.status();
  }));
  return found;
}

Result<std::optional<MessageSeq>> FollowerUnderWay(Connection& db, MessageSeq seq,
                                                   std::string_view keys) {
  std::optional<MessageSeq> found;
  UTBOKS_RETURN_IF_ERROR(ForEachKey(keys, [&](std::string_view key) -> Status {
    Query q = db.Prepare(
        "SELECT k.seq FROM order_key k JOIN message m ON m.seq = k.seq"
        " WHERE k.key = ?1 AND k.gone IN (0, 1) AND k.seq > ?2"
        " AND (m.state = 3 OR EXISTS (SELECT 1 FROM lease l WHERE l.seq = k.seq)) LIMIT 1");
    q.BindBlob(key).Bind(seq);
    if (!found && q.Step()) found = q.Int(0);
    return q.status();
  }));
  return found;
}

Status ForgetKeys(Work& work, MessageRow& row, std::string_view keys, bool alone) {
  const bool sent = row.attempts > 0;
  UTBOKS_RETURN_IF_ERROR(LeaveKeys(work, row));
  const MessageSeq seq = row.facts.seq;
  return ForEachKey(keys, [&](std::string_view key) -> Status {
    UTBOKS_RETURN_IF_ERROR(Drop(work.db, key, false, seq));
    UTBOKS_RETURN_IF_ERROR(Drop(work.db, key, true, seq));
    if (alone) return Status();
    const Result<bool> one_before = AnybodyBefore(work.db, key, seq);
    if (!one_before.ok()) return one_before.status();
    if (!*one_before) return DropPlacesOfPurged(work.db, key);
    return sent ? Put(work.db, key, true, seq) : Status();
  });
}

Result<bool> HasFollower(Connection& db, MessageSeq seq, std::string_view keys) {
  bool has = false;
  UTBOKS_RETURN_IF_ERROR(ForEachKey(keys, [&](std::string_view key) -> Status {
    Query q = db.Prepare(
        "SELECT 1 FROM order_key k JOIN message m ON m.seq = k.seq"
        " WHERE k.key = ? AND k.gone = 0 AND k.seq > ? AND m.in_keys = 1 LIMIT 1");
    q.BindBlob(key).Bind(seq);
    if (q.Step()) has = true;
    return q.status();
  }));
  return has;
}

Query AskAfterFollowers(Work& work) {
  Query any = work.db.Prepare("SELECT 1 FROM message WHERE after_followers = 1 LIMIT 1");
  any.Ask();
  return any;
}

Status KnowAfterFollowers(Work& work, Query& asked) {
  work.someone_after_followers = asked.Step();
  return asked.status();
}

Status WakeAfterFollowers(Work& work, MessageSeq rested) {
  if (!work.someone_after_followers) {
    Query any = AskAfterFollowers(work);
    UTBOKS_RETURN_IF_ERROR(KnowAfterFollowers(work, any));
  }
  if (!*work.someone_after_followers) return Status();
  const Result<std::string> keys = ReadKeys(work.db, rested);
  if (!keys.ok()) return keys.status();
  std::set<MessageSeq> waiting;
  UTBOKS_RETURN_IF_ERROR(ForEachKey(*keys, [&](std::string_view key) -> Status {
    Query q = work.db.Prepare(
        "SELECT k.seq FROM order_key k JOIN message m ON m.seq = k.seq"
        " WHERE k.key = ? AND k.gone IN (0, 1) AND m.after_followers = 1");
    q.BindBlob(key);
    while (q.Step()) waiting.insert(q.Int(0));
    return q.status();
  }));
  for (const MessageSeq seq : waiting) {
    const Result<std::string> its_keys = ReadKeys(work.db, seq);
    if (!its_keys.ok()) return its_keys.status();
    const Result<std::optional<MessageSeq>> under_way = FollowerUnderWay(work.db, seq, *its_keys);
    if (!under_way.ok()) return under_way.status();
    if (under_way->has_value()) continue;
    Result<MessageRow> row = work.messages.Read(seq);
    if (!row.ok()) return row.status();
    row->after_followers = false;
    UTBOKS_RETURN_IF_ERROR(ReturnToKeys(work, *row));
    UTBOKS_RETURN_IF_ERROR(work.messages.Write(*row));
  }
  return Status();
}

Result<std::optional<MessageSeq>> HeadBefore(Connection& db, MessageSeq seq,
                                             std::string_view keys) {
  std::optional<MessageSeq> head;
  UTBOKS_RETURN_IF_ERROR(ForEachKey(keys, [&](std::string_view key) -> Status {
    if (head) return Status();
    const Result<MessageSeq> first = FirstIn(db, key);
    if (!first.ok()) return first.status();
    if (*first != 0 && *first < seq) head = *first;
    return Status();
  }));
  return head;
}

}  // namespace utboks::rows

#include "queue/sqlite/order.h"

namespace utboks::sqlite {
namespace {

template <typename Each>
Status ForEachKey(std::string_view keys, Each&& each) {
  for (std::size_t at = 0; at + kOrderKeyBytes <= keys.size(); at += kOrderKeyBytes) {
    UTBOKS_RETURN_IF_ERROR(each(keys.substr(at, kOrderKeyBytes)));
  }
  return Status();
}

Result<MessageSeq> FirstIn(Connection& db, std::string_view key) {
  Query q = db.Prepare("SELECT seq FROM order_key WHERE key = ? AND gone = 0 ORDER BY seq LIMIT 1");
  q.BindBlob(key);
  const MessageSeq first = q.Step() ? q.Int(0) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return first;
}

Status Put(Connection& db, std::string_view key, bool gone, MessageSeq seq) {
  Query q = db.Prepare("INSERT INTO order_key (key, gone, seq) VALUES (?, ?, ?)");
  q.BindBlob(key).Bind(gone).Bind(seq);
  return q.Run();
}

Status Drop(Connection& db, std::string_view key, bool gone, MessageSeq seq) {
  Query q = db.Prepare("DELETE FROM order_key WHERE key = ? AND gone = ? AND seq = ?");
  q.BindBlob(key).Bind(gone).Bind(seq);
  return q.Run();
}

Status ShiftAhead(Connection& db, MessageSeq seq, int by) {
  // The states are due and in doubt: those that may be claimed.
  Query q = db.Prepare(
      "UPDATE message SET ahead = ahead + ?1, eligible ="
      " (ahead + ?1 = 0 AND state IN (1, 3) AND after_followers = 0) WHERE seq = ?2");
  q.Bind(by).Bind(seq);
  return q.Run();
}

}  // namespace

Result<int> TakeKeys(Work& work, MessageSeq seq, std::string_view keys) {
  int ahead = 0;
  UTBOKS_RETURN_IF_ERROR(ForEachKey(keys, [&](std::string_view key) -> Status {
    const Result<MessageSeq> first = FirstIn(work.db, key);
    if (!first.ok()) return first.status();
    if (*first != 0) ++ahead;
    return Put(work.db, key, false, seq);
  }));
  return ahead;
}

Status LeaveKeys(Work& work, MessageRow& row, std::string_view keys) {
  if (!row.in_keys) return Status();
  row.in_keys = false;
  row.ahead = 0;
  row.after_followers = false;
  return ForEachKey(keys, [&](std::string_view key) -> Status {
    const Result<MessageSeq> first = FirstIn(work.db, key);
    if (!first.ok()) return first.status();
    UTBOKS_RETURN_IF_ERROR(Drop(work.db, key, false, row.facts.seq));
    UTBOKS_RETURN_IF_ERROR(Put(work.db, key, true, row.facts.seq));
    if (*first != row.facts.seq) return Status();
    const Result<MessageSeq> next = FirstIn(work.db, key);
    if (!next.ok()) return next.status();
    return *next == 0 ? Status() : ShiftAhead(work.db, *next, -1);
  });
}

Status ReturnToKeys(Work& work, MessageRow& row, std::string_view keys) {
  if (row.in_keys) return Status();
  row.in_keys = true;
  row.ahead = 0;
  return ForEachKey(keys, [&](std::string_view key) -> Status {
    const Result<MessageSeq> first = FirstIn(work.db, key);
    if (!first.ok()) return first.status();
    UTBOKS_RETURN_IF_ERROR(Drop(work.db, key, true, row.facts.seq));
    UTBOKS_RETURN_IF_ERROR(Put(work.db, key, false, row.facts.seq));
    if (*first == 0) return Status();
    if (*first < row.facts.seq) {
      ++row.ahead;
      return Status();
    }
    return ShiftAhead(work.db, *first, +1);
  });
}

Result<std::optional<MessageSeq>> SentFollower(Connection& db, MessageSeq seq,
                                               std::string_view keys) {
  std::optional<MessageSeq> found;
  UTBOKS_RETURN_IF_ERROR(ForEachKey(keys, [&](std::string_view key) -> Status {
    Query q = db.Prepare(
        "SELECT k.seq FROM order_key k JOIN message m ON m.seq = k.seq"
        " WHERE k.key = ?1 AND k.gone IN (0, 1) AND k.seq > ?2 AND m.attempts > 0 LIMIT 1");
    q.BindBlob(key).Bind(seq);
    if (!found && q.Step()) found = q.Int(0);
    return q.status();
  }));
  return found;
}

Result<bool> FollowerUnderWay(Connection& db, MessageSeq seq, std::string_view keys) {
  bool under_way = false;
  UTBOKS_RETURN_IF_ERROR(ForEachKey(keys, [&](std::string_view key) -> Status {
    Query q = db.Prepare(
        "SELECT 1 FROM order_key k JOIN message m ON m.seq = k.seq"
        " WHERE k.key = ?1 AND k.gone = 0 AND k.seq > ?2 AND m.state IN (2, 3) LIMIT 1");
    q.BindBlob(key).Bind(seq);
    if (q.Step()) under_way = true;
    return q.status();
  }));
  return under_way;
}

Result<bool> HasFollower(Connection& db, MessageSeq seq, std::string_view keys) {
  bool has = false;
  UTBOKS_RETURN_IF_ERROR(ForEachKey(keys, [&](std::string_view key) -> Status {
    Query q = db.Prepare("SELECT 1 FROM order_key WHERE key = ? AND gone = 0 AND seq > ? LIMIT 1");
    q.BindBlob(key).Bind(seq);
    if (q.Step()) has = true;
    return q.status();
  }));
  return has;
}

Status WakeAfterFollowers(Work& work, std::string_view keys) {
  {
    Query any = work.db.Prepare("SELECT 1 FROM message WHERE after_followers = 1 LIMIT 1");
    const bool waits = any.Step();
    if (!waits) return any.status();
  }
  return ForEachKey(keys, [&](std::string_view key) -> Status {
    const Result<MessageSeq> first = FirstIn(work.db, key);
    if (!first.ok()) return first.status();
    if (*first == 0) return Status();
    Result<MessageRow> head = ReadMessage(work.db, *first);
    if (!head.ok()) return head.status();
    if (!head->after_followers) return Status();
    const Result<Identity> identity = ReadIdentity(work.db, *first);
    if (!identity.ok()) return identity.status();
    const Result<bool> under_way = FollowerUnderWay(work.db, *first, identity->keys);
    if (!under_way.ok()) return under_way.status();
    if (*under_way) return Status();
    head->after_followers = false;
    return WriteMessage(work.db, *head);
  });
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

}  // namespace utboks::sqlite

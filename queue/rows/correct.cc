#include "queue/rows/correct.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "queue/reason.h"
#include "queue/rows/desk.h"
#include "queue/rows/order.h"
#include "queue/rows/settle.h"

namespace utboks::rows {
namespace {

Status CheckReplaceable(const MessageRow& row) {
  const State state = row.facts.state;
  const auto refuse = [&](std::string_view why) {
    return Status(Code::kConflict,
                  fmt::format("message {} is {}: {}", FormatUuid(row.id), StateName(state), why));
  };
  switch (state) {
    case State::kSending:
      return Status(Code::kBusy, fmt::format("message {} is being sent: nothing was changed, try "
                                             "again in a moment",
                                             FormatUuid(row.id)));
    case State::kAccepted:
    case State::kClosed:
      return refuse(
          "it is or may be registered, and a second message would not take its place; "
          "correct it with a message of its own");
    case State::kInDoubt:
      return refuse("it may be registered; wait for its receipt, or settle the doubt first");
    case State::kHeld:
    case State::kRejected:
      break;
    case State::kDue:
      return refuse("hold it first, so that it is not sent meanwhile");
    case State::kReceived:
    case State::kCancelled:
      return refuse("only held and rejected can be replaced; hand in a new one with enqueue");
  }
  if (row.facts.unanswered) {
    return refuse(
        "an attempt has had no answer, so it may be registered; replay it as it is, or "
        "close it when that is known and dealt with");
  }
  return Status();
}

std::string Common(std::string_view keys, std::string_view others, bool in_both) {
  std::string common;
  for (std::size_t at = 0; at + kOrderKeyBytes <= keys.size(); at += kOrderKeyBytes) {
    const std::string_view key = keys.substr(at, kOrderKeyBytes);
    bool found = false;
    for (std::size_t i = 0; i + kOrderKeyBytes <= others.size(); i += kOrderKeyBytes) {
      found = found || others.substr(i, kOrderKeyBytes) == key;
    }
    if (found == in_both) common += key;
  }
  return common;
}

Result<bool> AnybodyAfter(Connection& db, MessageSeq seq, std::string_view keys) {
  for (std::size_t at = 0; at + kOrderKeyBytes <= keys.size(); at += kOrderKeyBytes) {
    Query q = db.Prepare("SELECT 1 FROM order_key WHERE key = ? AND gone IN (0, 1) AND seq > ?");
    q.BindBlob(keys.substr(at, kOrderKeyBytes)).Bind(seq);
    const bool found = q.Step();
    UTBOKS_RETURN_IF_ERROR(q.status());
    if (found) return true;
  }
  return false;
}

Status GoesAfter(const MessageRow& old, std::string_view who) {
  return Status(Code::kConflict,
                fmt::format("the correction of message {} would go after {}; give "
                            "--after-followers if the register is to get it after them",
                            FormatUuid(old.id), who));
}

// Where the correction goes; nothing is changed yet.
Result<Succession> Place(Work& work, const MessageRow& old, const SealedRow& row, MessageSeq next) {
  Succession place;
  place.seq = next;
  const MessageSeq seq = old.facts.seq;
  const Result<std::string> old_keys = ReadKeys(work.db, seq);
  if (!old_keys.ok()) return old_keys.status();
  const std::string common = Common(row.keys, *old_keys, true);
  const Result<std::optional<MessageSeq>> sent = SentFollower(work.db, seq, common);
  if (!sent.ok()) return sent.status();
  if (sent->has_value()) {
    place.passed = true;
    if (!row.corrects->behind) {
      place.refused = GoesAfter(old, "a message on the same person that has been sent since");
    }
    return place;
  }
  const Result<bool> waits = HasFollower(work.db, seq, common);
  if (!waits.ok()) return waits.status();
  if (!*waits) return place;  // nobody there is passed over, or passes
  // In keys that the old one did not have, its place is free only where nobody came later.
  const Result<bool> taken = AnybodyAfter(work.db, seq, Common(row.keys, *old_keys, false));
  if (!taken.ok()) return taken.status();
  if (*taken) {
    place.passed = true;
    if (!row.corrects->behind) {
      place.refused = GoesAfter(old,
                                "those that wait for it: it names a person that the other did "
                                "not, of whom later messages are here");
    }
    return place;
  }
  place.seq = seq;
  place.in_place = true;
  return place;
}

Status RunWith(Connection& db, const char* sql, MessageSeq to, MessageSeq from) {
  Query q = db.Prepare(sql);
  q.Bind(to).Bind(from);
  return q.Run();
}

// Each row of a chain names the one before it.
Status MoveChain(Connection& db, const char* find, const char* move, std::int64_t last,
                 MessageSeq to) {
  for (std::int64_t id = last; id != 0;) {
    std::int64_t prev = 0;
    {
      Query q = db.Prepare(find);
      q.Bind(id);
      if (q.Step()) prev = q.Int(0);
      UTBOKS_RETURN_IF_ERROR(q.status());
    }
    UTBOKS_RETURN_IF_ERROR(RunWith(db, move, to, id));
    id = prev;
  }
  return Status();
}

// The cancelled message gets `to` for its seq: its own is another's from now on.
Status Renumber(Work& work, const MessageRow& old, MessageSeq to) {
  const MessageSeq from = old.facts.seq;
  for (const char* sql :
       {"UPDATE message SET seq = ?1 WHERE seq = ?2",
        // It was never registered and never will be: nobody waits for it, nobody passed it.
        "UPDATE record SET seq = ?1, keys = substr(keys, 1, 0) WHERE seq = ?2",
        "UPDATE content SET seq = ?1 WHERE seq = ?2",
        "UPDATE attachment SET seq = ?1 WHERE seq = ?2",
        "UPDATE attachment_piece SET seq = ?1 WHERE seq = ?2",
        "UPDATE alias SET seq = ?1 WHERE seq = ?2",
        "UPDATE replay_item SET seq = ?1 WHERE job IN (SELECT id FROM replay_job) AND seq = ?2"}) {
    UTBOKS_RETURN_IF_ERROR(RunWith(work.db, sql, to, from));
  }
  UTBOKS_RETURN_IF_ERROR(MoveChain(work.db, "SELECT prev FROM attempt WHERE id = ?",
                                   "UPDATE attempt SET message = ?1 WHERE id = ?2",
                                   old.last_attempt, to));
  UTBOKS_RETURN_IF_ERROR(MoveChain(work.db, "SELECT prev FROM history WHERE id = ?",
                                   "UPDATE history SET message = ?1 WHERE id = ?2", old.last_event,
                                   to));
  const Result<GateRow*> resource = work.gates.At(old.ressurs);
  if (!resource.ok()) return resource.status();
  std::erase((*resource)->gate.blamed, from);
  std::erase((*resource)->gate.failed, from);
  if ((*resource)->last_tried == from) (*resource)->last_tried = to;
  // A seq is given once: the next message's is counted from here.
  return work.db.MovedToId(Serial::kMessage, to);
}

Status DropPlaces(Work& work, MessageSeq seq, std::string_view keys) {
  for (std::size_t at = 0; at + kOrderKeyBytes <= keys.size(); at += kOrderKeyBytes) {
    Query q = work.db.Prepare("DELETE FROM order_key WHERE key = ? AND gone IN (0, 1) AND seq = ?");
    q.BindBlob(keys.substr(at, kOrderKeyBytes)).Bind(seq);
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  return Status();
}

Status CancelReplaced(Work& work, MessageRow& old, const SealedRow& row) {
  const State before = old.facts.state;
  old.facts.state = State::kCancelled;
  old.facts.reason = reason::kReplaced;
  const std::string why = SealWhy(work, old.id, row.corrects->why);
  NewEvent event;
  event.reason = old.facts.reason;
  event.actor = row.actor;
  event.why = why;
  return WriteChange(work, old, before, Cause::kCancel, event);
}

}  // namespace

Result<Succession> MakeWay(Work& work, const SealedRow& row, MessageSeq next) {
  const Result<MessageSeq> seq = SeqOf(work.db, row.corrects->of);
  Result<MessageRow> old = seq.ok() ? work.messages.Read(*seq) : Result<MessageRow>(seq.status());
  if (old.code() == Code::kNotFound) {
    Succession none;
    none.refused = old.status();
    return none;
  }
  if (!old.ok()) return old.status();
  if (Status no = CheckReplaceable(*old); !no.ok()) {
    Succession none;
    none.refused = std::move(no);
    return none;
  }
  Result<Succession> place = Place(work, *old, row, next);
  if (!place.ok() || !place->refused.ok()) return place;
  const Result<std::string> keys = ReadKeys(work.db, *seq);
  if (!keys.ok()) return keys.status();
  UTBOKS_RETURN_IF_ERROR(CancelReplaced(work, *old, row));
  if (place->in_place) {
    UTBOKS_RETURN_IF_ERROR(DropPlaces(work, *seq, *keys));
    UTBOKS_RETURN_IF_ERROR(Renumber(work, *old, next));
  }
  return place;
}

Status LinkCorrection(Connection& db, const Uuid& corrected, const Uuid& old) {
  Query q = db.Prepare("INSERT INTO correction (new, old) VALUES (?, ?)");
  q.BindBlob(corrected).BindBlob(old);
  return q.Run();
}

Result<CorrectionLinks> LinksOf(Connection& db, const Uuid& id) {
  CorrectionLinks links;
  {
    Query q = db.Prepare("SELECT old FROM correction WHERE new = ?");
    q.BindBlob(id);
    if (q.Step()) links.replaces = UuidOf(q.Blob(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  Query q = db.Prepare("SELECT new FROM correction WHERE old = ?");
  q.BindBlob(id);
  if (q.Step()) links.replaced_by = UuidOf(q.Blob(0));
  UTBOKS_RETURN_IF_ERROR(q.status());
  return links;
}

}  // namespace utboks::rows

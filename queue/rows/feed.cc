#include "queue/rows/feed.h"

#include <fmt/format.h>

#include "queue/rows/settle.h"

namespace utboks::rows {
namespace {

struct Feed {
  std::int64_t position = 0;
  std::optional<WallTime> read_at;
  bool silent = false;
};

Result<Feed> ReadFeed(Connection& db) {
  Query q = db.Prepare("SELECT position, read_at, silent FROM feed");
  if (!q.Step()) {
    UTBOKS_RETURN_IF_ERROR(q.status());
    return Status(Code::kCorrupt, "the store has lost its place in the register's feedback");
  }
  return Feed{q.Int(0), TimeOf(q.MaybeInt(1)), q.Bool(2)};
}

Digest LookupOf(Work& work, const FeedbackEvent& event) {
  return work.store.sealer.Lookup("identifikator", {event.identifikator.reveal()});
}

// 0: no record has it.
Result<MessageSeq> SeqOfEvent(Work& work, const FeedbackEvent& event) {
  const Digest digest = LookupOf(work, event);
  Query q = work.db.Prepare("SELECT seq FROM record WHERE identifikator = ?");
  q.BindBlob(BytesOf(digest));
  const MessageSeq seq = q.Step() ? q.Int(0) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return seq;
}

// A message whose record is gone: the tombstone is what tells of it.
Status ApplyBuried(Work& work, const FeedbackEvent& event, FeedbackApplied& applied) {
  const Digest digest = LookupOf(work, event);
  Uuid id{};
  {
    Query q =
        work.db.Prepare("SELECT id, reference IS NOT NULL FROM tombstone WHERE identifikator = ?");
    q.BindBlob(BytesOf(digest));
    if (!q.Step()) {
      ++applied.orphans;
      return q.status();
    }
    ++applied.matched;
    if (q.Bool(1)) return Status();
    id = UuidOf(q.Blob(0));
  }
  const std::string sealed = work.store.sealer.Seal(event.reference, id, "reference");
  Query q = work.db.Prepare(
      "UPDATE tombstone SET state = ?, reference = ?, at = ? WHERE identifikator = ?");
  q.Bind(static_cast<int>(State::kAccepted)).BindBlob(sealed).Bind(ToMillis(work.now));
  q.BindBlob(BytesOf(digest));
  UTBOKS_RETURN_IF_ERROR(q.Run());
  return RaiseAlarm(work, "accepted-late", "", true);
}

// The attempt that the register has taken, as far as we can tell: the last that nobody
// answered, or else the last that was answered or is under way.  0: none has left.
Result<std::int64_t> TakenAttempt(Connection& db, std::int64_t last) {
  std::int64_t taken = 0;
  for (std::int64_t id = last; id != 0;) {
    Query q = db.Prepare("SELECT prev, result FROM attempt WHERE id = ?");
    q.Bind(id);
    if (!q.Step()) {
      UTBOKS_RETURN_IF_ERROR(q.status());
      break;
    }
    const auto result = static_cast<AttemptResult>(q.Int(1));
    if (result == AttemptResult::kUnanswered) return id;
    if (result != AttemptResult::kNotSent && taken == 0) taken = id;
    id = q.Int(0);
  }
  return taken;
}

// An attempt that nobody answered has its receipt after all.
Status WriteReference(Work& work, const Uuid& id, std::int64_t attempt,
                      const std::string& reference) {
  Evidence evidence;
  {
    Query q = work.db.Prepare("SELECT evidence FROM attempt WHERE id = ?");
    q.Bind(attempt);
    if (q.Step() && !q.IsNull(0)) {
      const Result<std::string> packed = work.store.sealer.Open(q.Blob(0), id, "evidence");
      if (!packed.ok()) return packed.status();
      evidence = UnpackEvidence(*packed);
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  evidence.reference = reference;
  const std::string sealed = work.store.sealer.Seal(PackEvidence(evidence), id, "evidence");
  Query q = work.db.Prepare("UPDATE attempt SET evidence = ? WHERE id = ?");
  q.BindBlob(sealed).Bind(attempt);
  return q.Run();
}

Status Change(Work& work, MessageRow& row, State to, Cause cause, std::string_view reason) {
  const State before = row.facts.state;
  row.facts.state = to;
  row.facts.reason = reason;
  row.waited_on = WaitedOn::kNothing;
  NewEvent event;
  event.reason = row.facts.reason;
  event.attempt = row.receipt;
  event.actor = "feed";
  return WriteChange(work, row, before, cause, event);
}

Status ApplyOne(Work& work, const FeedbackEvent& event, FeedbackApplied& applied) {
  const Result<MessageSeq> seq = SeqOfEvent(work, event);
  if (!seq.ok()) return seq.status();
  if (*seq == 0) return ApplyBuried(work, event, applied);
  Result<MessageRow> row = work.messages.Read(*seq);
  if (!row.ok()) return row.status();
  Result<std::string> reference = ReadReference(work.db, work.store.sealer, row->id, row->receipt);
  if (!reference.ok()) return reference.status();
  row->facts.reference = std::move(reference).value();
  const Result<std::int64_t> taken = TakenAttempt(work.db, row->last_attempt);
  if (!taken.ok()) return taken.status();
  const FeedbackEffect effect = Weigh(row->facts, *taken != 0, row->receipt != 0, event);
  if (effect.orphan) {
    ++applied.orphans;
    return Status();
  }
  ++applied.matched;
  if (!effect.alarms.empty()) {
    const Result<GateRow*> gate = work.gates.At(row->ressurs);
    if (!gate.ok()) return gate.status();
    for (const std::string& alarm : effect.alarms) {
      UTBOKS_RETURN_IF_ERROR(RaiseAlarm(work, alarm, (*gate)->gate.name, true));
    }
  }
  if (row->receipt == 0 && (effect.takes_reference || effect.accepted)) row->receipt = *taken;
  if (effect.takes_reference) {
    UTBOKS_RETURN_IF_ERROR(WriteReference(work, row->id, row->receipt, event.reference));
  }
  if (effect.accepted) {
    UTBOKS_RETURN_IF_ERROR(Change(work, *row, State::kAccepted, *effect.accepted, ""));
  } else if (effect.takes_reference) {
    UTBOKS_RETURN_IF_ERROR(work.messages.Write(*row));
  }
  if (effect.closes) return Change(work, *row, State::kClosed, Cause::kFeed, event.result);
  return Status();
}

}  // namespace

Result<std::int64_t> ReadFeedPosition(Connection& db) {
  const Result<Feed> feed = ReadFeed(db);
  if (!feed.ok()) return feed.status();
  return feed->position;
}

Result<bool> IsFeedLive(Connection& db, WallTime now) {
  const Result<Feed> feed = ReadFeed(db);
  if (!feed.ok()) return feed.status();
  return FeedIsLive(feed->read_at, feed->silent, now);
}

Result<FeedbackApplied> ApplyFeedbackRows(Work& work, const FeedbackPage& page) {
  const Result<std::int64_t> position = ReadFeedPosition(work.db);
  if (!position.ok()) return position.status();
  if (*position != page.from || page.next < page.from) {
    return Status(Code::kConflict,
                  fmt::format("the feedback has been read up to {}, not {}: read on from there",
                              *position, page.from));
  }
  FeedbackApplied applied;
  for (const FeedbackEvent& event : page.events) {
    UTBOKS_RETURN_IF_ERROR(ApplyOne(work, event, applied));
  }
  UTBOKS_RETURN_IF_ERROR(WriteGates(work));
  Query q = work.db.Prepare("UPDATE feed SET position = ?, read_at = ?, silent = ?");
  q.Bind(page.next).Bind(ToMillis(work.now)).Bind(page.silent);
  UTBOKS_RETURN_IF_ERROR(q.Run());
  return applied;
}

}  // namespace utboks::rows

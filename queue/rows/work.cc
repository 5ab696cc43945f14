#include "queue/rows/work.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "queue/breaker.h"
#include "queue/gate_change.h"

namespace utboks::rows {
namespace {

// Once for each of the three statements that read gates.
#define UTBOKS_GATE_COLUMNS                                                                 \
  "nr, name, outage, outage_reason, outage_since, credential, suspect, probes, next_probe," \
  " openings, blame_run, blame_since, blamed, paused, paused_since, pause_until, failed,"   \
  " same_failures, not_before, alone_next, head_status, last_tried, waits_end, probed_until"

constexpr const char* kAllGates = "SELECT " UTBOKS_GATE_COLUMNS " FROM gate ORDER BY nr";

std::string WriteSeqs(const std::vector<MessageSeq>& seqs) {
  return fmt::format("{}", fmt::join(seqs, " "));
}

std::vector<MessageSeq> ReadSeqs(std::string_view text) {
  std::vector<MessageSeq> seqs;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    MessageSeq seq = 0;
    const auto [rest, failed] = std::from_chars(at, end, seq);
    if (failed != std::errc()) break;
    seqs.push_back(seq);
    at = rest == end ? end : rest + 1;
  }
  return seqs;
}

GateRow ReadGate(const Query& q) {
  GateRow row;
  Gate& gate = row.gate;
  row.nr = static_cast<int>(q.Int(0));
  gate.name = q.Text(1);
  gate.outage = q.Bool(2);
  gate.outage_reason = q.Text(3);
  gate.outage_since = TimeOf(q.MaybeInt(4));
  gate.credential = q.Bool(5);
  gate.suspect = q.Int(6);
  gate.probes = static_cast<int>(q.Int(7));
  gate.next_probe = TimeOf(q.MaybeInt(8));
  gate.openings = q.Int(9);
  gate.blame_run = q.Bool(10);
  gate.blame_since = TimeOf(q.MaybeInt(11));
  gate.blamed = ReadSeqs(q.Text(12));
  gate.paused = q.Bool(13);
  gate.paused_since = TimeOf(q.MaybeInt(14));
  gate.pause_until = TimeOf(q.MaybeInt(15));
  gate.failed = ReadSeqs(q.Text(16));
  gate.same_failures = static_cast<int>(q.Int(17));
  gate.not_before = TimeOf(q.MaybeInt(18));
  gate.alone_next = q.Bool(19);
  gate.head_status = static_cast<int>(q.Int(20));
  row.last_tried = q.Int(21);
  row.waits_end = q.Int(22);
  gate.probed_until = TimeOf(q.MaybeInt(23));
  return row;
}

Status WriteGate(Connection& db, const GateRow& row) {
  const Gate& gate = row.gate;
  const std::string blamed = WriteSeqs(gate.blamed);
  const std::string failed = WriteSeqs(gate.failed);
  Query q = db.Prepare(
      "UPDATE gate SET outage = ?, outage_reason = ?, outage_since = ?, credential = ?, suspect = "
      "?, probes = ?,"
      " next_probe = ?, openings = ?, blame_run = ?, blame_since = ?, blamed = ?,"
      " paused = ?, paused_since = ?, pause_until = ?, failed = ?, same_failures = ?,"
      " not_before = ?, alone_next = ?, head_status = ?, last_tried = ?, waits_end = ?,"
      " probed_until = ?"
      " WHERE nr = ?");
  q.Bind(gate.outage).BindText(gate.outage_reason).Bind(MillisOf(gate.outage_since));
  q.Bind(gate.credential)
      .Bind(gate.suspect)
      .Bind(gate.probes)
      .Bind(MillisOf(gate.next_probe))
      .Bind(gate.openings);
  q.Bind(gate.blame_run).Bind(MillisOf(gate.blame_since)).BindText(blamed);
  q.Bind(gate.paused).Bind(MillisOf(gate.paused_since)).Bind(MillisOf(gate.pause_until));
  q.BindText(failed).Bind(gate.same_failures).Bind(MillisOf(gate.not_before));
  q.Bind(gate.alone_next).Bind(gate.head_status).Bind(row.last_tried);
  q.Bind(row.waits_end).Bind(MillisOf(gate.probed_until)).Bind(row.nr);
  return q.Run();
}

}  // namespace

GateRow* GateBook::Keep(const GateRow& row) {
  const int nr = row.nr;
  auto [at, is_new] = held_.try_emplace(nr, Held{row, row});
  return &at->second.row;
}

void GateBook::Ask() {
  if (!db_.far() || all_ || asked_) return;
  asked_.emplace(db_.Prepare(kAllGates));
  asked_->Ask();
}

Status GateBook::ReadAll() {
  if (all_) return Status();
  if (!asked_) asked_.emplace(db_.Prepare(kAllGates));
  while (asked_->Step()) Keep(ReadGate(*asked_));
  const Status read = asked_->status();
  asked_.reset();
  all_ = read.ok();
  return read;
}

Result<GateRow*> GateBook::At(int nr) {
  if (db_.far()) UTBOKS_RETURN_IF_ERROR(ReadAll());
  if (const auto found = held_.find(nr); found != held_.end()) return &found->second.row;
  Query q = db_.Prepare("SELECT " UTBOKS_GATE_COLUMNS " FROM gate WHERE nr = ?");
  q.Bind(nr);
  if (!q.Step()) {
    UTBOKS_RETURN_IF_ERROR(q.status());
    return Status(Code::kCorrupt, "the store has a message of a resource it does not know");
  }
  return Keep(ReadGate(q));
}

Result<GateRow*> GateBook::Named(std::string_view name) {
  if (db_.far()) UTBOKS_RETURN_IF_ERROR(ReadAll());
  for (auto& [nr, held] : held_) {
    if (held.row.gate.name == name) return &held.row;
  }
  for (const bool again : {false, true}) {
    Query q = db_.Prepare("SELECT " UTBOKS_GATE_COLUMNS " FROM gate WHERE name = ?");
    q.BindText(name);
    if (q.Step()) return Keep(ReadGate(q));
    UTBOKS_RETURN_IF_ERROR(q.status());
    if (again) break;
    Query insert = db_.Prepare("INSERT INTO gate (name) VALUES (?)");
    insert.BindText(name);
    UTBOKS_RETURN_IF_ERROR(insert.Run());
  }
  return Status(Code::kInternal, "a gate that was just made is not there");
}

Result<std::vector<GateRow*>> GateBook::All() {
  UTBOKS_RETURN_IF_ERROR(ReadAll());
  std::vector<GateRow*> rows;
  for (auto& [nr, held] : held_) rows.push_back(&held.row);
  return rows;
}

std::vector<GateBook::Held*> GateBook::Changed() {
  std::vector<Held*> changed;
  for (auto& [nr, held] : held_) {
    if (!(held.row == held.stored)) changed.push_back(&held);
  }
  return changed;
}

namespace {

Status InsertEvent(Work& work, MessageSeq message, std::int64_t prev, int ressurs,
                   const NewEvent& event) {
  Query q = work.db.PrepareNew(
      Serial::kHistory,
      "INSERT INTO history (id, message, prev, ressurs, at, event, from_state, to_state, attempt,"
      " reason, actor, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  q.Bind(message).Bind(prev).Bind(ressurs).Bind(ToMillis(work.now)).BindText(event.event);
  if (event.from) {
    q.Bind(static_cast<int>(*event.from));
  } else {
    q.BindNull();
  }
  if (message != 0) {
    q.Bind(static_cast<int>(event.to));
  } else {
    q.BindNull();
  }
  q.Bind(event.attempt).BindText(event.reason).BindText(event.actor);
  if (event.why.empty()) {
    q.BindNull();
  } else {
    q.BindBlob(event.why);
  }
  return q.Run();
}

}  // namespace

Status AddEvent(Work& work, MessageRow& row, const NewEvent& event) {
  UTBOKS_RETURN_IF_ERROR(InsertEvent(work, row.facts.seq, row.last_event, row.ressurs, event));
  row.last_event = work.db.NewId();
  return Status();
}

Status AddGateEvent(Work& work, int ressurs, const NewEvent& event) {
  return InsertEvent(work, 0, 0, ressurs, event);
}

Status WriteGates(Work& work) {
  for (GateBook::Held* held : work.gates.Changed()) {
    for (const GateChange& change : ChangesOf(held->stored.gate, held->row.gate, work.now)) {
      NewEvent event;
      event.event = change.event;
      event.reason = change.reason;
      event.actor = kWorkerActor;
      UTBOKS_RETURN_IF_ERROR(AddGateEvent(work, held->row.nr, event));
    }
    UTBOKS_RETURN_IF_ERROR(WriteGate(work.db, held->row));
    held->stored = held->row;
  }
  return Status();
}

Status EndPause(Work& work, GateRow& row) {
  if (!ExpirePause(row.gate, work.now)) return Status();
  NewEvent event;
  event.event = gate_event::kPauseEnded;
  event.actor = kWorkerActor;
  return AddGateEvent(work, row.nr, event);
}

Status RaiseAlarm(Work& work, std::string_view name, std::string_view subject, bool until_seen) {
  Query q = work.db.Prepare(
      "INSERT INTO alarm (name, subject, since, count, until_seen) VALUES (?, ?, ?, 1, ?)"
      " ON CONFLICT (name, subject) DO UPDATE SET count = alarm.count + alarm.until_seen");
  q.BindText(name).BindText(subject).Bind(ToMillis(work.now)).Bind(until_seen);
  return q.Run();
}

Status ClearAlarm(Work& work, std::string_view name, std::string_view subject) {
  Query q = work.db.Prepare("DELETE FROM alarm WHERE name = ? AND subject = ?");
  q.BindText(name).BindText(subject);
  return q.Run();
}

std::string_view EventWord(State to, Cause cause) {
  switch (cause) {
    case Cause::kRelease:
      return "released";
    case Cause::kReplay:
    case Cause::kReplayAgain:
      return "replayed";
    case Cause::kClose:
      return "manual";
    case Cause::kRestore:
      return to == State::kInDoubt ? "in_doubt" : "restored";
    case Cause::kFeed:
    case Cause::kPurge:
      return to == State::kClosed ? "decided" : "accepted";
    default:
      break;
  }
  switch (to) {
    case State::kReceived:
      return "received";
    case State::kDue:
      return cause == Cause::kValidation ? "queued" : "retry";
    case State::kSending:
      return "sending";
    case State::kInDoubt:
      return "in_doubt";
    case State::kHeld:
      return "held";
    case State::kAccepted:
      return "accepted";
    case State::kClosed:
      return "decided";
    case State::kRejected:
      return "rejected";
    case State::kCancelled:
      return "cancelled";
  }
  return "changed";
}

}  // namespace utboks::rows

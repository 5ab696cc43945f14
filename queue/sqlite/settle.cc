#include "queue/sqlite/settle.h"

#include <fmt/format.h>

#include <cassert>

#include "queue/breaker.h"
#include "queue/disposition.h"
#include "queue/probe.h"
#include "queue/reason.h"
#include "queue/sqlite/claim.h"
#include "queue/sqlite/order.h"

namespace utboks::sqlite {
namespace {

constexpr std::string_view kWorkerActor = "worker";

// Waits that a gate's failures gave end when it opens.
Status EndWaits(Work& work, WaitedOn waited_on, int nr) {
  std::vector<MessageSeq> waiting;
  {
    Query q = work.db.Prepare(
        "SELECT seq FROM message WHERE waited_on = ?2 AND (?3 = 0 OR ressurs = ?3) AND"
        " due_at > ?1");
    q.Bind(ToMillis(work.now)).Bind(static_cast<int>(waited_on)).Bind(nr);
    while (q.Step()) waiting.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const MessageSeq seq : waiting) {
    Result<MessageRow> row = ReadMessage(work.db, seq);
    if (!row.ok()) return row.status();
    row->facts.due_at = work.now;
    row->waited_on = WaitedOn::kNothing;
    UTBOKS_RETURN_IF_ERROR(WriteMessage(work.db, *row));
  }
  return Status();
}

Status HoldForBlameRun(Work& work, MessageSeq seq, const std::string& actor) {
  Result<MessageRow> row = ReadMessage(work.db, seq);
  if (row.code() == Code::kNotFound) return Status();
  if (!row.ok()) return row.status();
  const State before = row->facts.state;
  const bool blamed = before == State::kRejected || before == State::kHeld;
  if (!blamed) return Status();
  if (row->last_event != 0) {
    // What a person has touched since is left alone.
    Query q = work.db.Prepare("SELECT actor FROM history WHERE id = ?");
    q.Bind(row->last_event);
    if (q.Step() && q.Text(0) != kWorkerActor) return Status();
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  row->facts.blame = row->facts.reason;
  row->facts.state = State::kHeld;
  row->facts.reason = reason::kBlameRun;
  NewEvent event;
  event.reason = row->facts.reason;
  event.actor = actor;
  return WriteChange(work, *row, before, Cause::kBlameRun, event);
}

Status WriteAttempt(Work& work, const Lease& lease, const Outcome& outcome, bool counted) {
  const Evidence evidence{outcome.reference, outcome.feilkode, outcome.support_id,
                          outcome.retry_after, outcome.answer};
  const std::string packed = PackEvidence(evidence);
  const std::string sealed =
      packed.empty() ? packed : work.store.sealer.Seal(packed, lease.id, "evidence");
  Query q = work.db.Prepare(
      "UPDATE attempt SET ended = ?, result = ?, counted = ?, http_status = ?, reason = ?,"
      " evidence = ? WHERE id = ? AND message = ?");
  q.Bind(ToMillis(work.now)).Bind(static_cast<int>(outcome.result)).Bind(counted);
  q.Bind(outcome.http_status).BindText(outcome.reason);
  if (sealed.empty()) {
    q.BindNull();
  } else {
    q.BindBlob(sealed);
  }
  q.Bind(lease.attempt).Bind(lease.seq);
  return q.Run();
}

Status RaiseFor(Work& work, const Disposition& disposition, const GateRow& resource) {
  for (const std::string& alarm : disposition.alarms) {
    UTBOKS_RETURN_IF_ERROR(RaiseAlarm(work, alarm, resource.gate.name, true));
  }
  return Status();
}

Status SettleOne(Work& work, const Lease& lease, const Outcome& outcome, Sent sent) {
  Result<MessageRow> row = ReadMessage(work.db, lease.seq);
  if (row.code() == Code::kNotFound) return Status();  // purged: the tombstone tells
  if (!row.ok()) return row.status();
  const Result<GateRow*> site = work.gates.At(kSite);
  if (!site.ok()) return site.status();
  const Result<GateRow*> resource = work.gates.At(row->ressurs);
  if (!resource.ok()) return resource.status();

  const State before = row->facts.state;
  if (row->receipt != 0 && outcome.verdict == Verdict::kAccepted) {
    // Told again by a worker that did not hear that it was written down.
    if (row->receipt == lease.attempt) return Status();
    Result<std::string> reference =
        ReadReference(work.db, work.store.sealer, lease.id, row->receipt);
    if (!reference.ok()) return reference.status();
    row->facts.reference = std::move(reference).value();
  }
  sent.token_live = before == State::kSending && row->last_attempt == lease.attempt;
  sent.gates_open = lease.gates_open;
  sent.others_tried = lease.others_tried;
  const Disposition disposition =
      Dispose(row->facts, outcome, sent, (*site)->gate, (*resource)->gate, work.store.settings,
              work.now, work.store.random);
  if (disposition.stale) return Status();

  UTBOKS_RETURN_IF_ERROR(WriteAttempt(work, lease, outcome, disposition.counted));
  UTBOKS_RETURN_IF_ERROR(RaiseFor(work, disposition, **resource));
  row->facts = disposition.after;
  row->waited_on = disposition.waited_on;
  if (outcome.verdict == Verdict::kAccepted && row->receipt == 0) row->receipt = lease.attempt;
  NewEvent event;
  event.reason = row->facts.reason;
  event.attempt = lease.attempt;
  event.actor = kWorkerActor;
  UTBOKS_RETURN_IF_ERROR(WriteChange(work, *row, before, disposition.cause, event));
  for (const MessageSeq seq : disposition.held_by_blame_run) {
    UTBOKS_RETURN_IF_ERROR(HoldForBlameRun(work, seq, std::string(kWorkerActor)));
  }
  if (disposition.site_opened) UTBOKS_RETURN_IF_ERROR(EndWaits(work, WaitedOn::kSite, kSite));
  if (disposition.resource_opened) {
    UTBOKS_RETURN_IF_ERROR(EndWaits(work, WaitedOn::kResource, row->ressurs));
  }
  return Status();
}

}  // namespace

Status WriteChange(Work& work, MessageRow& row, State before, Cause cause, const NewEvent& event) {
  assert(before == row.facts.state || LegalEdge(before, row.facts.state, cause));
  NewEvent full = event;
  full.event = before == row.facts.state && cause == Cause::kSettle
                   ? std::string_view("receipt")
                   : EventWord(row.facts.state, cause);
  full.from = before;
  full.to = row.facts.state;
  if (before != row.facts.state) row.changed_at = work.now;
  UTBOKS_RETURN_IF_ERROR(AddEvent(work, row, full));
  if (row.facts.state == State::kInDoubt && before != State::kInDoubt) {
    Query q =
        work.db.Prepare("UPDATE message SET doubt_since = ? WHERE seq = ? AND doubt_since IS NULL");
    q.Bind(ToMillis(work.now)).Bind(row.facts.seq);
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  const bool stands = StandsInKeys(row.facts.state, row.facts.reason, row.facts.unanswered,
                                   work.store.settings.on_head_failed);
  const bool moves = stands != row.in_keys;
  if (moves) UTBOKS_RETURN_IF_ERROR(stands ? ReturnToKeys(work, row) : LeaveKeys(work, row));
  UTBOKS_RETURN_IF_ERROR(WriteMessage(work.db, row));
  return moves || before == State::kSending ? WakeAfterFollowers(work, row.facts.seq) : Status();
}

Status SettleRows(Work& work, std::span<const Settlement> done) {
  for (const Settlement& one : done) {
    UTBOKS_RETURN_IF_ERROR(SettleOne(work, one.lease, one.outcome, Sent{}));
  }
  return work.gates.WriteChanges();
}

Status SettleProbeRow(Work& work, const Probe& probe, const HeadResult& head,
                      const std::optional<Outcome>& message) {
  const Result<GateRow*> site = work.gates.At(kSite);
  if (!site.ok()) return site.status();
  const Result<GateRow*> resource = probe.ressurs.empty() ? site : work.gates.Named(probe.ressurs);
  if (!resource.ok()) return resource.status();
  ProbeEnd end;
  end.of_site = probe.gate.empty();
  end.number = probe.state.probes;
  end.openings = probe.state.openings;
  end.head = head;
  end.nothing_waits = probe.nothing_waits;
  if (message) {
    Sent sent;
    sent.probe = true;
    UTBOKS_RETURN_IF_ERROR(SettleOne(work, *probe.message, *message, sent));
    end.message = probe.message->seq;
    end.outcome = &*message;
    const Result<MessageRow> row = ReadMessage(work.db, end.message);
    if (row.ok()) end.due_at = row->facts.due_at;
  } else if (probe.message) {
    const Lease leases[] = {*probe.message};
    UTBOKS_RETURN_IF_ERROR(HandBackRows(work, leases));
  }
  const ProbeEffect effect = EndProbe(end, (*site)->gate, (*resource)->gate, work.store.settings,
                                      work.now, work.store.random);
  if (effect.site_opened) UTBOKS_RETURN_IF_ERROR(EndWaits(work, WaitedOn::kSite, kSite));
  if (effect.resource_opened) {
    UTBOKS_RETURN_IF_ERROR(EndWaits(work, WaitedOn::kResource, (*resource)->nr));
  }
  return work.gates.WriteChanges();
}

Result<int> RecoverDeadRows(Work& work) {
  std::vector<MessageSeq> dead;
  {
    Query q = work.db.Prepare("SELECT seq FROM lease ORDER BY seq");
    while (q.Step()) dead.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const MessageSeq seq : dead) {
    Result<MessageRow> row = ReadMessage(work.db, seq);
    if (!row.ok()) return row.status();
    const Disposition disposition =
        DisposeDead(row->facts, work.store.settings, work.now, work.store.random);
    Query q = work.db.Prepare("UPDATE attempt SET ended = ?, result = ?, reason = ? WHERE id = ?");
    q.Bind(ToMillis(work.now)).Bind(static_cast<int>(AttemptResult::kUnanswered));
    q.BindText(reason::kWorkerDied).Bind(row->last_attempt);
    UTBOKS_RETURN_IF_ERROR(q.Run());
    row->facts = disposition.after;
    row->waited_on = disposition.waited_on;
    NewEvent event;
    event.reason = row->facts.reason;
    event.attempt = row->last_attempt;
    event.actor = kWorkerActor;
    UTBOKS_RETURN_IF_ERROR(WriteChange(work, *row, State::kSending, disposition.cause, event));
  }
  const Result<std::vector<GateRow*>> gates = work.gates.All();
  if (!gates.ok()) return gates.status();
  for (GateRow* gate : *gates) LoseProbe(gate->gate, work.now);
  UTBOKS_RETURN_IF_ERROR(work.gates.WriteChanges());
  return static_cast<int>(dead.size());
}

Result<std::string> ReadReference(Connection& db, const Sealer& sealer, const Uuid& id,
                                  std::int64_t attempt) {
  if (attempt == 0) return std::string();
  Query q = db.Prepare("SELECT evidence FROM attempt WHERE id = ?");
  q.Bind(attempt);
  if (!q.Step() || q.IsNull(0)) {
    UTBOKS_RETURN_IF_ERROR(q.status());
    return std::string();
  }
  const Result<std::string> open = sealer.Open(q.Blob(0), id, "evidence");
  if (!open.ok()) return open.status();
  return UnpackEvidence(*open).reference;
}

std::string PackEvidence(const Evidence& evidence) {
  const std::string_view parts[] = {evidence.reference, evidence.feilkode, evidence.support_id,
                                    evidence.retry_after, evidence.answer};
  std::string packed;
  bool any = false;
  for (const std::string_view part : parts) {
    any = any || !part.empty();
    packed += fmt::format("{}:", part.size());
    packed += part;
  }
  return any ? packed : std::string();
}

Evidence UnpackEvidence(std::string_view packed) {
  Evidence evidence;
  std::string* const parts[] = {&evidence.reference, &evidence.feilkode, &evidence.support_id,
                                &evidence.retry_after, &evidence.answer};
  for (std::string* part : parts) {
    const std::size_t colon = packed.find(':');
    if (colon == std::string_view::npos) break;
    const std::size_t size =
        std::strtoull(std::string(packed.substr(0, colon)).c_str(), nullptr, 10);
    packed.remove_prefix(colon + 1);
    *part = packed.substr(0, size);
    packed.remove_prefix(std::min(size, packed.size()));
  }
  return evidence;
}

}  // namespace utboks::sqlite

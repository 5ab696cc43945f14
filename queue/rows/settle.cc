#include "queue/rows/settle.h"

#include <fmt/format.h>

#include <cassert>
#include <set>

#include "queue/breaker.h"
#include "queue/disposition.h"
#include "queue/probe.h"
#include "queue/reason.h"
#include "queue/rows/claim.h"
#include "queue/rows/desk.h"
#include "queue/rows/feed.h"
#include "queue/rows/order.h"

namespace utboks::rows {
namespace {

constexpr std::size_t kWaitsAtOnce = 500;

bool UnderWay(State state) {
  return state == State::kSending || state == State::kInDoubt;
}

// Waits that a gate's failures gave end when it opens; those it gives from now on do not.
Status BeginEndOfWaits(Work& work, GateRow& gate) {
  Query q = work.db.Prepare("SELECT max(id) FROM attempt");
  if (q.Step()) gate.waits_end = q.Int(0);
  UTBOKS_RETURN_IF_ERROR(q.status());
  return EndWaits(work, gate);
}

// Whether the last to act on it was a person.  Looking at it is no act.
Result<bool> TouchedByPerson(Connection& db, const MessageRow& row) {
  for (std::int64_t event = row.last_event; event != 0;) {
    Query q = db.Prepare("SELECT prev, event, actor FROM history WHERE id = ?");
    q.Bind(event);
    if (!q.Step()) {
      UTBOKS_RETURN_IF_ERROR(q.status());
      break;
    }
    if (q.Text(1) != kContentRead) return q.Text(2) != kWorkerActor;
    event = q.Int(0);
  }
  return false;
}

// What the register said of it last: the reason of a state may be our own word.
Result<std::string> LastVerdict(Connection& db, const MessageRow& row) {
  Query q = db.Prepare("SELECT reason FROM attempt WHERE id = ?");
  q.Bind(row.last_attempt);
  std::string verdict = q.Step() ? std::string(q.Text(0)) : row.facts.reason;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return verdict;
}

Status HoldForBlameRun(Work& work, MessageSeq seq, const std::string& actor) {
  Result<MessageRow> row = work.messages.Read(seq);
  if (row.code() == Code::kNotFound) return Status();
  if (!row.ok()) return row.status();
  const State before = row->facts.state;
  const bool blamed = before == State::kRejected || before == State::kHeld;
  if (!blamed) return Status();
  const Result<bool> touched = TouchedByPerson(work.db, *row);
  if (!touched.ok()) return touched.status();
  if (*touched) return Status();
  Result<std::string> verdict = LastVerdict(work.db, *row);
  if (!verdict.ok()) return verdict.status();
  row->facts.blame = std::move(verdict).value();
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

// A receipt for a message whose record is gone: the tombstone is what tells of it.
Status SettleBuried(Work& work, const Lease& lease, const Outcome& outcome) {
  if (outcome.verdict != Verdict::kAccepted) return Status();
  bool had_receipt = false;
  {
    Query q = work.db.Prepare("SELECT reference IS NOT NULL FROM tombstone WHERE id = ?");
    q.BindBlob(lease.id);
    if (!q.Step()) return q.status();
    had_receipt = q.Bool(0);
  }
  if (!had_receipt) {
    const std::string sealed = work.store.sealer.Seal(outcome.reference, lease.id, "reference");
    Query q = work.db.Prepare("UPDATE tombstone SET state = ?, reference = ?, at = ? WHERE id = ?");
    q.Bind(static_cast<int>(State::kAccepted)).BindBlob(sealed).Bind(ToMillis(work.now));
    q.BindBlob(lease.id);
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  return RaiseAlarm(work, had_receipt ? "double" : "accepted-late", lease.ressurs, true);
}

// Its answer has been written down: a worker that did not hear of that tells it again.
Result<bool> Answered(Connection& db, const Lease& lease) {
  Query q = db.Prepare("SELECT 1 FROM attempt WHERE id = ? AND result = ?");
  q.Bind(lease.attempt).Bind(static_cast<int>(AttemptResult::kAnswered));
  const bool answered = q.Step();
  UTBOKS_RETURN_IF_ERROR(q.status());
  return answered;
}

Result<MessageRow> ReadById(Work& work, const Uuid& id) {
  const Result<MessageSeq> seq = SeqOf(work.db, id);
  if (!seq.ok()) return seq.status();
  return work.messages.Read(*seq);
}

Status SettleOne(Work& work, const Lease& lease, const Outcome& outcome, Sent sent) {
  Result<MessageRow> row = work.messages.Read(lease.seq);
  // A message that was corrected gives its seq to the correction.
  if (row.ok() && row->id != lease.id) row = ReadById(work, lease.id);
  if (row.code() == Code::kNotFound) return SettleBuried(work, lease, outcome);
  if (!row.ok()) return row.status();
  const Result<GateRow*> site = work.gates.At(kSite);
  if (!site.ok()) return site.status();
  const Result<GateRow*> resource = work.gates.At(row->ressurs);
  if (!resource.ok()) return resource.status();

  const State before = row->facts.state;
  sent.token_live = before == State::kSending && row->last_attempt == lease.attempt;
  if (!sent.token_live && outcome.verdict == Verdict::kAccepted) {
    const Result<bool> answered = Answered(work.db, lease);
    if (!answered.ok()) return answered.status();
    if (*answered) return Status();
  }
  if (row->receipt != 0 && outcome.verdict == Verdict::kAccepted) {
    Result<std::string> reference =
        ReadReference(work.db, work.store.sealer, lease.id, row->receipt);
    if (!reference.ok()) return reference.status();
    row->facts.reference = std::move(reference).value();
  }
  if (outcome.verdict == Verdict::kInDoubt) {
    const Result<bool> live = IsFeedLive(work.db, work.now);
    if (!live.ok()) return live.status();
    sent.feed_live = *live;
  }
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
  return disposition.resource_opened ? BeginEndOfWaits(work, **resource) : Status();
}

}  // namespace

Status WriteChange(Work& work, MessageRow& row, State before, Cause cause, const NewEvent& event) {
  assert(before == row.facts.state || LegalEdge(before, row.facts.state, cause));
  NewEvent full = event;
  full.event = before == row.facts.state && cause == Cause::kLateReceipt
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
  if (row.facts.state != State::kDue && row.facts.state != State::kInDoubt) {
    row.after_followers = false;
  }
  // One that waits for its followers stands aside meanwhile: before them it would keep
  // one in doubt from being sent again, and each would wait for the other for ever.
  const bool in_place = stands && !row.after_followers;
  if (in_place != row.in_keys) {
    UTBOKS_RETURN_IF_ERROR(in_place ? ReturnToKeys(work, row) : LeaveKeys(work, row));
  }
  UTBOKS_RETURN_IF_ERROR(work.messages.Write(row));
  return UnderWay(before) && !UnderWay(row.facts.state) ? WakeAfterFollowers(work, row.facts.seq)
                                                        : Status();
}

Status SettleRows(Work& work, std::span<const Settlement> done) {
  std::vector<MessageSeq> seqs;
  for (const Settlement& one : done) seqs.push_back(one.lease.seq);
  work.gates.Ask();
  Query after_followers = AskAfterFollowers(work);
  UTBOKS_RETURN_IF_ERROR(work.messages.LookAhead(seqs));
  UTBOKS_RETURN_IF_ERROR(KnowAfterFollowers(work, after_followers));
  for (const Settlement& one : done) {
    UTBOKS_RETURN_IF_ERROR(SettleOne(work, one.lease, one.outcome, Sent{}));
  }
  return WriteGates(work);
}

Status SettleProbeRow(Work& work, const Probe& probe, const HeadResult& head,
                      const std::optional<Outcome>& message) {
  const Result<GateRow*> site = work.gates.At(kSite);
  if (!site.ok()) return site.status();
  const Result<GateRow*> resource = probe.ressurs.empty() ? site : work.gates.Named(probe.ressurs);
  if (!resource.ok()) return resource.status();
  ProbeEnd end;
  end.of_site = probe.gate.empty();
  end.token = TokenOf(probe.state);
  end.head = head;
  end.nothing_waits = probe.nothing_waits;
  if (message) {
    Sent sent;
    sent.probe = true;
    sent.head_said_yes = HeadSaysYes(probe.state, head);
    UTBOKS_RETURN_IF_ERROR(SettleOne(work, *probe.message, *message, sent));
    end.message = probe.message->seq;
    end.outcome = &*message;
    const Result<MessageRow> row = work.messages.Read(end.message);
    if (row.ok()) end.due_at = row->facts.due_at;
  } else if (probe.message) {
    const Lease leases[] = {*probe.message};
    UTBOKS_RETURN_IF_ERROR(HandBackRows(work, leases));
  }
  const ProbeEffect effect = EndProbe(end, (*site)->gate, (*resource)->gate, work.store.settings,
                                      work.now, work.store.random);
  if (effect.resource_opened) UTBOKS_RETURN_IF_ERROR(BeginEndOfWaits(work, **resource));
  return WriteGates(work);
}

Result<int> RecoverDeadRows(Work& work, const DeadLeases& which) {
  std::vector<MessageSeq> dead;
  std::set<int> probed;
  {
    Query q = work.db.Prepare(
        "SELECT l.seq, l.ressurs, a.probe FROM lease l JOIN attempt a ON a.id = l.attempt"
        " WHERE ?1 = 1 OR l.until <= ?2 OR a.worker = ?3 ORDER BY l.seq");
    q.Bind(which.all).Bind(ToMillis(work.now)).BindText(which.worker);
    while (q.Step()) {
      dead.push_back(q.Int(0));
      if (q.Bool(2)) probed.insert({static_cast<int>(q.Int(1)), kSite});
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  const Result<bool> feed_live = IsFeedLive(work.db, work.now);
  if (!feed_live.ok()) return feed_live.status();
  for (const MessageSeq seq : dead) {
    Result<MessageRow> row = work.messages.Read(seq);
    if (!row.ok()) return row.status();
    const Disposition disposition =
        DisposeDead(row->facts, work.store.settings, work.now, work.store.random, *feed_live);
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
  // The next probe of a gate whose prober is gone need not wait for it.
  if (which.all || !probed.empty()) {
    const Result<std::vector<GateRow*>> gates = work.gates.All();
    if (!gates.ok()) return gates.status();
    for (GateRow* gate : *gates) {
      if (which.all || probed.contains(gate->nr)) LoseProbe(gate->gate, work.now);
    }
  }
  UTBOKS_RETURN_IF_ERROR(WriteGates(work));
  return static_cast<int>(dead.size());
}

Result<int> HoldDoubtRows(Work& work, int most) {
  if (work.store.settings.in_doubt != DoubtPolicy::kHold) return 0;
  std::vector<MessageSeq> doubts;
  {
    // Without a reason: a person has released it since.
    Query q = work.db.Prepare(
        "SELECT seq FROM message WHERE state IN (3, 4, 7) AND state = 3 AND reason <> '' LIMIT ?");
    q.Bind(most);
    while (q.Step()) doubts.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const MessageSeq seq : doubts) {
    Result<MessageRow> row = work.messages.Read(seq);
    if (!row.ok()) return row.status();
    row->facts.state = State::kHeld;
    row->facts.reason = reason::kInDoubt;
    row->waited_on = WaitedOn::kNothing;
    NewEvent event;
    event.reason = row->facts.reason;
    event.actor = kWorkerActor;
    UTBOKS_RETURN_IF_ERROR(WriteChange(work, *row, State::kInDoubt, Cause::kLimit, event));
  }
  return static_cast<int>(doubts.size());
}

Status EndWaits(Work& work, GateRow& gate) {
  std::vector<MessageSeq> waiting;
  {
    Query q = work.db.Prepare(
        "SELECT seq FROM message WHERE waited_on > 0 AND ressurs = ? AND last_attempt <= ?"
        " LIMIT ?");
    q.Bind(gate.nr).Bind(gate.waits_end).Bind(kWaitsAtOnce);
    while (q.Step()) waiting.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const MessageSeq seq : waiting) {
    Result<MessageRow> row = work.messages.Read(seq);
    if (!row.ok()) return row.status();
    row->facts.due_at = std::min(row->facts.due_at, work.now);
    row->waited_on = WaitedOn::kNothing;
    UTBOKS_RETURN_IF_ERROR(work.messages.Write(*row));
  }
  if (waiting.size() < kWaitsAtOnce) gate.waits_end = 0;
  return Status();
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

}  // namespace utboks::rows

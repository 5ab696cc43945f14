#include "queue/rows/claim.h"

#include <algorithm>

#include "queue/bucket.h"
#include "queue/probe.h"
#include "queue/rows/line.h"
#include "queue/rows/order.h"
#include "queue/rows/settle.h"

namespace utboks::rows {
namespace {

constexpr int kProbeTokens = 2;  // HEAD and its message

void Sooner(std::optional<WallTime>& best, const std::optional<WallTime>& other) {
  if (other && (!best || *other < *best)) best = other;
}

Result<Bucket> ReadBucket(Connection& db) {
  Query q = db.Prepare("SELECT tokens, filled_at FROM bucket");
  if (!q.Step()) {
    return q.status().ok() ? Status(Code::kCorrupt, "the store has lost its rate bucket")
                           : q.status();
  }
  return Bucket{q.Real(0), WallFromMillis(q.Int(1))};
}

Status WriteBucket(Connection& db, const Bucket& bucket) {
  Query q = db.Prepare("UPDATE bucket SET tokens = ?, filled_at = ?");
  q.Bind(bucket.tokens).Bind(ToMillis(bucket.filled_at));
  return q.Run();
}

Result<bool> AnythingSending(Connection& db) {
  Query q = db.Prepare("SELECT 1 FROM lease LIMIT 1");
  const bool any = q.Step();
  UTBOKS_RETURN_IF_ERROR(q.status());
  return any;
}

Result<bool> ResourceSending(Connection& db, int nr) {
  Query q = db.Prepare("SELECT 1 FROM lease WHERE ressurs = ? LIMIT 1");
  q.Bind(nr);
  const bool any = q.Step();
  UTBOKS_RETURN_IF_ERROR(q.status());
  return any;
}

// A message never tried, while a gate is shut for the sake of one suspect.
Result<bool> HasUntried(Work& work, int nr) {
  Query q = work.db.Prepare(
      "SELECT 1 FROM ready WHERE lane = 0 AND ressurs = ? AND due_at <= ? AND last_attempt = 0 AND"
      " doubt = 0 LIMIT 1");
  q.Bind(nr).Bind(ToMillis(work.now));
  const bool any = q.Step();
  UTBOKS_RETURN_IF_ERROR(q.status());
  return any;
}

// A probe's message of this resource, or of any for the site, is under way.
Result<bool> ProbeSending(Connection& db, int nr) {
  Query q = db.Prepare(
      "SELECT 1 FROM lease l JOIN attempt a ON a.id = l.attempt"
      " WHERE (?1 = 0 OR l.ressurs = ?1) AND a.probe = 1 LIMIT 1");
  q.Bind(nr);
  const bool any = q.Step();
  UTBOKS_RETURN_IF_ERROR(q.status());
  return any;
}

// Writes lease and attempt.  The attempt is the record of the claim: it stands
// before the first byte can leave.
Result<Lease> TakeLease(Work& work, GateRow& gate, const Candidate& candidate, bool probe,
                        bool gates_open) {
  const MessageSeq seq = candidate.seq;
  Lease lease;
  lease.seq = seq;
  lease.id = candidate.id;
  lease.ressurs = gate.gate.name;
  lease.gates_open = gates_open;
  lease.others_tried = gate.last_tried != 0 && gate.last_tried != seq;
  Query attempt = work.db.PrepareNew(
      Serial::kAttempt,
      "INSERT INTO attempt (id, message, prev, started, probe, gates_open, others_tried, worker)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  attempt.Bind(seq)
      .Bind(candidate.last_attempt)
      .Bind(ToMillis(work.now))
      .Bind(probe)
      .Bind(gates_open);
  attempt.Bind(lease.others_tried).BindText(work.store.worker);
  UTBOKS_RETURN_IF_ERROR(attempt.Run());
  lease.attempt = work.db.NewId();
  UTBOKS_RETURN_IF_ERROR(
      MoveToLease(work.db, candidate, lease.attempt, work.now + work.store.lease));
  gate.last_tried = seq;
  return lease;
}

}  // namespace

Result<int> TakeTokens(Work& work, int wanted, int kept, std::optional<WallTime>* next) {
  const int limit = work.store.settings.rate_limit_per_minute;
  if (limit == 0 || wanted <= 0) return wanted;
  Result<Bucket> bucket = ReadBucket(work.db);
  if (!bucket.ok()) return bucket.status();
  const int all = Take(*bucket, wanted + kept, limit, work.now);
  const int given = std::clamp(all - kept, 0, wanted);
  GiveBack(*bucket, all - given, limit);
  if (given < wanted) Sooner(*next, NextToken(*bucket, limit, work.now));
  UTBOKS_RETURN_IF_ERROR(WriteBucket(work.db, *bucket));
  return given;
}

Status ReturnTokens(Work& work, int unused) {
  if (unused <= 0 || work.store.settings.rate_limit_per_minute == 0) return Status();
  Result<Bucket> bucket = ReadBucket(work.db);
  if (!bucket.ok()) return bucket.status();
  GiveBack(*bucket, unused, work.store.settings.rate_limit_per_minute);
  return WriteBucket(work.db, *bucket);
}

Result<Claimed> ClaimRows(Work& work, std::span<const Room> room, int free_senders) {
  Claimed claimed;
  const Result<GateRow*> site = work.gates.At(kSite);
  if (!site.ok()) return site.status();
  Gate& site_gate = (*site)->gate;
  UTBOKS_RETURN_IF_ERROR(EndPause(work, **site));
  claimed.next_probe = NextProbe(site_gate, site_gate);

  std::vector<Line> lines;
  bool alone = site_gate.alone_next;
  for (const Room& one : room) {
    const Result<GateRow*> gate = work.gates.Named(one.ressurs);
    if (!gate.ok()) return gate.status();
    UTBOKS_RETURN_IF_ERROR(EndPause(work, **gate));
    if ((*gate)->waits_end != 0) UTBOKS_RETURN_IF_ERROR(EndWaits(work, **gate));
    const std::int64_t openings = site_gate.openings + (*gate)->gate.openings;
    claimed.openings.emplace_back(one.ressurs, openings);
    Sooner(claimed.next_probe, NextProbe((*gate)->gate, site_gate));
    if (TakesUntriedAtOnce((*gate)->gate, site_gate, work.now)) {
      const Result<bool> untried = HasUntried(work, (*gate)->nr);
      if (!untried.ok()) return untried.status();
      if (*untried) claimed.next_probe = work.now;
    }
    const bool known = !one.openings || *one.openings == openings;
    if (!HasMark((*gate)->gate) && one.rows > 0 && known) {
      lines.push_back({*gate, one.rows, 0, {}, {}, 0});
    }
    Sooner(claimed.ask_again, (*gate)->gate.pause_until);
  }
  Sooner(claimed.ask_again, site_gate.pause_until);
  if (!IsOpen(site_gate, work.now)) {
    if (!HasMark(site_gate)) Sooner(claimed.ask_again, site_gate.not_before);
    UTBOKS_RETURN_IF_ERROR(WriteGates(work));
    return claimed;
  }
  if (alone) {
    const Result<bool> sending = AnythingSending(work.db);
    if (!sending.ok()) return sending.status();
    if (*sending) free_senders = 0;
    free_senders = std::min(free_senders, 1);
  }
  for (Line& line : lines) {
    line.most = std::min(line.room, free_senders);
    if (line.gate->gate.alone_next && line.most > 0) {
      const Result<bool> sending = ResourceSending(work.db, line.gate->nr);
      if (!sending.ok()) return sending.status();
      line.most = *sending ? 0 : 1;
    }
  }
  UTBOKS_RETURN_IF_ERROR(FillLines(work, lines));
  int found = 0;
  for (const Line& line : lines) {
    found += static_cast<int>(line.candidates.size());
    // A full line has more behind it for as soon as there is room; a short one
    // has only what is due later.
    Sooner(claimed.ask_again, line.later);
  }
  // A probe that is due takes two.  Where others have a backlog each token goes as it
  // comes, and the closed gate would never see two at once: so they are left for it.
  const bool probe_due = claimed.next_probe && *claimed.next_probe <= work.now;
  const Result<int> given = TakeTokens(work, std::min(found, free_senders),
                                       probe_due ? kProbeTokens : 0, &claimed.ask_again);
  if (!given.ok()) return given.status();
  const int wanted = *given;
  // One of each resource in turn, beginning elsewhere each time: a resource with
  // a million messages takes no more turns than one with a single message.
  const std::size_t start = lines.empty() ? 0 : work.store.random.Below(lines.size());
  while (static_cast<int>(claimed.rows.size()) < wanted) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      Line& line = lines[(start + i) % lines.size()];
      if (line.next == line.candidates.size()) continue;
      Result<Lease> lease = TakeLease(work, *line.gate, line.candidates[line.next++], false, true);
      if (!lease.ok()) return lease.status();
      claimed.rows.push_back(std::move(lease).value());
      if (static_cast<int>(claimed.rows.size()) == wanted) break;
    }
  }
  UTBOKS_RETURN_IF_ERROR(WriteGates(work));
  return claimed;
}

namespace {

using Picked = std::optional<Candidate>;

// The message a probe may send, of `resources`: the least recently tried first, so
// that a poison message cannot keep the gate shut.  A wait that no gate gave is
// kept to.
Result<Picked> PickOne(Work& work, ProbePick pick, const std::vector<int>& resources) {
  Picked best;
  std::int64_t best_rank = 0;
  for (const int nr : resources) {
    Query q = pick == ProbePick::kUntried
                  ? work.db.Prepare(
                        "SELECT seq, ressurs, lane, due_at, last_attempt, id FROM ready"
                        " WHERE lane = 0 AND ressurs = ? AND due_at <= ? AND last_attempt = 0 AND"
                        " doubt = 0 ORDER BY due_at, seq LIMIT 1")
              : pick == ProbePick::kDoubted
                  ? work.db.Prepare(
                        "SELECT seq, ressurs, lane, due_at, last_attempt, id FROM ready"
                        " WHERE ressurs = ? AND doubt = 1 AND (waited_on > 0 OR due_at <= ?)"
                        " ORDER BY last_attempt LIMIT 1")
                  : work.db.Prepare(
                        "SELECT seq, ressurs, lane, due_at, last_attempt, id FROM ready"
                        " WHERE ressurs = ? AND doubt = 0 AND last_attempt > 0 AND"
                        " (waited_on > 0 OR due_at <= ?) ORDER BY last_attempt LIMIT 1");
    q.Bind(nr).Bind(ToMillis(work.now));
    if (q.Step()) {
      const Candidate found = CandidateOf(q);
      const std::int64_t rank =
          pick == ProbePick::kUntried ? ToMillis(found.due_at) : found.last_attempt;
      if (!best || rank < best_rank) {
        best = found;
        best_rank = rank;
      }
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  return best;
}

Result<Picked> PickMessage(Work& work, const Gate& gate, const std::vector<int>& resources) {
  for (const ProbePick pick : ProbeOrder(gate)) {
    Result<Picked> found = PickOne(work, pick, resources);
    if (!found.ok() || found->has_value()) return found;
  }
  return Picked();
}

}  // namespace

Result<std::optional<Probe>> ClaimProbeRow(Work& work) {
  const Result<std::vector<GateRow*>> gates = work.gates.All();
  if (!gates.ok()) return gates.status();
  GateRow* const site = (*gates)[0];
  GateRow* due = nullptr;
  std::optional<WallTime> due_at;
  for (GateRow* row : *gates) {
    std::optional<WallTime> at = NextProbe(row->gate, site->gate);
    if (!at) continue;
    if (*at > work.now && row != site && TakesUntriedAtOnce(row->gate, site->gate, work.now)) {
      const Result<bool> untried = HasUntried(work, row->nr);
      if (!untried.ok()) return untried.status();
      if (*untried) at = work.now;
    }
    if (*at > work.now || (due_at && *at >= *due_at)) continue;
    const Result<bool> running = ProbeSending(work.db, row->nr);
    if (!running.ok()) return running.status();
    if (*running) continue;
    due = row;
    due_at = at;
  }
  if (due == nullptr) return std::optional<Probe>();

  std::vector<int> resources;
  for (GateRow* row : *gates) {
    if (due == site ? row != site && !HasMark(row->gate) : row == due) resources.push_back(row->nr);
  }
  const Gate before = due->gate;
  BeginProbe(due->gate, work.store.settings, work.now);
  Probe probe;
  probe.gate = due->gate.name;
  const Result<Picked> picked = PickMessage(work, due->gate, resources);
  if (!picked.ok()) return picked.status();
  probe.nothing_waits = !picked->has_value();
  bool send = picked->has_value();
  if (send && due->gate.suspect == (*picked)->seq && due->gate.probes > kQuickProbes) {
    send = (*picked)->due_at <= work.now;
  }
  // HEAD and the message each take a token.  A probe without them is not begun: HEAD
  // alone opens nothing while a message waits.
  const int needed = send ? kProbeTokens : 1;
  std::optional<WallTime> next;
  const Result<int> tokens = TakeTokens(work, needed, 0, &next);
  if (!tokens.ok()) return tokens.status();
  if (*tokens < needed) {
    UTBOKS_RETURN_IF_ERROR(ReturnTokens(work, *tokens));
    due->gate = before;
    return std::optional<Probe>();
  }
  if (send) {
    const Result<GateRow*> row = work.gates.At((*picked)->ressurs);
    if (!row.ok()) return row.status();
    Result<Lease> lease = TakeLease(work, **row, **picked, true, false);
    if (!lease.ok()) return lease.status();
    probe.ressurs = lease->ressurs;
    probe.message = std::move(lease).value();
  } else {
    for (GateRow* row : *gates) {
      if (row != site && (due == site || row == due)) probe.ressurs = row->gate.name;
    }
  }
  probe.state = due->gate;
  UTBOKS_RETURN_IF_ERROR(WriteGates(work));
  return std::optional(std::move(probe));
}

Status HandBackRows(Work& work, std::span<const Lease> leases) {
  int unused = 0;
  for (const Lease& lease : leases) {
    Result<MessageRow> row = work.messages.Read(lease.seq);
    if (!row.ok()) return row.status();
    if (row->facts.state != State::kSending || row->last_attempt != lease.attempt) continue;
    // As if it had never been claimed: the row has not learnt of it yet.
    row->facts.state = row->stored.state;
    row->attempts -= 1;
    row->last_attempt = row->stored.last_attempt;
    UTBOKS_RETURN_IF_ERROR(work.messages.Write(*row));
    Query drop = work.db.Prepare("DELETE FROM attempt WHERE id = ?");
    drop.Bind(lease.attempt);
    UTBOKS_RETURN_IF_ERROR(drop.Run());
    if (row->facts.state == State::kDue) {
      UTBOKS_RETURN_IF_ERROR(WakeAfterFollowers(work, lease.seq));
    }
    ++unused;
  }
  return ReturnTokens(work, unused);
}

}  // namespace utboks::rows

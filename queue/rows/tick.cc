#include "queue/rows/tick.h"

#include <algorithm>
#include <string>
#include <utility>

#include "queue/alarms.h"
#include "queue/breaker.h"
#include "queue/retry_policy.h"
#include "queue/rows/order.h"

namespace utboks::rows {
namespace {

Result<std::int64_t> CountOf(Query q) {
  const std::int64_t count = q.Step() ? q.Int(0) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return count;
}

constexpr std::size_t kHeadsAtOnce = 2'000;

Status CountHeads(Connection& db, HeadCount& heads) {
  std::vector<MessageSeq> seqs;
  {
    Query q = db.Prepare(
        "SELECT seq FROM message WHERE state IN (4, 7) AND in_keys = 1 AND seq > ?"
        " ORDER BY seq LIMIT ?");
    q.Bind(heads.after).Bind(kHeadsAtOnce);
    while (q.Step()) seqs.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const MessageSeq seq : seqs) {
    const Result<std::string> keys = ReadKeys(db, seq);
    if (!keys.ok()) return keys.status();
    const Result<bool> blocks = HasFollower(db, seq, *keys);
    if (!blocks.ok()) return blocks.status();
    if (*blocks) ++heads.found;
    heads.after = seq;
  }
  if (seqs.size() < kHeadsAtOnce) heads = HeadCount{0, 0, heads.found};
  return Status();
}

Status SetCount(Work& work, const StandingAlarm& alarm) {
  Query q = work.db.Prepare(
      "UPDATE alarm SET count = ?1 WHERE name = ?2 AND subject = ?3 AND count <> ?1");
  q.Bind(alarm.count).BindText(alarm.name).BindText(alarm.subject);
  return q.Run();
}

// Brings the alarms of the store's own conditions up to `standing`.
Result<std::vector<AlarmChange>> KeepAlarms(Work& work,
                                            const std::vector<StandingAlarm>& standing) {
  std::vector<AlarmChange> changes;
  std::vector<std::pair<std::string, std::string>> stored;
  {
    Query q = work.db.Prepare(
        "SELECT name, subject FROM alarm WHERE until_seen = 0 ORDER BY name, subject");
    while (q.Step()) stored.emplace_back(q.Text(0), q.Text(1));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const auto& raised : stored) {
    const auto& [name, subject] = raised;
    const bool ours =
        std::find(kStoreAlarms.begin(), kStoreAlarms.end(), name) != kStoreAlarms.end();
    const auto stands = [&raised](const StandingAlarm& alarm) {
      return alarm.name == raised.first && alarm.subject == raised.second;
    };
    if (!ours || std::any_of(standing.begin(), standing.end(), stands)) continue;
    UTBOKS_RETURN_IF_ERROR(ClearAlarm(work, name, subject));
    changes.push_back({name, subject, false});
  }
  for (const StandingAlarm& alarm : standing) {
    const bool known = std::find(stored.begin(), stored.end(),
                                 std::pair(alarm.name, alarm.subject)) != stored.end();
    if (!known) {
      UTBOKS_RETURN_IF_ERROR(RaiseAlarm(work, alarm.name, alarm.subject, false));
      changes.push_back({alarm.name, alarm.subject, true});
    }
    UTBOKS_RETURN_IF_ERROR(SetCount(work, alarm));
  }
  return changes;
}

}  // namespace

Result<TickFacts> LookForTick(Connection& db, WallTime now, HeadCount& heads) {
  TickFacts facts;
  // The three states are the index's, see its table.
  const Result<std::int64_t> held =
      CountOf(db.Prepare("SELECT count(*) FROM message WHERE state IN (3, 4, 7) AND state = 4"));
  if (!held.ok()) return held.status();
  facts.held = *held;
  // A doubt that began in the future began before a clock was put back.
  Query doubts = db.Prepare(
      "SELECT count(*) FROM message WHERE state IN (3, 4, 7) AND state = 3"
      " AND (doubt_since <= ? OR doubt_since > ?)");
  doubts.Bind(ToMillis(now - kInDoubtAfter)).Bind(ToMillis(now + kInDoubtAfter));
  const Result<std::int64_t> in_doubt = CountOf(std::move(doubts));
  if (!in_doubt.ok()) return in_doubt.status();
  facts.in_doubt = *in_doubt;
  UTBOKS_RETURN_IF_ERROR(CountHeads(db, heads));
  facts.head_blocked = std::max(heads.whole, heads.found);
  return facts;
}

Result<std::vector<MessageSeq>> FindTooFarAhead(Connection& db, const DeliverySettings& settings,
                                                WallTime now, int most) {
  GateBook book(db);
  const Result<std::vector<GateRow*>> gates = book.All();
  if (!gates.ok()) return gates.status();
  std::vector<MessageSeq> seqs;
  // Gate by gate: at once, it would pass over all that is ready.
  for (const GateRow* gate : *gates) {
    Query q = db.Prepare(
        "SELECT r.seq FROM ready r JOIN message m ON m.seq = r.seq"
        " WHERE r.lane = 0 AND r.ressurs = ? AND r.due_at > ?"
        " AND (m.not_before IS NULL OR m.not_before < m.due_at) ORDER BY r.due_at LIMIT ?");
    q.Bind(gate->nr).Bind(ToMillis(now + LongestWait(settings)));
    q.Bind(most - static_cast<int>(seqs.size()));
    while (q.Step()) seqs.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  return seqs;
}

Status PullInDueTimes(Work& work, const std::vector<MessageSeq>& seqs) {
  for (const MessageSeq seq : seqs) {
    Result<MessageRow> row = work.messages.Read(seq);
    if (row.code() == Code::kNotFound) continue;
    if (!row.ok()) return row.status();
    const WallTime earliest = row->not_before ? std::max(*row->not_before, work.now) : work.now;
    if (!row->ready() || row->facts.due_at <= earliest + LongestWait(work.store.settings)) continue;
    row->facts.due_at = earliest;
    UTBOKS_RETURN_IF_ERROR(work.messages.Write(*row));
  }
  return Status();
}

Result<std::vector<AlarmChange>> TickRows(Work& work, const TickFacts& facts, bool disk_low) {
  const Result<std::vector<GateRow*>> gates = work.gates.All();
  if (!gates.ok()) return gates.status();
  AlarmFacts all{{}, facts.held, facts.head_blocked, facts.in_doubt, disk_low};
  for (GateRow* row : *gates) {
    UTBOKS_RETURN_IF_ERROR(EndPause(work, *row));
    PullIn(row->gate, work.store.settings, work.now);
    all.gates.push_back(row->gate);
  }
  UTBOKS_RETURN_IF_ERROR(WriteGates(work));
  return KeepAlarms(work, StandingAlarms(all, work.now));
}

}  // namespace utboks::rows

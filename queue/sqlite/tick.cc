#include "queue/sqlite/tick.h"

#include <algorithm>
#include <string>
#include <utility>

#include "queue/alarms.h"
#include "queue/breaker.h"
#include "queue/retry_policy.h"
#include "queue/sqlite/order.h"

namespace utboks::sqlite {
namespace {

// A due time that we set ourselves and that lies further ahead than any of our
// waits was set by a clock that has been put back since.
Status PullInDueTimes(Work& work, int nr) {
  const Millis longest = LongestWait(work.store.settings);
  std::vector<MessageSeq> far;
  {
    Query q = work.db.Prepare(
        "SELECT r.seq FROM ready r JOIN message m ON m.seq = r.seq"
        " WHERE r.lane = 0 AND r.ressurs = ? AND r.due_at > ?"
        " AND (m.not_before IS NULL OR m.not_before < m.due_at)");
    q.Bind(nr).Bind(ToMillis(work.now + longest));
    while (q.Step()) far.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const MessageSeq seq : far) {
    Result<MessageRow> row = ReadMessage(work.db, seq);
    if (!row.ok()) return row.status();
    row->facts.due_at = work.now;
    UTBOKS_RETURN_IF_ERROR(WriteMessage(work.db, *row));
  }
  return Status();
}

Result<std::int64_t> CountOf(Query q) {
  const std::int64_t count = q.Step() ? q.Int(0) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return count;
}

// Held and rejected messages that others wait for.  So many are looked at, no
// more: whether it is one or a thousand decides nothing.
constexpr int kHeadsLookedAt = 1'000;

Result<std::int64_t> CountBlockingHeads(Work& work) {
  std::vector<MessageSeq> heads;
  {
    Query q =
        work.db.Prepare("SELECT seq FROM message WHERE state IN (4, 7) AND in_keys = 1 LIMIT ?");
    q.Bind(kHeadsLookedAt);
    while (q.Step()) heads.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  std::int64_t blocking = 0;
  for (const MessageSeq seq : heads) {
    const Result<std::string> keys = ReadKeys(work.db, seq);
    if (!keys.ok()) return keys.status();
    const Result<bool> blocks = HasFollower(work.db, seq, *keys);
    if (!blocks.ok()) return blocks.status();
    if (*blocks) ++blocking;
  }
  return blocking;
}

Result<AlarmFacts> GatherFacts(Work& work, const std::vector<GateRow*>& gates, bool disk_low) {
  AlarmFacts facts;
  for (const GateRow* row : gates) facts.gates.push_back(row->gate);
  const Result<std::int64_t> held =
      CountOf(work.db.Prepare("SELECT count(*) FROM message WHERE state = 4"));
  if (!held.ok()) return held.status();
  facts.held = *held;
  Query doubts =
      work.db.Prepare("SELECT count(*) FROM message WHERE state = 3 AND doubt_since <= ?");
  doubts.Bind(ToMillis(work.now - kInDoubtAfter));
  const Result<std::int64_t> in_doubt = CountOf(std::move(doubts));
  if (!in_doubt.ok()) return in_doubt.status();
  facts.in_doubt = *in_doubt;
  const Result<std::int64_t> blocking = CountBlockingHeads(work);
  if (!blocking.ok()) return blocking.status();
  facts.head_blocked = *blocking;
  facts.disk_low = disk_low;
  return facts;
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
    Query q = work.db.Prepare("SELECT name, subject FROM alarm WHERE until_seen = 0");
    while (q.Step()) stored.emplace_back(q.Text(0), q.Text(1));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const auto& [name, subject] : stored) {
    const bool ours =
        std::find(kStoreAlarms.begin(), kStoreAlarms.end(), name) != kStoreAlarms.end();
    const auto stands = [&](const StandingAlarm& alarm) {
      return alarm.name == name && alarm.subject == subject;
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

Result<std::vector<AlarmChange>> TickRows(Work& work, bool disk_low) {
  const Result<std::vector<GateRow*>> gates = work.gates.All();
  if (!gates.ok()) return gates.status();
  for (GateRow* row : *gates) {
    ExpirePause(row->gate, work.now);
    PullIn(row->gate, work.store.settings, work.now);
    if (row->nr != kSite) UTBOKS_RETURN_IF_ERROR(PullInDueTimes(work, row->nr));
  }
  UTBOKS_RETURN_IF_ERROR(work.gates.WriteChanges());
  const Result<AlarmFacts> facts = GatherFacts(work, *gates, disk_low);
  if (!facts.ok()) return facts.status();
  return KeepAlarms(work, StandingAlarms(*facts, work.now));
}

}  // namespace utboks::sqlite

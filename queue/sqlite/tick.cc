#include "queue/sqlite/tick.h"

#include "queue/breaker.h"
#include "queue/retry_policy.h"

namespace utboks::sqlite {
namespace {

// A due time that we set ourselves and that lies further ahead than any of our
// waits was set by a clock that has been put back since.
Status PullInDueTimes(Work& work, int nr) {
  const Millis longest = LongestWait(work.store.settings);
  Query q = work.db.Prepare(
      "UPDATE message SET due_at = ?1 WHERE eligible = 1 AND lane = 0 AND ressurs = ?2 AND"
      " due_at > ?3 AND (not_before IS NULL OR not_before < due_at)");
  q.Bind(ToMillis(work.now)).Bind(nr).Bind(ToMillis(work.now + longest));
  return q.Run();
}

}  // namespace

Status TickRows(Work& work, const std::string&, std::uint64_t) {
  const Result<std::vector<GateRow*>> gates = work.gates.All();
  if (!gates.ok()) return gates.status();
  for (GateRow* row : *gates) {
    ExpirePause(row->gate, work.now);
    PullIn(row->gate, work.store.settings, work.now);
    if (row->nr != kSite) UTBOKS_RETURN_IF_ERROR(PullInDueTimes(work, row->nr));
  }
  return work.gates.WriteChanges();
}

}  // namespace utboks::sqlite

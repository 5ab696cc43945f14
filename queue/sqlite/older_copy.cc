#include "queue/sqlite/older_copy.h"

#include <fmt/format.h>

namespace utboks::sqlite {

Result<std::int64_t> HowFar(rows::Connection& db) {
  rows::Query q =
      db.Prepare("SELECT sum(seq) FROM sqlite_sequence WHERE name IN ('history', 'attempt')");
  const std::int64_t last = q.Step() ? q.Int(0) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return last;
}

Result<bool> IsOlderCopy(rows::Connection& db, const rows::Stamp& stamp,
                         const std::optional<Progress>& beside) {
  const Result<std::int64_t> last = HowFar(db);
  if (!last.ok()) return last.status();
  if (stamp.copy) return true;
  return beside ? beside->epoch != stamp.epoch || beside->rows > *last : *last > 0;
}

Status OlderCopy(const std::string& path) {
  return Status(
      Code::kConfig,
      fmt::format("store {} is an older copy than {}.worker tells of: messages in it may have "
                  "been sent since; `utboks run --after-restore` marks them as in doubt and "
                  "goes on",
                  path, path));
}

}  // namespace utboks::sqlite

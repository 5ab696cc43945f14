#include "queue/rows/received_view.h"

#include <algorithm>

#include "queue/rows/message_row.h"

namespace utboks::rows {
namespace {

MessageView ViewOf(const Query& q) {
  MessageView view;
  view.seq = kReceivedFrom + q.Int(0);
  view.id = UuidOf(q.Blob(1));
  view.ressurs = q.Text(2);
  view.state = State::kReceived;
  view.received = WallFromMillis(q.Int(3));
  return view;
}

Result<std::vector<MessageView>> ReadAll(Query& q) {
  std::vector<MessageView> views;
  while (q.Step()) views.push_back(ViewOf(q));
  UTBOKS_RETURN_IF_ERROR(q.status());
  return views;
}

}  // namespace

Result<std::vector<MessageView>> ListReceived(Connection& db, const Filter& filter) {
  const bool asked = filter.states.empty() ||
                     std::ranges::find(filter.states, State::kReceived) != filter.states.end();
  const MessageSeq below = filter.below.value_or(INT64_MAX);
  if (!asked || !filter.reason.empty() || filter.blocked || below <= kReceivedFrom) {
    return std::vector<MessageView>();
  }
  Query q = db.Prepare(
      "SELECT nr, id, ressurs, at FROM received_row WHERE nr < ?1 AND (?2 = '' OR ressurs = ?2)"
      " AND at >= ?3 AND at < ?4 ORDER BY nr DESC LIMIT ?5");
  q.Bind(below - kReceivedFrom).BindText(filter.ressurs);
  q.Bind(filter.since ? ToMillis(*filter.since) : INT64_MIN);
  q.Bind(filter.until ? ToMillis(*filter.until) : INT64_MAX);
  q.Bind(filter.limit == 0 ? INT64_MAX : std::int64_t{filter.limit});
  return ReadAll(q);
}

Result<std::vector<MessageView>> FindReceived(Connection& db, const Uuid& id) {
  Query q = db.Prepare("SELECT nr, id, ressurs, at FROM received_row WHERE id = ?");
  q.BindBlob(id);
  return ReadAll(q);
}

Result<bool> IsReceived(Connection& db, const Uuid& id) {
  const Result<std::vector<MessageView>> found = FindReceived(db, id);
  if (!found.ok()) return found.status();
  return !found->empty();
}

Result<std::int64_t> CountReceived(Connection& db) {
  Query q = db.Prepare("SELECT count(*) FROM received_row");
  std::int64_t count = 0;
  if (q.Step()) count = q.Int(0);
  UTBOKS_RETURN_IF_ERROR(q.status());
  return count;
}

}  // namespace utboks::rows

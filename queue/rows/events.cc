#include "queue/rows/events.h"

#include <algorithm>
#include <string>

#include "queue/rows/desk.h"
#include "queue/rows/insert.h"
#include "queue/rows/received_view.h"
#include "queue/rows/settle.h"
#include "queue/rows/work.h"

namespace utboks::rows {
namespace {

// Once for the stream, and once for the events of one message.  An attempt's evidence
// is wanted for its receipt alone, and a refusal tells the event that we rejected it with.
#define UTBOKS_EVENTS                                                                        \
  "SELECT h.at, h.event, h.from_state, h.to_state, h.reason, h.actor, h.why, g.name, m.id,"  \
  " r.names, r.correlation, a.evidence, f.details, h.id"                                     \
  " FROM history h JOIN gate g ON g.nr = h.ressurs LEFT JOIN message m ON m.seq = h.message" \
  " LEFT JOIN record r ON r.seq = h.message"                                                 \
  " LEFT JOIN attempt a ON a.id = h.attempt AND h.to_state = 5"                              \
  " LEFT JOIN refusal f ON f.seq = h.message AND h.to_state = 7 AND h.attempt = 0"

// What is sealed in `column`, if it is there.
Status OpenInto(const Query& q, int column, const Sealer& sealer, const Uuid& id,
                std::string_view name, SensitiveText* text) {
  if (q.IsNull(column)) return Status();
  Result<std::string> open = sealer.Open(q.Blob(column), id, name);
  if (!open.ok()) return open.status();
  *text = SensitiveText(*std::move(open));
  return Status();
}

Result<EventView> EventOf(const Query& q, const Sealer& sealer) {
  EventView event;
  event.at = WallFromMillis(q.Int(0));
  event.event = q.Text(1);
  if (!q.IsNull(2)) event.from = static_cast<State>(q.Int(2));
  event.to = static_cast<State>(q.Int(3));
  event.reason = q.Text(4);
  event.actor = q.Text(5);
  event.ressurs = q.Text(7);
  event.id = q.Int(13);
  if (!q.IsNull(8)) event.message = UuidOf(q.Blob(8));
  const Uuid& id = event.message;
  UTBOKS_RETURN_IF_ERROR(OpenInto(q, 6, sealer, id, "why", &event.why));
  UTBOKS_RETURN_IF_ERROR(OpenInto(q, 10, sealer, id, "correlation", &event.correlation));
  UTBOKS_RETURN_IF_ERROR(OpenInto(q, 12, sealer, id, "refusal", &event.refusal));
  SensitiveText names, evidence;
  UTBOKS_RETURN_IF_ERROR(OpenInto(q, 9, sealer, id, "names", &names));
  UTBOKS_RETURN_IF_ERROR(OpenInto(q, 11, sealer, id, "evidence", &evidence));
  std::string saksreferanse;
  UnpackNames(names.reveal(), &event.identifikator.reveal(), &saksreferanse);
  if (!evidence.reveal().empty()) event.reference = UnpackEvidence(evidence.reveal()).reference;
  return event;
}

Result<std::vector<EventView>> ReadAll(Query& q, const Sealer& sealer) {
  std::vector<EventView> events;
  while (q.Step()) {
    Result<EventView> event = EventOf(q, sealer);
    if (!event.ok()) return event.status();
    events.push_back(*std::move(event));
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  return events;
}

// The ids of its events after `after`, in order.
Result<std::vector<std::int64_t>> ChainOf(Connection& db, MessageSeq seq, std::int64_t after) {
  const Result<MessageRow> row = Messages(db).Read(seq);
  if (!row.ok()) return row.status();
  std::vector<std::int64_t> ids;
  for (std::int64_t at = row->last_event; at > after;) {
    ids.push_back(at);
    Query q = db.Prepare("SELECT prev FROM history WHERE id = ?");
    q.Bind(at);
    at = q.Step() ? q.Int(0) : 0;
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  std::reverse(ids.begin(), ids.end());
  return ids;
}

}  // namespace

Result<std::vector<EventView>> ListEvents(Connection& db, const Sealer& sealer, std::int64_t after,
                                          int limit, const std::optional<Uuid>& message) {
  if (!message) {
    Query q = db.Prepare(UTBOKS_EVENTS " WHERE h.id > ? ORDER BY h.id LIMIT ?");
    q.Bind(after).Bind(limit == 0 ? INT64_MAX : std::int64_t{limit});
    return ReadAll(q, sealer);
  }
  const Result<MessageSeq> seq = SeqOf(db, *message);
  if (!seq.ok()) {
    const Result<bool> received = IsReceived(db, *message);
    return received.ok() && *received ? std::vector<EventView>()
                                      : Result<std::vector<EventView>>(seq.status());
  }
  Result<std::vector<std::int64_t>> ids = ChainOf(db, *seq, after);
  if (!ids.ok()) return ids.status();
  if (limit > 0 && ids->size() > static_cast<std::size_t>(limit)) {
    ids->resize(static_cast<std::size_t>(limit));
  }
  std::vector<EventView> events;
  for (const std::int64_t id : *ids) {
    Query q = db.Prepare(UTBOKS_EVENTS " WHERE h.id = ?");
    q.Bind(id);
    Result<std::vector<EventView>> one = ReadAll(q, sealer);
    if (!one.ok()) return one;
    for (EventView& event : *one) events.push_back(std::move(event));
  }
  return events;
}

}  // namespace utboks::rows

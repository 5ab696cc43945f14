#include "queue/rows/receiver.h"

#include <fmt/format.h>

#include <string>

namespace utboks::rows {

Result<StreamName> ReadStreamName(Connection& db) {
  Query q = db.Prepare("SELECT id, epoch FROM store");
  if (q.Step()) return StreamName{std::string(q.Text(0)), q.Int(1)};
  UTBOKS_RETURN_IF_ERROR(q.status());
  return Status(Code::kCorrupt, "the store does not say which one it is");
}

Result<std::vector<Receiver>> ListReceiverRows(Connection& db) {
  std::vector<Receiver> receivers;
  Query q = db.Prepare(
      "SELECT name, position, moved, coalesce((SELECT max(id) FROM history), 0) FROM receiver"
      " ORDER BY name");
  while (q.Step()) {
    receivers.push_back({std::string(q.Text(0)), q.Int(1), WallFromMillis(q.Int(2)), q.Int(3)});
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  return receivers;
}

Result<Receiver> OpenReceiverRow(Work& work, std::string_view name) {
  {
    Query q = work.db.Prepare(
        "INSERT INTO receiver (name, position, moved)"
        " SELECT ?1, coalesce((SELECT max(id) FROM history), 0), ?2"
        " WHERE NOT EXISTS (SELECT 1 FROM receiver WHERE name = ?1)");
    q.BindText(name).Bind(ToMillis(work.now));
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  const Result<std::vector<Receiver>> all = ListReceiverRows(work.db);
  if (!all.ok()) return all.status();
  for (const Receiver& receiver : *all) {
    if (receiver.name == name) return receiver;
  }
  return Status(Code::kInternal, "a receiver that was just made is not there");
}

Status ConfirmEventRows(Work& work, std::string_view name, std::int64_t from,
                        std::int64_t position) {
  Query q = work.db.Prepare(
      "UPDATE receiver SET position = ?, moved = ? WHERE name = ? AND position = ?");
  q.Bind(position).Bind(ToMillis(work.now)).BindText(name).Bind(from);
  const Result<std::int64_t> moved = q.RunCounting();
  if (!moved.ok()) return moved.status();
  if (*moved == 1) return Status();
  return Status(Code::kConflict,
                fmt::format("receiver {} has been moved: telling goes on from there", name));
}

Status MoveReceiverRow(Work& work, std::string_view name, std::int64_t position,
                       std::string_view actor) {
  Query q = work.db.Prepare("UPDATE receiver SET position = ?, moved = ? WHERE name = ?");
  q.Bind(position).Bind(ToMillis(work.now)).BindText(name);
  const Result<std::int64_t> moved = q.RunCounting();
  if (!moved.ok()) return moved.status();
  if (*moved == 0) {
    return Status(
        Code::kNotFound,
        fmt::format("there is no receiver {}; `utboks receivers` shows those there are", name));
  }
  const std::string reason = fmt::format("{} from {}", name, position);
  NewEvent event;
  event.event = "receiver-moved";
  event.reason = reason;
  event.actor = actor;
  return AddGateEvent(work, kSite, event);
}

}  // namespace utboks::rows

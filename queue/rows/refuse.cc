#include "queue/rows/refuse.h"

#include <fmt/ranges.h>

#include "queue/base/json.h"
#include "queue/reason.h"

namespace utboks::rows {
namespace {

// Another's of the same name must still find the name free.
Digest NoIdentifier(const Sealer& sealer, const Uuid& id) {
  return sealer.Lookup("refused",
                       {std::string_view(reinterpret_cast<const char*>(id.data()), id.size())});
}

}  // namespace

Result<Inserted> WriteRefused(Work& work, MessageSeq seq, const SealedRow& row,
                              const Refusal& refusal) {
  const Result<GateRow*> gate = work.gates.Named(row.ressurs);
  if (!gate.ok()) return gate.status();
  MessageRow message;
  message.id = row.id;
  message.ressurs = (*gate)->nr;
  message.facts.seq = seq;
  message.facts.state = State::kRejected;
  message.facts.reason = refusal.reason;
  message.facts.due_at = work.now;
  message.changed_at = work.now;
  message.in_keys = false;
  NewEvent event;
  event.event = EventWord(State::kRejected, Cause::kValidation);
  if (row.received) event.from = State::kReceived;
  event.to = State::kRejected;
  event.reason = refusal.reason;
  event.actor = row.actor;
  UTBOKS_RETURN_IF_ERROR(AddEvent(work, message, event));
  UTBOKS_RETURN_IF_ERROR(work.messages.Insert(message));
  UTBOKS_RETURN_IF_ERROR(work.messages.Write(message));  // reason, and that it is in no keys
  SealedRow record = row;
  record.keys.clear();
  UTBOKS_RETURN_IF_ERROR(WriteRecord(work, seq, record, NoIdentifier(work.store.sealer, row.id)));
  const std::string details = work.store.sealer.Seal(refusal.details.reveal(), row.id, "refusal");
  Query q = work.db.Prepare("INSERT INTO refusal (seq, identifikator, details) VALUES (?, ?, ?)");
  q.Bind(seq).BindBlob(row.identifikator).BindBlob(details);
  UTBOKS_RETURN_IF_ERROR(q.Run());
  Inserted done;
  done.id = row.id;
  done.state = State::kRejected;
  done.is_new = true;
  done.kept = true;
  return done;
}

Refusal TakenRefusal(const Status& taken) {
  JsonObject details;
  details.Add("code", CodeName(taken.code())).Add("text", taken.text());
  details.Add("violations", JsonList());
  return {std::string(reason::kTaken), SensitiveText(details.Text())};
}

Result<bool> IsRefused(Connection& db, MessageSeq seq) {
  Query q = db.Prepare("SELECT 1 FROM refusal WHERE seq = ?");
  q.Bind(seq);
  const bool refused = q.Step();
  UTBOKS_RETURN_IF_ERROR(q.status());
  return refused;
}

Result<SensitiveText> ReadRefusal(Connection& db, const Sealer& sealer, MessageSeq seq,
                                  const Uuid& id) {
  Query q = db.Prepare("SELECT details FROM refusal WHERE seq = ?");
  q.Bind(seq);
  if (!q.Step()) {
    UTBOKS_RETURN_IF_ERROR(q.status());
    return SensitiveText();
  }
  Result<std::string> details = sealer.Open(q.Blob(0), id, "refusal");
  if (!details.ok()) return details.status();
  return SensitiveText(*std::move(details));
}

Result<std::optional<MessageSeq>> RefusedUnder(Connection& db, const Digest& identifikator) {
  Query q = db.Prepare("SELECT seq FROM refusal WHERE identifikator = ? ORDER BY seq DESC LIMIT 1");
  q.BindBlob(identifikator);
  std::optional<MessageSeq> seq;
  if (q.Step()) seq = q.Int(0);
  UTBOKS_RETURN_IF_ERROR(q.status());
  return seq;
}

Status ForgetRefusal(Connection& db, MessageSeq seq) {
  Query q = db.Prepare("DELETE FROM refusal WHERE seq = ?");
  q.Bind(seq);
  return q.Run();
}

Status AddAlias(Connection& db, const Uuid& id, MessageSeq seq) {
  Query q = db.Prepare("INSERT INTO alias (id, seq) VALUES (?, ?) ON CONFLICT (id) DO NOTHING");
  q.BindBlob(id).Bind(seq);
  return q.Run();
}

Status ForgetAliases(Connection& db, MessageSeq seq) {
  Query q = db.Prepare("DELETE FROM alias WHERE seq = ?");
  q.Bind(seq);
  return q.Run();
}

Result<std::set<std::int64_t>> LeaveInbox(Connection& db, std::span<const std::int64_t> received) {
  const std::string numbers = fmt::format("{{{}}}", fmt::join(received, ","));
  std::set<std::int64_t> left;
  Query q = db.Prepare("DELETE FROM received WHERE nr = ANY(CAST(? AS BIGINT[])) RETURNING nr");
  q.BindText(numbers);
  while (q.Step()) left.insert(q.Int(0));
  UTBOKS_RETURN_IF_ERROR(q.status());
  return left;
}

Inserted AnotherHasIt(const Uuid& id) {
  Inserted gone;
  gone.id = id;
  gone.status =
      Status(Code::kNotFound, fmt::format("message {} is taken in already", FormatUuid(id)));
  return gone;
}

}  // namespace utboks::rows

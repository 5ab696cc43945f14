#include "queue/rows/insert.h"

#include <fmt/format.h>

#include <algorithm>

#include "queue/rows/attachment.h"
#include "queue/rows/correct.h"
#include "queue/rows/order.h"
#include "queue/rows/refuse.h"

namespace utboks::rows {
namespace {

// Of the first event of a correction.
constexpr std::string_view kCorrects = "correction";

Status Taken(const Uuid& id) {
  return Status(Code::kExists,
                fmt::format("the avsendersMeldingsidentifikator is taken by message {} with other "
                            "bytes; a new message needs a new identifier",
                            FormatUuid(id)));
}

struct Found {
  Inserted answer;
  MessageSeq seq = 0;  // 0: it has been purged
};

Found Existing(const Uuid& id, State state, bool same, MessageSeq seq) {
  Found found;
  found.answer.id = id;
  found.answer.state = state;
  if (!same) found.answer.status = Taken(id);
  found.seq = seq;
  return found;
}

// The message that has this identifier already, if any.
Result<std::optional<Found>> FindExisting(Work& work, const SealedRow& row) {
  {
    Query q = work.db.Prepare(
        "SELECT m.id, r.digest, CASE WHEN l.seq IS NULL THEN m.state ELSE 2 END, r.seq FROM record "
        "r"
        " JOIN message m ON m.seq = r.seq LEFT JOIN lease l ON l.seq = r.seq"
        " WHERE r.identifikator = ?");
    q.BindBlob(row.identifikator);
    if (q.Step()) {
      return std::optional(Existing(UuidOf(q.Blob(0)), static_cast<State>(q.Int(2)),
                                    q.Blob(1) == BytesOf(row.digest), q.Int(3)));
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  Query q = work.db.Prepare("SELECT id, digest, state FROM tombstone WHERE identifikator = ?");
  q.BindBlob(row.identifikator);
  if (q.Step()) {
    return std::optional(Existing(UuidOf(q.Blob(0)), static_cast<State>(q.Int(2)),
                                  q.Blob(1) == BytesOf(row.digest), 0));
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  return std::optional<Found>();
}

// `in_place`: others stand behind this seq in its keys; else it is the last in all.
Result<Inserted> WriteNew(Work& work, MessageSeq seq, const SealedRow& row, bool in_place) {
  const Result<GateRow*> gate = work.gates.Named(row.ressurs);
  if (!gate.ok()) return gate.status();
  // Not ready before it has taken its place among those that are there.
  const Result<int> ahead = in_place ? Result<int>(1) : TakeKeys(work, seq, row.keys);
  if (!ahead.ok()) return ahead.status();
  MessageRow message;
  message.id = row.id;
  message.facts.seq = seq;
  message.ahead = *ahead;
  message.not_before = row.not_before;
  message.facts.due_at = row.not_before ? std::max(*row.not_before, work.now) : work.now;
  message.changed_at = work.now;
  message.ressurs = (*gate)->nr;
  NewEvent event;
  event.event = EventWord(State::kDue, Cause::kValidation);
  if (row.received) event.from = State::kReceived;
  if (row.corrects) event.reason = kCorrects;
  event.actor = row.actor;
  UTBOKS_RETURN_IF_ERROR(AddEvent(work, message, event));
  UTBOKS_RETURN_IF_ERROR(work.messages.Insert(message));
  UTBOKS_RETURN_IF_ERROR(WriteRecord(work, seq, row, row.identifikator));
  if (in_place) {
    message.in_keys = false;
    UTBOKS_RETURN_IF_ERROR(ReturnToKeys(work, message));
    UTBOKS_RETURN_IF_ERROR(work.messages.Write(message));
  }
  Inserted done;
  done.id = row.id;
  done.state = State::kDue;
  done.is_new = true;
  return done;
}

// Handed in again, the same correction of the same message is the one that is there.
Status CheckAgain(Work& work, const SealedRow& row, Inserted& existing) {
  if (!existing.status.ok()) return Status();
  const Result<CorrectionLinks> links = LinksOf(work.db, existing.id);
  if (!links.ok()) return links.status();
  if (links->replaces != row.corrects->of) {
    existing.status =
        Status(Code::kExists,
               fmt::format("this very document is message {} already; a correction has other "
                           "content and an avsendersMeldingsidentifikator of its own",
                           FormatUuid(existing.id)));
  }
  return Status();
}

// The same again, or another under its name.
Result<Inserted> AnswerExisting(Work& work, MessageSeq seq, const SealedRow& row, Found& found) {
  if (row.corrects) UTBOKS_RETURN_IF_ERROR(CheckAgain(work, row, found.answer));
  if (!found.answer.status.ok() && row.answer_later) {
    return WriteRefused(work, seq, row, TakenRefusal(found.answer.status));
  }
  if (found.answer.status.ok() && row.known_by_id && found.seq != 0) {
    UTBOKS_RETURN_IF_ERROR(AddAlias(work.db, row.id, found.seq));
  }
  return found.answer;
}

Result<Inserted> InsertOne(Work& work, MessageSeq seq, const SealedRow& row) {
  if (row.received) {
    const Result<bool> ours = LeaveInbox(work.db, *row.received);
    if (!ours.ok()) return ours.status();
    if (!*ours) return AnotherHasIt(row.id);
  }
  if (row.refusal) return WriteRefused(work, seq, row, *row.refusal);
  Result<std::optional<Found>> existing = FindExisting(work, row);
  if (!existing.ok()) return existing.status();
  if (existing->has_value()) return AnswerExisting(work, seq, row, **existing);
  if (!row.corrects) return WriteNew(work, seq, row, false);
  const Result<Succession> place = MakeWay(work, row, seq);
  if (!place.ok()) return place.status();
  if (!place->refused.ok()) {
    Inserted refused;
    refused.id = row.corrects->of;
    refused.status = place->refused;
    return refused;
  }
  Result<Inserted> done = WriteNew(work, place->seq, row, place->in_place);
  if (!done.ok()) return done;
  done->passed = place->passed;
  UTBOKS_RETURN_IF_ERROR(LinkCorrection(work.db, row.id, row.corrects->of));
  return done;
}

}  // namespace

Status WriteRecord(Work& work, MessageSeq seq, const SealedRow& row, const Digest& identifikator) {
  {
    Query q = work.db.Prepare(
        "INSERT INTO record (seq, identifikator, digest, saksreferanse, names, keys, edition,"
        " schema_hash, received, correlation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    q.Bind(seq).BindBlob(identifikator).BindBlob(row.digest);
    if (row.saksreferanse) {
      q.BindBlob(*row.saksreferanse);
    } else {
      q.BindNull();
    }
    q.BindBlob(row.names).BindBlob(row.keys).BindText(row.edition).BindText(row.schema_hash);
    q.Bind(ToMillis(work.now));
    if (row.correlation.empty()) {
      q.BindNull();
    } else {
      q.BindBlob(row.correlation);
    }
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  {
    Query q = work.db.Prepare("INSERT INTO content (seq, document) VALUES (?, ?)");
    q.Bind(seq).BindBlob(row.document);
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  return InsertAttachments(work.db, work.store.sealer, seq, row.id, row.attachments);
}

std::string PackNames(std::string_view identifikator, std::string_view saksreferanse) {
  return fmt::format("{}:{}{}", identifikator.size(), identifikator, saksreferanse);
}

void UnpackNames(std::string_view packed, std::string* identifikator, std::string* saksreferanse) {
  const std::size_t colon = packed.find(':');
  if (colon == std::string_view::npos) return;
  const std::size_t size = std::strtoull(std::string(packed.substr(0, colon)).c_str(), nullptr, 10);
  packed.remove_prefix(colon + 1);
  *identifikator = packed.substr(0, size);
  *saksreferanse = packed.size() > size ? packed.substr(size) : std::string_view();
}

SealedRow SealRow(const NewRow& row, const Sealer& sealer, WallTime now, Random& random) {
  SealedRow sealed;
  sealed.ressurs = row.ressurs;
  sealed.id = row.id ? *row.id : MakeUuid(now, random);
  sealed.known_by_id = row.id.has_value();
  const std::string& identifikator = row.identifikator.reveal();
  const std::string& saksreferanse = row.saksreferanse.reveal();
  sealed.identifikator = sealer.Lookup("identifikator", {identifikator});
  std::vector<std::string_view> parts = {row.ressurs, row.document.reveal()};
  for (const NewAttachment& part : row.attachments) {
    parts.push_back(part.name.reveal());
    parts.push_back(part.type);
    parts.push_back(part.bytes.reveal());
  }
  sealed.digest = sealer.Lookup("message", parts);
  if (!saksreferanse.empty())
    sealed.saksreferanse = sealer.Lookup("saksreferanse", {saksreferanse});
  sealed.names = sealer.Seal(PackNames(identifikator, saksreferanse), sealed.id, "names");
  sealed.document = sealer.Seal(row.document.reveal(), sealed.id, "document");
  sealed.attachments = row.attachments;
  std::vector<std::string> keys;
  for (const SensitiveText& key : row.order_keys) {
    const Digest digest = sealer.Lookup("order", {key.reveal()});
    keys.emplace_back(reinterpret_cast<const char*>(digest.data()), kOrderKeyBytes);
  }
  // Sorted: locks, where a store needs them, are taken in one order.
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (const std::string& key : keys) sealed.keys += key;
  sealed.edition = row.edition;
  sealed.schema_hash = row.schema_hash;
  sealed.not_before = row.not_before;
  sealed.actor = row.actor;
  sealed.corrects = row.corrects;
  if (const std::string& correlation = row.correlation.reveal(); !correlation.empty()) {
    sealed.correlation = sealer.Seal(correlation, sealed.id, "correlation");
  }
  sealed.answer_later = row.answer_later;
  sealed.refusal = row.refusal;
  sealed.received = row.received;
  return sealed;
}

Result<std::vector<Inserted>> InsertRows(Work& work, std::span<const SealedRow> rows,
                                         InsertMode mode) {
  std::vector<Inserted> done;
  done.reserve(rows.size());
  const Result<std::int64_t> last = work.db.LastId(Serial::kMessage);
  if (!last.ok()) return last.status();
  MessageSeq seq = *last;
  for (const SealedRow& row : rows) {
    Result<Inserted> one = InsertOne(work, seq + 1, row);
    if (!one.ok()) return one.status();
    if (one->is_new) work.db.InsertedId(Serial::kMessage, ++seq);
    if (mode == InsertMode::kAllOrNone && !one->status.ok()) return one->status;
    done.push_back(std::move(one).value());
  }
  UTBOKS_RETURN_IF_ERROR(WriteGates(work));
  return done;
}

}  // namespace utboks::rows

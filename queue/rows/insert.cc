#include "queue/rows/insert.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "queue/rows/attachment.h"
#include "queue/rows/correct.h"
#include "queue/rows/known.h"
#include "queue/rows/order.h"
#include "queue/rows/refuse.h"
#include "queue/rows/tails.h"

namespace utboks::rows {
namespace {

// Of the first event of a correction.
constexpr std::string_view kCorrects = "correction";

// What an insertion knows of the store before it writes its rows.
struct Ahead {
  explicit Ahead(Connection& db) : known(db), tails(db) {}
  Known known;
  Tails tails;
  std::set<std::int64_t> received;  // of the rows put in by SQL, those that are ours to take in
};

// Those that are still there are gone with this transaction.
Status LeaveInboxes(Work& work, std::span<const SealedRow> rows, Ahead& ahead) {
  std::vector<std::int64_t> numbers;
  for (const SealedRow& row : rows) {
    if (row.received) numbers.push_back(*row.received);
  }
  if (numbers.empty()) return Status();
  Result<std::set<std::int64_t>> left = LeaveInbox(work.db, numbers);
  if (left.ok()) ahead.received = *std::move(left);
  return left.status();
}

// Corrections change what stands in keys: where there is one, all is read as it comes.
void AskAhead(Work& work, std::span<const SealedRow> rows, Ahead& ahead) {
  const auto corrects = [](const SealedRow& row) { return row.corrects.has_value(); };
  if (std::any_of(rows.begin(), rows.end(), corrects)) return;
  work.gates.Ask();
  ahead.known.Ask(rows);
  for (const SealedRow& row : rows) {
    for (std::size_t at = 0; at < row.keys.size(); at += kOrderKeyBytes) {
      ahead.tails.Add(std::string_view(row.keys).substr(at, kOrderKeyBytes));
    }
  }
  ahead.tails.Ask();
}

// `in_place`: others stand behind this seq in its keys; else it is the last in all.
Result<Inserted> WriteNew(Work& work, Ahead& ahead, MessageSeq seq, const SealedRow& row,
                          bool in_place) {
  const Result<GateRow*> gate = work.gates.Named(row.ressurs);
  if (!gate.ok()) return gate.status();
  // Not ready before it has taken its place among those that are there.
  const Result<int> before = in_place ? Result<int>(1) : TakeKeys(work, ahead.tails, seq, row.keys);
  if (!before.ok()) return before.status();
  MessageRow message;
  message.id = row.id;
  message.facts.seq = seq;
  message.ahead = *before;
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
  ahead.known.Wrote(row);
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

Result<Inserted> InsertOne(Work& work, Ahead& ahead, MessageSeq seq, const SealedRow& row) {
  if (row.received && !ahead.received.contains(*row.received)) return AnotherHasIt(row.id);
  if (row.refusal) return WriteRefused(work, seq, row, *row.refusal);
  Result<std::optional<Found>> existing = ahead.known.Find(row);
  if (!existing.ok()) return existing.status();
  if (existing->has_value()) return AnswerExisting(work, seq, row, **existing);
  if (!row.corrects) return WriteNew(work, ahead, seq, row, false);
  const Result<Succession> place = MakeWay(work, row, seq);
  if (!place.ok()) return place.status();
  if (!place->refused.ok()) {
    Inserted refused;
    refused.id = row.corrects->of;
    refused.status = place->refused;
    return refused;
  }
  Result<Inserted> done = WriteNew(work, ahead, place->seq, row, place->in_place);
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
  Ahead ahead(work.db);
  AskAhead(work, rows, ahead);
  UTBOKS_RETURN_IF_ERROR(LeaveInboxes(work, rows, ahead));
  for (const SealedRow& row : rows) {
    Result<Inserted> one = InsertOne(work, ahead, seq + 1, row);
    if (!one.ok()) return one.status();
    if (one->is_new) work.db.InsertedId(Serial::kMessage, ++seq);
    if (mode == InsertMode::kAllOrNone && !one->status.ok()) return one->status;
    done.push_back(std::move(one).value());
  }
  UTBOKS_RETURN_IF_ERROR(WriteGates(work));
  return done;
}

}  // namespace utboks::rows

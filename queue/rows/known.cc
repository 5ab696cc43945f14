#include "queue/rows/known.h"

#include <fmt/format.h>

#include <utility>

#include "queue/rows/blob_list.h"

namespace utboks::rows {
namespace {

Status Taken(const Uuid& id) {
  return Status(Code::kExists,
                fmt::format("the avsendersMeldingsidentifikator is taken by message {} with other "
                            "bytes; a new message needs a new identifier",
                            FormatUuid(id)));
}

}  // namespace

// Of the columns identifikator, id, digest, state, seq.
Known::One Known::OneOf(const Query& q) {
  return {UuidOf(q.Blob(1)), std::string(q.Blob(2)), static_cast<State>(q.Int(3)), q.Int(4)};
}

Found Known::Answer(const One& one, const SealedRow& row) {
  Inserted answer;
  answer.id = one.id;
  answer.state = one.state;
  if (one.digest != BytesOf(row.digest)) answer.status = Taken(one.id);
  return {answer, one.seq};
}

void Known::Ask(std::span<const SealedRow> rows) {
  if (!db_.far()) return;
  BlobList list;
  for (const SealedRow& row : rows) list.Add(BytesOf(row.identifikator));
  identifiers_ = list.text();
  asked_.emplace(
      db_.Prepare("SELECT r.identifikator, m.id, r.digest,"
                  " CASE WHEN l.seq IS NULL THEN m.state ELSE 2 END, r.seq FROM record r"
                  " JOIN message m ON m.seq = r.seq LEFT JOIN lease l ON l.seq = r.seq"
                  " WHERE r.identifikator = ANY(CAST(?1 AS BYTEA[])) UNION ALL"
                  " SELECT identifikator, id, digest, state, 0 FROM tombstone"
                  " WHERE identifikator = ANY(CAST(?1 AS BYTEA[]))"));
  asked_->BindText(identifiers_).Ask();
}

Status Known::ReadAsked() {
  while (asked_->Step()) all_.emplace(asked_->Blob(0), OneOf(*asked_));
  const Status read = asked_->status();
  asked_.reset();
  knows_all_ = read.ok();
  return read;
}

Result<std::optional<Found>> Known::Find(const SealedRow& row) {
  if (asked_) UTBOKS_RETURN_IF_ERROR(ReadAsked());
  if (!knows_all_ || written_.contains(row.identifikator)) return FindAlone(row);
  const auto found = all_.find(std::string(BytesOf(row.identifikator)));
  if (found == all_.end()) return std::optional<Found>();
  return std::optional(Answer(found->second, row));
}

Result<std::optional<Found>> Known::FindAlone(const SealedRow& row) {
  for (const char* sql :
       {"SELECT r.identifikator, m.id, r.digest,"
        " CASE WHEN l.seq IS NULL THEN m.state ELSE 2 END, r.seq FROM record r"
        " JOIN message m ON m.seq = r.seq LEFT JOIN lease l ON l.seq = r.seq"
        " WHERE r.identifikator = ?",
        "SELECT identifikator, id, digest, state, 0 FROM tombstone WHERE identifikator = ?"}) {
    Query q = db_.Prepare(sql);
    q.BindBlob(row.identifikator);
    if (q.Step()) return std::optional(Answer(OneOf(q), row));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  return std::optional<Found>();
}

}  // namespace utboks::rows

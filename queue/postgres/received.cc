#include "queue/postgres/received.h"

#include <algorithm>
#include <string>
#include <utility>

#include "queue/rows/message_row.h"

namespace utboks::postgres {
namespace {

struct Span {
  std::int64_t first = 0, last = 0;  // numbers
  bool too_large = false;            // the first alone, and it is not to be read
};

// Which rows go into one answer.  The length of a value is read without the value.
Result<std::optional<Span>> ChooseRows(Connection& db, int most, std::int64_t most_bytes) {
  Query q = db.Prepare(
      "SELECT nr, length(melding) + coalesce((SELECT sum(length(innhold))"
      " FROM received_attachment a WHERE a.received = r.id), 0)::BIGINT"
      " FROM received r ORDER BY nr LIMIT ?");
  q.Bind(most);
  std::optional<Span> span;
  std::int64_t bytes = 0;
  bool full = false;
  while (q.Step()) {
    const std::int64_t nr = q.Int(0), size = q.Int(1);
    full = full || (span && size > most_bytes - bytes);
    if (full) continue;
    if (!span) span = Span{nr, nr, size > most_bytes};
    span->last = nr;
    bytes += size;
    full = span->too_large;
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  return span;
}

Result<std::vector<ReceivedRow>> ReadRows(Connection& db, const Span& span) {
  std::vector<ReceivedRow> rows;
  Query q = db.Prepare(
      "SELECT nr, uuid_send(id), ressurs, role, CASE WHEN ?3 = 0 THEN melding ELSE '' END,"
      " (extract(epoch FROM not_before) * 1000)::BIGINT, correlation, order_keys IS NOT NULL"
      " FROM received WHERE nr BETWEEN ?1 AND ?2 ORDER BY nr");
  q.Bind(span.first).Bind(span.last).Bind(span.too_large);
  while (q.Step()) {
    ReceivedRow row;
    row.nr = q.Int(0);
    row.id = rows::UuidOf(q.Blob(1));
    row.ressurs = q.Text(2);
    row.role = q.Text(3);
    row.document = SensitiveText(std::string(q.Blob(4)));
    row.not_before = rows::TimeOf(q.MaybeInt(5));
    row.correlation = SensitiveText(std::string(q.Text(6)));
    if (q.Bool(7)) row.order_keys.emplace();
    row.too_large = span.too_large;
    rows.push_back(std::move(row));
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  return rows;
}

ReceivedRow* RowOf(std::vector<ReceivedRow>& rows, std::int64_t nr) {
  const auto row = std::ranges::lower_bound(rows, nr, {}, &ReceivedRow::nr);
  return row != rows.end() && row->nr == nr ? &*row : nullptr;
}

Status AddOrderKeys(Connection& db, const Span& span, std::vector<ReceivedRow>& rows) {
  Query q = db.Prepare(
      "SELECT r.nr, k.word FROM received r, unnest(r.order_keys) WITH ORDINALITY AS k (word, place)"
      " WHERE r.nr BETWEEN ? AND ? ORDER BY r.nr, k.place");
  q.Bind(span.first).Bind(span.last);
  while (q.Step()) {
    if (ReceivedRow* row = RowOf(rows, q.Int(0)); row != nullptr && row->order_keys) {
      row->order_keys->emplace_back(std::string(q.Text(1)));
    }
  }
  return q.status();
}

Status AddAttachments(Connection& db, const Span& span, std::vector<ReceivedRow>& rows) {
  Query q = db.Prepare(
      "SELECT r.nr, a.navn, a.type, a.innhold FROM received r"
      " JOIN received_attachment a ON a.received = r.id"
      " WHERE r.nr BETWEEN ? AND ? ORDER BY r.nr, a.nr");
  q.Bind(span.first).Bind(span.last);
  while (q.Step()) {
    ReceivedRow* row = RowOf(rows, q.Int(0));
    if (row == nullptr) continue;
    NewAttachment attachment;
    attachment.name = SensitiveText(std::string(q.Text(1)));
    attachment.type = q.Text(2);
    attachment.bytes = SharedText(std::string(q.Blob(3)));
    row->attachments.push_back(std::move(attachment));
  }
  return q.status();
}

}  // namespace

Result<std::vector<ReceivedRow>> ReadReceived(Connection& db, int most, std::int64_t most_bytes) {
  const Result<std::optional<Span>> span = ChooseRows(db, most, most_bytes);
  if (!span.ok()) return span.status();
  if (!span->has_value()) return std::vector<ReceivedRow>();
  Result<std::vector<ReceivedRow>> rows = ReadRows(db, **span);
  if (!rows.ok()) return rows;
  UTBOKS_RETURN_IF_ERROR(AddOrderKeys(db, **span, *rows));
  if (!(*span)->too_large) UTBOKS_RETURN_IF_ERROR(AddAttachments(db, **span, *rows));
  return rows;
}

}  // namespace utboks::postgres

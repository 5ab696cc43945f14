#include "queue/rows/payload.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "queue/rows/attachment.h"
#include "queue/rows/insert.h"

namespace utboks::rows {
namespace {

#define UTBOKS_SEALED_COLUMNS                                \
  "SELECT r.seq, r.names, c.document,"                       \
  " EXISTS (SELECT 1 FROM attachment a WHERE a.seq = r.seq)" \
  " FROM record r LEFT JOIN content c ON c.seq = r.seq WHERE "

Sealed SealedOf(const Query& q) {
  Sealed sealed{q.Int(0), std::string(q.Blob(1)), std::nullopt, q.Bool(3)};
  if (!q.IsNull(2)) sealed.document = q.Blob(2);
  return sealed;
}

Result<Sealed> ReadOne(Connection& db, MessageSeq seq) {
  Query q = db.Prepare(UTBOKS_SEALED_COLUMNS "r.seq = ?");
  q.Bind(seq);
  if (q.Step()) return SealedOf(q);
  UTBOKS_RETURN_IF_ERROR(q.status());
  return Status(Code::kNotFound, "there is no such message");
}

}  // namespace

Result<Payload> ReadPayload(Connection& db, const Sealer& sealer, const Known& message) {
  const Result<Sealed> sealed = ReadOne(db, message.seq);
  if (!sealed.ok()) return sealed.status();
  Result<Payload> payload = OpenSealed(sealer, message, *sealed);
  if (!payload.ok() || !sealed->has_attachments) return payload;
  Result<std::vector<NewAttachment>> attachments =
      ReadAttachments(db, sealer, message.seq, message.id);
  if (!attachments.ok()) return attachments.status();
  payload->attachments = std::move(attachments).value();
  return payload;
}

Result<std::vector<Sealed>> ReadSealed(Connection& db, std::span<const MessageSeq> seqs) {
  const std::string all = fmt::format("{}", fmt::join(seqs, " "));
  Query q =
      db.Prepare(UTBOKS_SEALED_COLUMNS "r.seq = ANY(CAST(string_to_array(?, ' ') AS BIGINT[]))");
  q.BindText(all);
  std::vector<Sealed> found;
  while (q.Step()) found.push_back(SealedOf(q));
  UTBOKS_RETURN_IF_ERROR(q.status());
  return found;
}

Result<Payload> OpenSealed(const Sealer& sealer, const Known& message, const Sealed& sealed) {
  if (!sealed.document) {
    return Status(Code::kNotFound,
                  fmt::format("the content of message {} has been purged", FormatUuid(message.id)));
  }
  Payload payload;
  payload.ressurs = message.ressurs;
  const Result<std::string> names = sealer.Open(sealed.names, message.id, "names");
  if (!names.ok()) return names.status();
  std::string saksreferanse;
  UnpackNames(*names, &payload.identifikator.reveal(), &saksreferanse);
  Result<std::string> document = sealer.Open(*sealed.document, message.id, "document");
  if (!document.ok()) return document.status();
  payload.document = SensitiveText(std::move(document).value());
  return payload;
}

}  // namespace utboks::rows

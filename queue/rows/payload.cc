#include "queue/rows/payload.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>

#include "queue/rows/attachment.h"
#include "queue/rows/insert.h"
#include "queue/rows/message_row.h"

namespace utboks::rows {
namespace {

#define UTBOKS_DOCUMENT_COLUMNS                                                           \
  "SELECT r.seq, m.id, r.names, c.document, g.name,"                                      \
  " EXISTS (SELECT 1 FROM attachment a WHERE a.seq = r.seq) FROM record r JOIN message m" \
  " ON m.seq = r.seq JOIN gate g ON g.nr = m.ressurs LEFT JOIN content c ON c.seq = r.seq WHERE "

Result<Payload> PayloadOf(const Query& q, const Sealer& sealer, const Uuid& id) {
  if (q.IsNull(3)) {
    return Status(Code::kNotFound,
                  fmt::format("the content of message {} has been purged", FormatUuid(id)));
  }
  Payload payload;
  payload.ressurs = q.Text(4);
  const Result<std::string> names = sealer.Open(q.Blob(2), id, "names");
  if (!names.ok()) return names.status();
  std::string saksreferanse;
  UnpackNames(*names, &payload.identifikator.reveal(), &saksreferanse);
  Result<std::string> document = sealer.Open(q.Blob(3), id, "document");
  if (!document.ok()) return document.status();
  payload.document = SensitiveText(std::move(document).value());
  return payload;
}

Document DocumentOf(const Query& q, const Sealer& sealer) {
  const Uuid id = UuidOf(q.Blob(1));
  return {q.Int(0), id, PayloadOf(q, sealer, id), q.Bool(5)};
}

Result<Document> ReadDocument(Connection& db, const Sealer& sealer, MessageSeq seq) {
  Query q = db.Prepare(UTBOKS_DOCUMENT_COLUMNS "r.seq = ?");
  q.Bind(seq);
  if (q.Step()) return DocumentOf(q, sealer);
  UTBOKS_RETURN_IF_ERROR(q.status());
  return Status(Code::kNotFound, "there is no such message");
}

}  // namespace

Result<Payload> ReadPayload(Connection& db, const Sealer& sealer, MessageSeq seq) {
  Result<Document> document = ReadDocument(db, sealer, seq);
  if (!document.ok()) return document.status();
  if (!document->payload.ok() || !document->has_attachments) return std::move(document->payload);
  Result<std::vector<NewAttachment>> attachments = ReadAttachments(db, sealer, seq, document->id);
  if (!attachments.ok()) return attachments.status();
  document->payload->attachments = std::move(attachments).value();
  return std::move(document->payload);
}

Result<std::vector<Document>> ReadDocuments(Connection& db, const Sealer& sealer,
                                            std::span<const MessageSeq> seqs) {
  std::vector<Document> documents;
  documents.reserve(seqs.size());
  if (!db.far()) {
    for (const MessageSeq seq : seqs) {
      Result<Document> one = ReadDocument(db, sealer, seq);
      if (one.ok()) {
        documents.push_back(std::move(one).value());
      } else if (one.code() != Code::kNotFound) {
        return one.status();
      }
    }
    return documents;
  }
  const std::string all = fmt::format("{}", fmt::join(seqs, " "));
  Query q =
      db.Prepare(UTBOKS_DOCUMENT_COLUMNS "r.seq = ANY(CAST(string_to_array(?, ' ') AS BIGINT[]))");
  q.BindText(all);
  while (q.Step()) documents.push_back(DocumentOf(q, sealer));
  UTBOKS_RETURN_IF_ERROR(q.status());
  return documents;
}

}  // namespace utboks::rows

#include "queue/rows/attachment.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace utboks::rows {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

// What a sealed value of it is bound to.  The size is in it: no piece can be left out
// at the end unseen.
std::string Place(std::int64_t nr, std::size_t size) {
  return fmt::format("attachment {} of {} bytes", nr, size);
}
std::string PiecePlace(const std::string& place, std::size_t piece) {
  return fmt::format("{}, piece {}", place, piece);
}

Status Missing(const Uuid& id) {
  return Status(Code::kAltered,
                fmt::format("an attachment of message {} is not whole in the store: stop, and "
                            "restore store and key file together",
                            FormatUuid(id)));
}

Status InsertPieces(Connection& db, const Sealer& sealer, MessageSeq seq, const Uuid& id,
                    std::int64_t nr, std::string_view bytes) {
  const std::string place = Place(nr, bytes.size());
  for (std::size_t piece = 0; piece * kPiece < bytes.size(); ++piece) {
    const std::string sealed =
        sealer.Seal(bytes.substr(piece * kPiece, kPiece), id, PiecePlace(place, piece));
    Query q =
        db.Prepare("INSERT INTO attachment_piece (seq, nr, piece, bytes) VALUES (?, ?, ?, ?)");
    q.Bind(seq).Bind(nr).Bind(static_cast<std::int64_t>(piece)).BindBlob(sealed);
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  return {};
}

Result<std::string> ReadPieces(Connection& db, const Sealer& sealer, MessageSeq seq, const Uuid& id,
                               std::int64_t nr, std::size_t size) {
  const std::string place = Place(nr, size);
  std::string bytes;
  bytes.reserve(size);
  Query q =
      db.Prepare("SELECT bytes FROM attachment_piece WHERE seq = ? AND nr = ? ORDER BY piece");
  q.Bind(seq).Bind(nr);
  for (std::size_t piece = 0; q.Step(); ++piece) {
    const Result<std::string> opened = sealer.Open(q.Blob(0), id, PiecePlace(place, piece));
    if (!opened.ok()) return opened.status();
    bytes += *opened;
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  if (bytes.size() != size) return Missing(id);
  return bytes;
}

}  // namespace

Status InsertAttachments(Connection& db, const Sealer& sealer, MessageSeq seq, const Uuid& id,
                         std::span<const NewAttachment> attachments) {
  std::int64_t nr = 0;
  for (const NewAttachment& one : attachments) {
    const std::string& bytes = one.bytes.reveal();
    const std::string name = sealer.Seal(one.name.reveal(), id, Place(nr, bytes.size()) + ", name");
    Query q =
        db.Prepare("INSERT INTO attachment (seq, nr, type, size, name) VALUES (?, ?, ?, ?, ?)");
    q.Bind(seq).Bind(nr).BindText(one.type).Bind(static_cast<std::int64_t>(bytes.size()));
    q.BindBlob(name);
    UTBOKS_RETURN_IF_ERROR(q.Run());
    UTBOKS_RETURN_IF_ERROR(InsertPieces(db, sealer, seq, id, nr, bytes));
    ++nr;
  }
  return {};
}

Result<std::vector<NewAttachment>> ReadAttachments(Connection& db, const Sealer& sealer,
                                                   MessageSeq seq, const Uuid& id) {
  std::vector<NewAttachment> attachments;
  Query q = db.Prepare("SELECT nr, type, size, name FROM attachment WHERE seq = ? ORDER BY nr");
  q.Bind(seq);
  while (q.Step()) {
    if (q.Int(2) < 0) return Missing(id);
    const auto size = static_cast<std::size_t>(q.Int(2));
    Result<std::string> name = sealer.Open(q.Blob(3), id, Place(q.Int(0), size) + ", name");
    if (!name.ok()) return name.status();
    Result<std::string> bytes = ReadPieces(db, sealer, seq, id, q.Int(0), size);
    if (!bytes.ok()) return bytes.status();
    attachments.push_back({SensitiveText(std::move(name).value()), std::string(q.Text(1)),
                           SharedText(std::move(bytes).value())});
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  return attachments;
}

Result<std::int64_t> AttachmentBytes(Connection& db, MessageSeq seq) {
  Query q =
      db.Prepare("SELECT coalesce(sum(length(bytes)), 0) FROM attachment_piece WHERE seq = ?");
  q.Bind(seq);
  const std::int64_t bytes = q.Step() ? q.Int(0) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return bytes;
}

Status RemoveAttachments(Connection& db, MessageSeq seq) {
  for (const char* sql :
       {"DELETE FROM attachment_piece WHERE seq = ?", "DELETE FROM attachment WHERE seq = ?"}) {
    Query q = db.Prepare(sql);
    q.Bind(seq);
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  return {};
}

}  // namespace utboks::rows

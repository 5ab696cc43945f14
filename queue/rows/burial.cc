#include "queue/rows/burial.h"

#include <fmt/format.h>

#include <utility>

#include "queue/rows/attachment.h"
#include "queue/rows/blob_list.h"
#include "queue/rows/order.h"

namespace utboks::rows {
namespace {

Burial BurialOf(const Query& q) {
  Burial burial;
  burial.keys = q.Blob(1);
  if (!q.IsNull(2)) burial.evidence = std::string(q.Blob(2));
  burial.refused = q.Bool(3);
  return burial;
}

}  // namespace

Status Burials::LookAhead(std::span<const MessageSeq> seqs) {
  if (!db_.far() || seqs.size() < 2) return Status();
  const std::string all = fmt::format("{}", fmt::join(seqs, " "));
  {
    Query q = db_.Prepare(
        "SELECT m.seq, r.keys, a.evidence, EXISTS"
        " (SELECT 1 FROM refusal f WHERE f.seq = m.seq) FROM message m JOIN record r ON r.seq = "
        "m.seq"
        " LEFT JOIN attempt a ON a.id = m.receipt"
        " WHERE m.seq = ANY(CAST(string_to_array(?, ' ') AS BIGINT[]))");
    q.BindText(all);
    while (q.Step()) ahead_.emplace(q.Int(0), BurialOf(q));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  return FindCompany();
}

Status Burials::FindCompany() {
  BlobList keys;
  std::string seqs;
  for (auto& [seq, burial] : ahead_) {
    burial.alone = true;
    for (std::size_t at = 0; at < burial.keys.size(); at += kOrderKeyBytes) {
      keys.Add(std::string_view(burial.keys).substr(at, kOrderKeyBytes));
      seqs += fmt::format("{}{}", seqs.empty() ? "" : " ", seq);
    }
  }
  const std::string list = keys.text();
  Query q = db_.Prepare(
      "SELECT u.seq FROM unnest(CAST(? AS BYTEA[]), CAST(string_to_array(?, ' ') AS BIGINT[]))"
      " AS u (key, seq) WHERE EXISTS"
      " (SELECT 1 FROM order_key k WHERE k.key = u.key AND k.seq <> u.seq)");
  q.BindText(list).BindText(seqs);
  while (q.Step()) ahead_[q.Int(0)].alone = false;
  return q.status();
}

Result<Burial> Burials::Of(MessageSeq seq) {
  if (auto found = ahead_.find(seq); found != ahead_.end()) return std::move(found->second);
  Query q = db_.Prepare(
      "SELECT m.seq, r.keys, a.evidence, EXISTS"
      " (SELECT 1 FROM refusal f WHERE f.seq = m.seq) FROM message m JOIN record r ON r.seq = m.seq"
      " LEFT JOIN attempt a ON a.id = m.receipt WHERE m.seq = ?");
  q.Bind(seq);
  if (!q.Step()) {
    UTBOKS_RETURN_IF_ERROR(q.status());
    return Status(Code::kCorrupt, "the store has a message without its record");
  }
  return BurialOf(q);
}

Status ContentSizes::LookAhead(std::span<const MessageSeq> seqs) {
  if (!db_.far() || seqs.size() < 2) return Status();
  const std::string all = fmt::format("{}", fmt::join(seqs, " "));
  Query q = db_.Prepare(
      "SELECT c.seq, length(c.document) + coalesce((SELECT sum(length(p.bytes))"
      " FROM attachment_piece p WHERE p.seq = c.seq), 0) FROM content c"
      " WHERE c.seq = ANY(CAST(string_to_array(?, ' ') AS BIGINT[]))");
  q.BindText(all);
  while (q.Step()) ahead_.emplace(q.Int(0), q.Int(1));
  return q.status();
}

Result<std::int64_t> ContentSizes::Of(MessageSeq seq) {
  if (const auto found = ahead_.find(seq); found != ahead_.end()) return found->second;
  std::int64_t bytes = 0;
  {
    Query q = db_.Prepare("SELECT coalesce(sum(length(document)), 0) FROM content WHERE seq = ?");
    q.Bind(seq);
    if (q.Step()) bytes = q.Int(0);
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  const Result<std::int64_t> attachments = AttachmentBytes(db_, seq);
  if (!attachments.ok()) return attachments.status();
  return bytes + *attachments;
}

}  // namespace utboks::rows

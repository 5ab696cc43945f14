// Attachments in the store: sealed in pieces, so that a large one is in memory once.
#pragma once

#include <span>
#include <vector>

#include "queue/message.h"
#include "queue/rows/connection.h"
#include "queue/seal/seal.h"

namespace utboks::rows {

// Each is sealed piece by piece as it is written: in the transaction, for there is no
// room for it before.
Status InsertAttachments(Connection& db, const Sealer& sealer, MessageSeq seq, const Uuid& id,
                         std::span<const NewAttachment> attachments);

// In order.  kAltered as Sealer::Open, and when a piece is missing.
Result<std::vector<NewAttachment>> ReadAttachments(Connection& db, const Sealer& sealer,
                                                   MessageSeq seq, const Uuid& id);

// How many sealed bytes there are.
Result<std::int64_t> AttachmentBytes(Connection& db, MessageSeq seq);
Status RemoveAttachments(Connection& db, MessageSeq seq);

}  // namespace utboks::rows

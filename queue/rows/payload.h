// What a message is made of, its seal opened.
#pragma once

#include <span>
#include <vector>

#include "queue/message.h"
#include "queue/rows/connection.h"
#include "queue/seal/seal.h"

namespace utboks::rows {

// kNotFound: there is no such message, or its content has been purged.  kAltered: what
// is sealed does not open.
Result<Payload> ReadPayload(Connection& db, const Sealer& sealer, MessageSeq seq);

// One of several that are read together.
struct Document {
  MessageSeq seq = 0;
  Uuid id{};
  Result<Payload> payload;       // without attachments
  bool has_attachments = false;  // ReadAttachments gives them: they may be large
};

// In no order; who is not there is left out.
Result<std::vector<Document>> ReadDocuments(Connection& db, const Sealer& sealer,
                                            std::span<const MessageSeq> seqs);

}  // namespace utboks::rows

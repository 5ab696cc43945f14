// What a message is made of: read, and its seal opened.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "queue/message.h"
#include "queue/rows/connection.h"
#include "queue/seal/seal.h"

namespace utboks::rows {

// A message that its reader knows already, by its lease or by looking.
struct Known {
  MessageSeq seq = 0;
  Uuid id{};  // what is sealed is bound to it
  std::string_view ressurs;
};

// kNotFound: there is no such message, or its content has been purged.  kAltered: what
// is sealed does not open.
Result<Payload> ReadPayload(Connection& db, const Sealer& sealer, const Known& message);

// As it lies in the store, without attachments: they may be large.
struct Sealed {
  MessageSeq seq = 0;
  std::string names;
  std::optional<std::string> document;  // nothing: purged
  bool has_attachments = false;
};

// Of many, by one question, where each takes a way there and back (Connection::far).  In
// no order; who is not there is left out.
Result<std::vector<Sealed>> ReadSealed(Connection& db, std::span<const MessageSeq> seqs);
// kNotFound, kAltered: as ReadPayload.  Without attachments.
Result<Payload> OpenSealed(const Sealer& sealer, const Known& message, const Sealed& sealed);

}  // namespace utboks::rows

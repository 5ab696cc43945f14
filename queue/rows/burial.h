// What must be known of messages before their records are removed, or their content: where
// the database is far away, of many at once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "queue/message.h"
#include "queue/rows/connection.h"

namespace utboks::rows {

struct Burial {
  std::string keys;                     // its order keys
  std::optional<std::string> evidence;  // sealed: of the attempt that brought its receipt
  // Nobody else has a row in its keys; false: it is not known.
  bool alone = false;
  bool refused = false;  // it never was a message that could be sent
};

class Burials {
 public:
  explicit Burials(Connection& db) : db_(db) {}
  // Of will be called for these.
  Status LookAhead(std::span<const MessageSeq> seqs);
  Result<Burial> Of(MessageSeq seq);

 private:
  Status FindCompany();

  Connection& db_;
  std::map<MessageSeq, Burial> ahead_;
};

// How many bytes the contents of messages are, attachments too.
class ContentSizes {
 public:
  explicit ContentSizes(Connection& db) : db_(db) {}
  // Of will be called for these.
  Status LookAhead(std::span<const MessageSeq> seqs);
  Result<std::int64_t> Of(MessageSeq seq);

 private:
  Connection& db_;
  std::map<MessageSeq, std::int64_t> ahead_;
};

}  // namespace utboks::rows

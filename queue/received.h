// What was put in by SQL, in a transaction of the agency's own, and has not been looked
// at yet: it becomes messages, one after the other, in the order of its numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/base/secret.h"
#include "queue/base/status.h"
#include "queue/message.h"

namespace utboks {

struct ReceivedRow {
  std::int64_t nr = 0;
  Uuid id{};  // what the agency knows it by: the message's, once it is one
  std::string ressurs;
  std::string role;  // of the database: who put it in
  SensitiveText document;
  std::vector<NewAttachment> attachments;
  std::optional<std::vector<SensitiveText>> order_keys;
  std::optional<WallTime> not_before;
  SensitiveText correlation;
  bool too_large = false;  // larger than was asked for: document and attachments are empty
};

class Inbox {
 public:
  virtual ~Inbox() = default;
  // The first `most` of them, fewer where together they have more than `most_bytes`; one
  // that alone has more comes as too_large.  They stay until Insert has been given them
  // (NewRow::received).  Empty where the store takes nothing in by SQL.
  virtual Result<std::vector<ReceivedRow>> Received(int most, std::int64_t most_bytes) = 0;
};

}  // namespace utboks

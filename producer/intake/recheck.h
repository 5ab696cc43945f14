// Whether a stored document still holds, before it is sent once more.
#pragma once

#include <string>

#include "producer/xml/validator.h"
#include "queue/base/status.h"
#include "queue/message.h"

namespace utboks {

struct Rechecked {
  std::string edition, schema_hash;  // what accepts it now
};

// kInvalid: the contracts as they are now refuse it; the text says in one line what
// no longer holds.  Any other failure is the validator's.
Result<Rechecked> Recheck(const Validator& validator, const Payload& payload);

}  // namespace utboks

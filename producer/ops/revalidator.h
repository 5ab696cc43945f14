// Whether what was stored once still holds against the contracts as they are now: asked
// before a message is sent again.
#pragma once

#include <string>

#include "queue/base/status.h"
#include "queue/message.h"
#include "queue/store.h"

namespace utboks {

class Revalidator {
 public:
  virtual ~Revalidator() = default;
  struct Accepted {
    std::string edition, schema_hash;
  };
  // kInvalid with one line that says what no longer holds; other failures are our own.
  virtual Result<Accepted> Check(const Payload& payload) = 0;
};

struct Revalidated {
  Status refused;                  // kInvalid, kNotFound (purged), kAltered: it stays where it is
  Revalidator::Accepted accepted;  // where it is not refused
};
// Not ok when store or revalidator failed as a whole.
Result<Revalidated> Revalidate(Reader& reader, Revalidator& revalidator, const Uuid& id);

}  // namespace utboks

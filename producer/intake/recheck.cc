#include "producer/intake/recheck.h"

#include <fmt/format.h>

#include "producer/intake/offered.h"
#include "producer/intake/refusal.h"

namespace utboks {

Result<Rechecked> Recheck(const Validator& validator, const Payload& payload) {
  const std::vector<OfferedAttachment> offered = Offered(payload.attachments);
  auto checked = validator.Check(payload.document.reveal(),
                                 {.ressurs = payload.ressurs, .attachments = offered});
  if (checked.code() == Code::kUsage) {
    return Status(Code::kInvalid,
                  fmt::format("the catalogue no longer has the ressurs {}", payload.ressurs));
  }
  if (!checked.ok()) return checked.status();
  if (!checked->valid) {
    return Status(Code::kInvalid,
                  fmt::format("the document no longer holds: {}; close it and hand in a new one",
                              DescribeRefusal(*checked)));
  }
  return Rechecked{checked->edition, checked->schema_hash};
}

}  // namespace utboks

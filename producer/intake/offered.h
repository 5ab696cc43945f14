// A message's attachments as the validator is asked about them.
#pragma once

#include <span>
#include <vector>

#include "producer/xml/attachment_check.h"
#include "queue/message.h"

namespace utboks {

// The views point into `attachments`.
inline std::vector<OfferedAttachment> Offered(std::span<const NewAttachment> attachments) {
  std::vector<OfferedAttachment> offered;
  offered.reserve(attachments.size());
  for (const NewAttachment& one : attachments) {
    offered.push_back({one.name.reveal(), one.type, one.bytes.reveal().size()});
  }
  return offered;
}

}  // namespace utboks

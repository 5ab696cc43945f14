// The attachments named on the command line.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "queue/base/status.h"
#include "queue/message.h"

namespace utboks::app {

// Each by its file's own name, without folders, and with the media type that its ending
// says.  At most `most` + 1 bytes of all together are read, so that the check sees
// what is too large.  kUnreadable as ReadDocument.
Result<std::vector<NewAttachment>> ReadAttachments(const std::vector<std::string>& paths,
                                                   std::size_t most);

}  // namespace utboks::app

// A document that comes with its attachments in one body (RFC 2046, 7578).  Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "queue/base/secret.h"
#include "queue/base/status.h"
#include "queue/message.h"

namespace utboks {

struct MultipartDocument {
  SensitiveText document;
  std::vector<NewAttachment> attachments;  // in the order of their parts
};

bool IsMultipart(std::string_view content_type);

// The first part is the document, whatever it is called; every other is an attachment
// under its filename.  kInvalid, in one sentence without anything of the body: no
// boundary, no end, a part without a filename, a transfer encoding (bytes come as
// they are), over 256 parts.
Result<MultipartDocument> ReadMultipart(std::string_view content_type, std::string_view body);

}  // namespace utboks

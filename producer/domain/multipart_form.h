// How a message with attachments is sent, as the catalogue says: the parts of a
// multipart/form-data, and which of them an attachment goes into.  Pure.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace utboks {

struct MultipartForm {
  struct DocumentPart {
    std::string name;
    std::string type;      // media type
    std::string filename;  // "" = none
  };
  struct AttachmentPart {
    std::string name;
    std::string type;  // media type; "" = any
    std::size_t most = std::numeric_limits<std::size_t>::max();
  };
  DocumentPart document;  // the XML
  // An attachment goes into the first that takes its type and is not used up.
  std::vector<AttachmentPart> attachments;
};

// The part of each attachment, by the media types given, in order; null for one that
// no part takes.  They point into `form`.
std::vector<const MultipartForm::AttachmentPart*> AssignParts(
    const MultipartForm& form, std::span<const std::string_view> types);

}  // namespace utboks

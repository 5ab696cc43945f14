// Whether the files that come with a document are those that it names, and whether
// its resource takes them.  Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "producer/domain/multipart_form.h"

namespace utboks {

// A file that comes with a document; the views outlive the check.
struct OfferedAttachment {
  std::string_view name;  // its file name, which the document's multipartnavn must be
  std::string_view type;  // media type
  std::size_t bytes = 0;
};

struct AttachmentFinding {
  std::string_view rule;  // a fixed name, as in Violation
  // One sentence; a file is "attachment 2", by the order given, never its name: that
  // can be a person's.
  std::string text;
  std::optional<std::size_t> named;  // which multipartnavn of the document, from 0
  bool warning = false;
};

// `form` null: the resource takes no attachments.  `named`: the document's
// multipartnavn, in document order.  `most`: bytes of all together.
std::vector<AttachmentFinding> CheckAttachments(const MultipartForm* form,
                                                std::span<const std::string_view> named,
                                                std::span<const OfferedAttachment> offered,
                                                std::size_t most);

// The offered attachments in the order in which the document names them: by it each
// finds its part, and the same files given in another order are the same message.
// Indexes into `offered`; those that are not named come last, as given.
std::vector<std::size_t> DocumentOrder(std::span<const std::string_view> named,
                                       std::span<const OfferedAttachment> offered);

}  // namespace utboks

#include "producer/domain/multipart_form.h"

namespace utboks {

std::vector<const MultipartForm::AttachmentPart*> AssignParts(
    const MultipartForm& form, std::span<const std::string_view> types) {
  std::vector<std::size_t> used(form.attachments.size(), 0);
  std::vector<const MultipartForm::AttachmentPart*> parts;
  parts.reserve(types.size());
  for (const std::string_view type : types) {
    const MultipartForm::AttachmentPart* taken = nullptr;
    for (std::size_t i = 0; i < form.attachments.size() && taken == nullptr; ++i) {
      const MultipartForm::AttachmentPart& part = form.attachments[i];
      if ((!part.type.empty() && part.type != type) || used[i] == part.most) continue;
      ++used[i];
      taken = &part;
    }
    parts.push_back(taken);
  }
  return parts;
}

}  // namespace utboks

#include "producer/app/attachment_files.h"

#include <filesystem>
#include <sstream>

#include "producer/app/document_file.h"
#include "producer/domain/media_type.h"

namespace utboks::app {

Result<std::vector<NewAttachment>> ReadAttachments(const std::vector<std::string>& paths,
                                                   std::size_t most) {
  std::vector<NewAttachment> attachments;
  attachments.reserve(paths.size());
  std::istringstream no_input;  // "-" is a file like any other here
  for (const std::string& path : paths) {
    auto bytes = ReadDocument(path == "-" ? "./-" : path, no_input, most);
    if (!bytes.ok()) return bytes.status();
    most -= std::min(most, bytes->size());
    const std::string name = std::filesystem::path(path).filename().string();
    attachments.push_back(
        {SensitiveText(name), std::string(MediaTypeOf(name)), SharedText(*std::move(bytes))});
  }
  return attachments;
}

}  // namespace utboks::app

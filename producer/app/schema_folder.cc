#include "producer/app/schema_folder.h"

#include <filesystem>
#include <system_error>

#include "queue/base/shared_folder.h"

namespace utboks::app {

Result<std::string> FindSchemaFolder() {
  const std::string folder = FindSharedFolder("schemas");
  std::error_code error;
  if (std::filesystem::exists(folder + "/catalogue.xml", error)) return folder;
  return Status(Code::kConfig,
                "the contracts are missing: no " + folder + "; install utboks again");
}

}  // namespace utboks::app

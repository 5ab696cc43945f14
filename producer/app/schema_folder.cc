#include "producer/app/schema_folder.h"

#include <filesystem>
#include <system_error>

namespace utboks::app {

Result<std::string> FindSchemaFolder() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path bin = program.parent_path();
  if (!error) {
    // bin/utboks; then build/NAME/producer/app/utboks.
    for (const fs::path& top : {bin.parent_path(), bin.parent_path().parent_path()}) {
      const fs::path folder = top / "share" / "utboks" / "schemas";
      if (fs::exists(folder / "catalogue.xml", error)) return folder.string();
    }
  }
  return Status(Code::kConfig, "the contracts are missing: no " +
                                   (bin.parent_path() / "share/utboks/schemas").string() +
                                   "; install utboks again");
}

}  // namespace utboks::app

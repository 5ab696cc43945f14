#include "queue/base/shared_folder.h"

#include <filesystem>
#include <system_error>

namespace utboks {

std::string FindSharedFolder(std::string_view name) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path().parent_path();
  // bin/PROGRAM; else build/PRESET/FOLDER/FOLDER/PROGRAM.
  for (const fs::path& top : {installed, installed.parent_path()}) {
    const fs::path folder = top / "share" / "utboks" / name;
    if (fs::exists(folder, error)) return folder.string();
  }
  return (installed / "share" / "utboks" / name).string();
}

}  // namespace utboks

#include "queue/base/shared_folder.h"

#include <dlfcn.h>
#include <link.h>

#include <filesystem>
#include <system_error>

namespace utboks {
namespace {

namespace fs = std::filesystem;

// The file that this code was loaded from.
fs::path OwnFile() {
  Dl_info about{};
  void* map = nullptr;
  const auto* here = reinterpret_cast<const void*>(&OwnFile);
  std::error_code error;
  if (dladdr1(here, &about, &map, RTLD_DL_LINKMAP) != 0 && map != nullptr) {
    const char* name = static_cast<const link_map*>(map)->l_name;
    // A program has no name here: that is how it is told from a library.
    if (name != nullptr && *name != '\0') return fs::canonical(name, error);
  }
  return fs::read_symlink("/proc/self/exe", error);
}

}  // namespace

std::string FindSharedFolder(std::string_view name) {
  std::error_code error;
  const fs::path installed = OwnFile().parent_path().parent_path();
  // bin/PROGRAM, lib/LIBRARY; else lib/MACHINE/LIBRARY, build/PRESET/FOLDER/FOLDER/FILE.
  for (const fs::path& top : {installed, installed.parent_path()}) {
    const fs::path folder = top / "share" / "utboks" / name;
    if (fs::exists(folder, error)) return folder.string();
  }
  return (installed / "share" / "utboks" / name).string();
}

}  // namespace utboks

// A folder of its own for one test, removed with everything in it afterwards.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace utboks::testing {

class TempDir {
 public:
  // Aborts when no folder can be made: no test can say anything then.
  TempDir() {
    std::string form = (std::filesystem::temp_directory_path() / "utboks-test-XXXXXX").string();
    if (::mkdtemp(form.data()) == nullptr) std::abort();
    path_ = form;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // The path of `name` inside; nothing is made.
  std::string File(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace utboks::testing

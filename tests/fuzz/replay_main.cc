// fuzz_replay FOLDER...: holds every kept input against what the fuzzer looks for.
//
// Exit code 0: all promises are kept; 1: one is broken, or an input holds the number of a
// real person; 2: there was nothing to look at.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "producer/domain/person_id.h"
#include "tests/fuzz/validator_trial.h"

namespace {

namespace fs = std::filesystem;

// What the fuzzer has made of synthetic numbers must not be somebody's.
bool HoldsRealNumber(std::string_view bytes) {
  constexpr std::size_t kLength = 11;
  for (std::size_t at = 0; at + kLength <= bytes.size(); ++at) {
    const auto id = utboks::ReadPersonId(bytes.substr(at, kLength), utboks::ControlRule::kFrom2032);
    if (id && !id->synthetic()) return true;
  }
  return false;
}

std::vector<fs::path> FilesIn(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

int Replay(const std::vector<std::string>& folders) {
  const auto trial = utboks::fuzz::ValidatorTrial::Make(UTBOKS_SOURCE_DIR);
  int held = 0, broken = 0;
  for (const std::string& folder : folders) {
    for (const fs::path& path : FilesIn(folder)) {
      std::ifstream file(path, std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      std::string why = trial->Broken(bytes);
      if (why.empty() && HoldsRealNumber(bytes)) why = "it holds the number of a real person";
      ++held;
      if (why.empty()) continue;
      ++broken;
      std::fprintf(stderr, "%s: %s\n", path.c_str(), why.c_str());
    }
  }
  std::printf("%d inputs, %d broken\n", held, broken);
  if (held == 0) return 2;
  return broken == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Replay({argv + 1, argv + argc});
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "fuzz_replay: %s\n", failure.what());
    return 2;
  }
}

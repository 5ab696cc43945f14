// The house's walls, as a program can check them.
//
// The tables (which folder may include which, and in which folder each
// third-party library lives) stand in layer_rules.cc and nowhere else.  Whoever
// needs another edge changes the table, in plain sight of a review.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace utboks::layers {

struct Finding {
  std::string file;  // as seen from the root
  int line = 0;      // 0: the file as a whole
  std::string text;  // what is wrong and what to do
};

// Every #include of queue/, producer/ and include/ under `root` that the tables do not
// allow, in the order of file names.
std::vector<Finding> CheckIncludes(const std::filesystem::path& root);

// Every *_test.cc under `root` that is not among `built` (absolute paths of
// the sources that test programs are built from).
std::vector<Finding> CheckTestsAreBuilt(const std::filesystem::path& root,
                                        const std::set<std::filesystem::path>& built);

}  // namespace utboks::layers

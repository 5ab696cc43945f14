#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <fstream>

namespace utboks::testing {
namespace {

TEST(TempDirTest, IsItsOwnAndIsRemovedWithWhatIsInIt) {
  std::filesystem::path was;
  {
    TempDir one;
    TempDir other;
    EXPECT_NE(one.path(), other.path());
    was = one.path();
    std::filesystem::create_directory(one.File("inner"));
    std::ofstream(one.File("inner/file")) << "text";
    EXPECT_TRUE(std::filesystem::exists(one.File("inner/file")));
  }
  EXPECT_FALSE(std::filesystem::exists(was));
}

}  // namespace
}  // namespace utboks::testing

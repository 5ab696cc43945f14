#include "producer/app/key_watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace utboks::app {
namespace {

namespace fs = std::filesystem;

class KeyWatchTest : public ::testing::Test {
 protected:
  KeyWatchTest() { EXPECT_TRUE(CreateKeyFile(path_, SecureRandom()).ok()); }

  testing::TempDir dir_;
  const std::string path_ = dir_.File("outbox.db.keys");
};

TEST_F(KeyWatchTest, WhatWasThereIsThereAndMoreMayBe) {
  const KeyWatch watch(path_);
  EXPECT_TRUE(watch.Look().ok());
  std::ofstream(path_, std::ios::app) << "2 seal AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  EXPECT_TRUE(watch.Look().ok());
}

TEST_F(KeyWatchTest, AFileThatIsGoneDamagedOrAnotherOneIsNoticedUntilItIsBack) {
  const KeyWatch watch(path_);
  fs::rename(path_, path_ + ".away");
  EXPECT_EQ(watch.Look().code(), Code::kConfig);
  std::ofstream(path_) << "1 seal ???\n";
  EXPECT_EQ(watch.Look().code(), Code::kConfig);
  fs::remove(path_);
  ASSERT_TRUE(CreateKeyFile(path_, SecureRandom()).ok());
  EXPECT_NE(watch.Look().text().find("put the right key file back"), std::string::npos);
  fs::rename(path_ + ".away", path_);
  EXPECT_TRUE(watch.Look().ok());
}

TEST_F(KeyWatchTest, AStoreWithoutAFileNeedsNone) {
  EXPECT_TRUE(KeyWatch("").Look().ok());
}

}  // namespace
}  // namespace utboks::app

#include "queue/store_place.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace utboks {
namespace {

TEST(StorePlaceTest, FileSystemsAreToldApart) {
  struct Row {
    std::uint64_t magic;  // as statfs(2) lists them
    const char* name;
    DiskKind kind;
  };
  const Row rows[] = {
      {0xef53, "ext", DiskKind::kLocal},
      {0x58465342, "xfs", DiskKind::kLocal},
      {0x9123683e, "btrfs", DiskKind::kLocal},
      {0x2fc12fc1, "zfs", DiskKind::kLocal},
      {0x6969, "nfs", DiskKind::kNetwork},
      {0xff534d42, "cifs", DiskKind::kNetwork},
      {0xfe534d42, "smb2", DiskKind::kNetwork},
      {0x01021997, "9p", DiskKind::kNetwork},
      {0x65735546, "fuse", DiskKind::kShared},
      {0x01021994, "tmpfs", DiskKind::kVanishing},
      {0x794c7630, "overlay", DiskKind::kVanishing},
      {0x12345678, "", DiskKind::kUnknown},
      {0, "", DiskKind::kUnknown},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(FileSystemOf(row.magic).name, row.name) << std::hex << row.magic;
    EXPECT_EQ(FileSystemOf(row.magic).kind, row.kind) << std::hex << row.magic;
  }
}

TEST(StorePlaceTest, AFolderIsLookedAtAndNothingIsMade) {
  const testing::TempDir dir;
  const std::string file = dir.File("outbox.db");
  StorePlace place = LookAtPlace(file);
  EXPECT_EQ(place.folder, dir.path().string());
  EXPECT_EQ(place.folder_error, 0);
  EXPECT_EQ(place.folder_write_error, 0);
  EXPECT_NE(place.magic, 0U);
  ASSERT_TRUE(place.free_bytes);
  EXPECT_GT(*place.free_bytes, 0U);
  EXPECT_FALSE(std::filesystem::exists(file));
  std::ofstream(file) << "x";
  place = LookAtPlace(file);
  EXPECT_EQ(place.file_write_error, 0);
}

TEST(StorePlaceTest, NoFolderAndNoFolderAtAll) {
  const testing::TempDir dir;
  EXPECT_EQ(LookAtPlace(dir.File("missing/outbox.db")).folder_error, ENOENT);
  std::ofstream(dir.File("file")) << "x";
  EXPECT_EQ(LookAtPlace(dir.File("file/outbox.db")).folder_error, ENOTDIR);
  EXPECT_EQ(LookAtPlace("outbox.db").folder, ".");
  EXPECT_FALSE(FreeBytes(dir.File("missing")));
}

}  // namespace
}  // namespace utboks

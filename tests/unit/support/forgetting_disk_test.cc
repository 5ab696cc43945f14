#include "tests/support/forgetting_disk.h"

#include <gtest/gtest.h>

#include <set>

namespace utboks::testing {
namespace {

constexpr std::uint64_t kSeed = 20261123;

// What a cut leaves of `path`; "-" when there is no such file.
std::string Found(ForgettingDisk& disk, const std::string& path, Survival survival,
                  std::uint64_t seed = kSeed) {
  const auto random = SeededRandom(seed);
  const auto found = disk.LosePower(survival, *random);
  const auto entry = found.find(path);
  return entry == found.end() || entry->second == nullptr ? "-" : entry->second->synced;
}

TEST(ForgettingDiskTest, KeepsWhatWasSynced) {
  for (const Survival survival : {Survival::kNothing, Survival::kPrefix, Survival::kSectors}) {
    ForgettingDisk disk;
    const auto file = disk.Create("/d/f");
    disk.Write(file, 0, "abcdef");
    disk.Write(file, 2, "XY");
    disk.Write(file, 8, "z");
    disk.Truncate(file, 9);
    disk.Sync(file);
    disk.SyncFolderOf("/d/f");
    EXPECT_EQ(Found(disk, "/d/f", survival), std::string("abXYef\0\0z", 9));
  }
}

TEST(ForgettingDiskTest, ForgetsWhatWasNotSynced) {
  ForgettingDisk disk;
  const auto file = disk.Adopt("/d/f", "old");
  disk.Write(file, 0, "new and longer");
  disk.Truncate(file, 1);
  EXPECT_EQ(Found(disk, "/d/f", Survival::kNothing), "old");
}

TEST(ForgettingDiskTest, ANameIsOnlySafeOnceItsFolderIsSynced) {
  ForgettingDisk disk;
  const auto file = disk.Create("/d/f");
  disk.Write(file, 0, "bytes");
  disk.Sync(file);
  EXPECT_EQ(Found(disk, "/d/f", Survival::kNothing), "-");
}

TEST(ForgettingDiskTest, ARemovedFileComesBackUnlessItsFolderWasSynced) {
  ForgettingDisk disk;
  disk.Adopt("/d/f", "bytes");
  disk.Adopt("/e/f", "bytes");
  disk.Remove("/d/f");
  disk.Remove("/e/f");
  disk.SyncFolderOf("/e/other");
  EXPECT_EQ(disk.Find("/d/f"), nullptr);
  EXPECT_EQ(Found(disk, "/d/f", Survival::kNothing), "bytes");
  EXPECT_EQ(Found(disk, "/e/f", Survival::kNothing), "-");
}

TEST(ForgettingDiskTest, GoesOnFromWhatTheCutLeft) {
  ForgettingDisk disk;
  disk.Write(disk.Adopt("/d/f", "one"), 0, "two");
  EXPECT_EQ(Found(disk, "/d/f", Survival::kNothing), "one");
  disk.Write(disk.Find("/d/f"), 3, "!");
  disk.Sync(disk.Find("/d/f"));
  EXPECT_EQ(Found(disk, "/d/f", Survival::kNothing), "one!");
}

TEST(ForgettingDiskTest, AFailedSyncIsALastingLoss) {
  ForgettingDisk disk;
  const auto file = disk.Adopt("/d/f", "old");
  disk.Write(file, 0, "new");
  disk.FailSync(file);
  disk.Sync(file);
  EXPECT_EQ(Found(disk, "/d/f", Survival::kSectors), "old");
}

// What 200 cuts leave of three sectors 'a' that were overwritten by 'b'.
std::set<std::string> AllFound(Survival survival) {
  std::set<std::string> found;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    ForgettingDisk disk;
    const auto file = disk.Adopt("/d/f", std::string(3 * ForgettingDisk::kSector, 'a'));
    disk.Write(file, 0, std::string(3 * ForgettingDisk::kSector, 'b'));
    const std::string bytes = Found(disk, "/d/f", survival, seed);
    std::string sectors;
    for (std::size_t i = 0; i < 3; ++i) {
      const auto sector = bytes.substr(i * ForgettingDisk::kSector, ForgettingDisk::kSector);
      EXPECT_EQ(sector, std::string(ForgettingDisk::kSector, sector[0]));
      sectors += sector[0];
    }
    found.insert(sectors);
  }
  return found;
}

TEST(ForgettingDiskTest, APrefixIsTornBetweenSectors) {
  EXPECT_EQ(AllFound(Survival::kPrefix), (std::set<std::string>{"aaa", "baa", "bba", "bbb"}));
}

TEST(ForgettingDiskTest, SectorsAreKeptInNoOrder) {
  EXPECT_EQ(AllFound(Survival::kSectors),
            (std::set<std::string>{"aaa", "aab", "aba", "abb", "baa", "bab", "bba", "bbb"}));
}

TEST(ForgettingDiskTest, SectorsAreCountedFromTheFilesBeginning) {
  // A write over a boundary: either side may stay.
  std::set<std::string> found;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    ForgettingDisk disk;
    const auto file = disk.Adopt("/d/f", std::string(514, 'a'));
    disk.Write(file, 510, "bbbb");
    found.insert(Found(disk, "/d/f", Survival::kSectors, seed).substr(510));
  }
  EXPECT_EQ(found, (std::set<std::string>{"aaaa", "bbaa", "aabb", "bbbb"}));
}

}  // namespace
}  // namespace utboks::testing

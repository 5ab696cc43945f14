#include "tests/support/forgetting_vfs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <thread>

#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

using Connection = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;

int Do(const Connection& db, const std::string& sql) {
  return sqlite3_exec(db.get(), sql.c_str(), nullptr, nullptr, nullptr);
}

// The first column of the first row; -1 on a failure.
long long Ask(const Connection& db, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return -1;
  const long long value =
      sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
  sqlite3_finalize(statement);
  return value;
}

struct Mode {
  std::string journal, synchronous;
};

class ForgettingVfsTest : public ::testing::Test {
 protected:
  Connection Open(const ForgettingVfs& vfs, const Mode& mode) {
    sqlite3* raw = nullptr;
    sqlite3_open_v2(path_.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                    vfs.name().c_str());
    Connection db(raw, sqlite3_close);
    sqlite3_busy_timeout(raw, 10'000);
    // Failures show at the first commit that does not come through.
    Do(db, "PRAGMA journal_mode=" + mode.journal);
    Do(db, "PRAGMA synchronous=" + mode.synchronous);
    Do(db, "PRAGMA wal_autocheckpoint=8");
    Do(db, "CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, text)");
    return db;
  }

  // Two connections take turns to commit rows 1, 2, 3…; each commit is
  // acknowledged by its return.  Gives the last acknowledged row.
  int Work(const ForgettingVfs& vfs, const Mode& mode, int first, int last) {
    const Connection one = Open(vfs, mode);
    const Connection two = Open(vfs, mode);
    int acknowledged = first - 1;
    for (int n = first; n <= last; ++n) {
      const Connection& db = n % 2 == 0 ? one : two;
      const bool committed = Do(db, fmt::format("INSERT INTO t VALUES ({}, hex(zeroblob({})))", n,
                                                n % 7 * 300)) == SQLITE_OK;
      if (committed) acknowledged = n;
      if (!vfs.HasPower()) break;
      EXPECT_TRUE(committed) << sqlite3_errmsg(db.get());
    }
    return acknowledged;
  }

  // One life of a database, cut once, with the rows that came back.
  struct Life {
    int acknowledged = 0;
    long long found = 0;
    bool whole = false;  // no hole, no row more than was asked for, no damage
  };
  Life LiveOnce(std::uint64_t seed, const Mode& mode) {
    constexpr int kRows = 30;
    const TempDir dir;
    path_ = dir.File("store.db");
    ForgettingVfs vfs(seed);
    const auto random = SeededRandom(seed);
    const auto survival =
        std::array{Survival::kNothing, Survival::kPrefix, Survival::kSectors}[random->Below(3)];
    // About as many operations as the whole of it takes, so that cuts fall everywhere.
    vfs.CutAfter(random->Below(mode.journal == "WAL" ? 130 : 360));
    Life life;
    life.acknowledged = Work(vfs, mode, 1, kRows);
    const Status restored = vfs.Restore(survival);
    EXPECT_TRUE(restored.ok()) << restored.text();
    const Connection db = Open(vfs, mode);
    life.found = Ask(db, "SELECT count(*) FROM t");
    life.whole = Ask(db,
                     "SELECT count(*) FROM pragma_integrity_check WHERE "
                     "integrity_check <> 'ok'") == 0 &&
                 life.found == Ask(db, "SELECT coalesce(max(n), 0) FROM t") &&
                 life.found <= std::min(life.acknowledged + 1, kRows);
    return life;
  }

  // How many of 60 lives lost something that was acknowledged.
  int LivesWithLoss(const Mode& mode) {
    int losses = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      const Life life = LiveOnce(seed, mode);
      if (life.found < life.acknowledged || !life.whole) ++losses;
    }
    return losses;
  }

  TempDir dir_;
  std::string path_ = dir_.File("store.db");
};

TEST_F(ForgettingVfsTest, WithEveryCommitSyncedNoCutLosesARow) {
  // In DELETE the removal of the journal is the commit; only EXTRA syncs its folder.
  const Mode modes[] = {{"WAL", "FULL"}, {"TRUNCATE", "FULL"}, {"DELETE", "EXTRA"}};
  for (const Mode& mode : modes) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      const Life life = LiveOnce(seed, mode);
      ASSERT_GE(life.found, life.acknowledged) << mode.journal << ", seed " << seed;
      ASSERT_TRUE(life.whole) << mode.journal << ", seed " << seed << ": found " << life.found
                              << " of " << life.acknowledged;
    }
  }
}

TEST_F(ForgettingVfsTest, WithoutSyncsTheSameWorkLosesRows) {
  EXPECT_GT(LivesWithLoss({"WAL", "OFF"}), 5);
  EXPECT_GT(LivesWithLoss({"WAL", "NORMAL"}), 5);
  EXPECT_GT(LivesWithLoss({"DELETE", "OFF"}), 5);
  EXPECT_GT(LivesWithLoss({"DELETE", "FULL"}), 5);  // the journal comes back
}

TEST_F(ForgettingVfsTest, ADatabaseOutlivesManyCuts) {
  ForgettingVfs vfs(7);
  const auto random = SeededRandom(7);
  int acknowledged = 0;
  for (int life = 0; life < 30; ++life) {
    vfs.CutAfter(random->Below(60));
    acknowledged = Work(vfs, {"WAL", "FULL"}, acknowledged + 1, acknowledged + 100);
    ASSERT_FALSE(vfs.HasPower());
    ASSERT_TRUE(vfs.Restore(Survival::kSectors).ok());
    const Connection db = Open(vfs, {"WAL", "FULL"});
    const long long found = Ask(db, "SELECT count(*) FROM t");
    ASSERT_GE(found, acknowledged) << "life " << life << ": " << sqlite3_errmsg(db.get());
    acknowledged = static_cast<int>(found);  // one may have come through without a word
  }
  EXPECT_GT(acknowledged, 30);
}

TEST_F(ForgettingVfsTest, ThreadsEachWithAConnectionLoseNothing) {
  ForgettingVfs vfs(11);
  { const Connection made = Open(vfs, {"WAL", "FULL"}); }
  vfs.CutAfter(200);
  // One commits at a time: Debian's SQLite may lose commits beside a checkpoint.
  std::mutex turn;
  int acknowledged = 0;
  const auto work = [&] {
    const Connection db = Open(vfs, {"WAL", "FULL"});
    for (;;) {
      const std::lock_guard lock(turn);
      if (Do(db, "INSERT INTO t (text) VALUES ('x')") != SQLITE_OK) return;
      ++acknowledged;
    }
  };
  std::thread one(work);
  std::thread two(work);
  one.join();
  two.join();
  ASSERT_TRUE(vfs.Restore(Survival::kNothing).ok());
  const Connection db = Open(vfs, {"WAL", "FULL"});
  EXPECT_GE(Ask(db, "SELECT count(*) FROM t"), acknowledged);
  EXPECT_GT(acknowledged, 10);
}

TEST_F(ForgettingVfsTest, ADatabaseThatWasThereBeforeIsKept) {
  {
    const Connection db(
        [&] {
          sqlite3* raw = nullptr;
          sqlite3_open(path_.c_str(), &raw);
          return raw;
        }(),
        sqlite3_close);
    ASSERT_EQ(Do(db, "CREATE TABLE t (n INTEGER PRIMARY KEY, text); INSERT INTO t VALUES (1, 'a')"),
              SQLITE_OK);
  }
  ForgettingVfs vfs(1);
  EXPECT_EQ(Work(vfs, {"DELETE", "OFF"}, 2, 5), 5);
  ASSERT_TRUE(vfs.Restore(Survival::kNothing).ok());
  EXPECT_EQ(Ask(Open(vfs, {"DELETE", "OFF"}), "SELECT count(*) FROM t"), 1);
}

TEST_F(ForgettingVfsTest, WithoutPowerNothingWorksAndNothingIsRestoredUnderAConnection) {
  ForgettingVfs vfs(1);
  Connection db = Open(vfs, {"WAL", "FULL"});
  ASSERT_EQ(Do(db, "INSERT INTO t VALUES (1, 'a')"), SQLITE_OK);
  EXPECT_GT(vfs.Syncs(), 0U);
  EXPECT_GT(vfs.Operations(), vfs.Syncs());
  vfs.CutNow();
  EXPECT_FALSE(vfs.HasPower());
  EXPECT_NE(Do(db, "INSERT INTO t VALUES (2, 'b')"), SQLITE_OK);
  EXPECT_EQ(vfs.Restore(Survival::kNothing).code(), Code::kConflict);
  db.reset();
  ASSERT_TRUE(vfs.Restore(Survival::kNothing).ok());
  EXPECT_TRUE(vfs.HasPower());
  db = Open(vfs, {"WAL", "FULL"});
  EXPECT_EQ(Ask(db, "SELECT count(*) FROM t"), 1);
  EXPECT_EQ(Do(db, "INSERT INTO t VALUES (2, 'b')"), SQLITE_OK);
}

TEST_F(ForgettingVfsTest, AFullDiskRefusesAndThenTakesAgain) {
  ForgettingVfs vfs(1);
  const Connection db = Open(vfs, {"WAL", "FULL"});
  vfs.Fail(ForgettingVfs::Call::kWrite, SQLITE_FULL);
  EXPECT_EQ(Do(db, "INSERT INTO t VALUES (1, 'a')"), SQLITE_FULL);
  EXPECT_EQ(Do(db, "INSERT INTO t VALUES (1, 'a')"), SQLITE_OK);
  vfs.Fail(ForgettingVfs::Call::kWrite, SQLITE_FULL, 0, ForgettingVfs::kForEver);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Do(db, "INSERT INTO t VALUES (2, 'b')"), SQLITE_FULL);
  EXPECT_TRUE(vfs.HasPower());
}

TEST_F(ForgettingVfsTest, AnyCallCanBeMadeToFail) {
  ForgettingVfs vfs(1);
  vfs.Fail(ForgettingVfs::Call::kOpen, SQLITE_CANTOPEN);
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(
      path_.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs.name().c_str());
  const Connection first(raw, sqlite3_close);
  EXPECT_TRUE(opened == SQLITE_CANTOPEN || Do(first, "CREATE TABLE t (n)") == SQLITE_CANTOPEN);
  const Connection db = Open(vfs, {"WAL", "FULL"});
  vfs.Fail(ForgettingVfs::Call::kSync, SQLITE_IOERR_FSYNC, 1);
  EXPECT_EQ(Do(db, "INSERT INTO t VALUES (1, 'a')"), SQLITE_OK);
  EXPECT_EQ(Do(db, "INSERT INTO t VALUES (2, 'b')"), SQLITE_IOERR);
  vfs.Fail(ForgettingVfs::Call::kTruncate, SQLITE_IOERR_TRUNCATE);
  EXPECT_NE(Do(db, "PRAGMA wal_checkpoint(TRUNCATE)"), SQLITE_OK);
}

TEST_F(ForgettingVfsTest, StandsInForTheDefaultAndGivesItBack) {
  const std::string before = sqlite3_vfs_find(nullptr)->zName;
  {
    ForgettingVfs vfs(1);
    EXPECT_EQ(sqlite3_vfs_find(nullptr)->zName, before);
    vfs.BeDefault();
    EXPECT_EQ(sqlite3_vfs_find(nullptr)->zName, vfs.name());
  }
  EXPECT_EQ(sqlite3_vfs_find(nullptr)->zName, before);
}

}  // namespace
}  // namespace utboks::testing

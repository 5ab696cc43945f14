// Durability, which SIGKILL cannot see: the power goes at any operation of the disk,
// and what was not synced is gone, torn or there in part.
//
// A store on a ForgettingVfs lives several lives.  In each it does deeds (deeds.h)
// until the power goes.  Beside it stands a twin that never loses power and does the
// deeds that were acknowledged.  After each cut the store must look as its twin does,
// but for the one deed that was under way: that has happened as a whole or not at all.
//
// The VFS sees the database alone.  The key file is durable before anything counts
// (sync_trace_test).  The side file PATH.worker is written after each commit and not
// synced: a cut leaves of it any line since it was last synced, and the store must
// open with each of them.
//
// Every seed is printed; --gtest_random_seed=N plays others.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/conformance/store_fixture.h"
#include "tests/crash/deeds.h"
#include "tests/crash/scale.h"
#include "tests/crash/store_picture.h"
#include "tests/support/forgetting_vfs.h"
#include "tests/support/read_file.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kStores = kSanitized ? 6 : 40;
constexpr int kLives = 5;
constexpr int kMostDeeds = 60;
// About what a life of so many deeds takes, and what making a store takes.
constexpr std::uint64_t kOperationsOfALife = 1500, kOperationsOfMaking = 40;

std::uint64_t SeedOf(std::uint64_t number) {
  return 20'261'125 + static_cast<std::uint64_t>(GTEST_FLAG_GET(random_seed)) * 1'000'000 + number;
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  ASSERT_TRUE(file.flush().good()) << path;
}

StoreOptions OptionsOf(const std::string& path, const ForgettingVfs& vfs) {
  StoreOptions options;
  options.url = "sqlite:" + path;
  options.environment = "test";
  options.organisation_number = "100101688";
  options.host = "host";
  options.worker = "w";
  options.min_free = 0;
  options.delivery.rate_limit_per_minute = 0;
  options.delivery.in_doubt = DoubtPolicy::kResend;
  options.create = options.migrate = options.as_worker = true;
  options.vfs = vfs.name();
  return options;
}

// Runs `sql` as no command would; the first column of its first row, "" without one.
std::string RunSql(const std::string& path, const ForgettingVfs& vfs, const char* sql) {
  sqlite3* db = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::string first;
  if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, vfs.name().c_str()) == SQLITE_OK &&
      sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    first = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  }
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return first;
}

// What a cut can leave of the side file.
class SideFileLines {
 public:
  explicit SideFileLines(std::string path) : path_(std::move(path)) {}

  // The store has been opened or has done something: its line may have changed.
  void Look() {
    if (fs::exists(path_)) lines_.push_back(ReadFile(path_));
  }
  // A store that opened holds a line that no cut can take.
  void Opened() {
    const bool durable = !lines_.empty() && lines_.front().has_value() && !lines_.front()->empty();
    if (!durable) lines_.clear();
    Look();
  }
  void LosePower(Random& random) {
    Look();
    const bool newest = random.Below(2) == 0;
    const auto left = newest ? lines_.back() : lines_[random.Below(lines_.size())];
    lines_ = {left};
    if (left) {
      WriteFile(path_, *left);
    } else {
      fs::remove(path_);
    }
  }

 private:
  const std::string path_;
  // Since it was last synced; nothing: there was no file.
  std::vector<std::optional<std::string>> lines_ = {std::nullopt};
};

// A store that does what was acknowledged by another, and never loses power.
class Twin {
 public:
  Twin(std::string key_file, ManualClock& clock, DeedRandom& random)
      : key_file_(std::move(key_file)), clock_(clock), random_(random) {
    Begin();
  }

  void Do(const Deed& deed) {
    deeds_.push_back(deed);
    const Status done = life_->hands->Do(deed);
    EXPECT_TRUE(done.ok()) << done.text();
  }
  // As if the last deed had never been done.
  void TakeBackLast() {
    const WallTime now = clock_.Wall();
    deeds_.pop_back();
    Begin();
    for (const Deed& deed : deeds_) {
      const Status done = life_->hands->Do(deed);
      EXPECT_TRUE(done.ok()) << done.text();
    }
    clock_.SetWall(now);
  }
  Store& store() { return *life_->store; }
  const std::map<std::string, Known>& known() const { return life_->hands->known(); }

 private:
  struct Life {
    TempDir dir;
    ForgettingVfs vfs{1};
    std::unique_ptr<Store> store;
    std::unique_ptr<Hands> hands;
  };

  void Begin() {
    life_ = std::make_unique<Life>();
    StoreOptions options = OptionsOf(life_->dir.File("twin.db"), life_->vfs);
    options.key_file = key_file_;
    options.clock = &clock_;
    options.random = &random_;
    Result<std::unique_ptr<Store>> store = OpenStore(options);
    ASSERT_TRUE(store.ok()) << store.status().text();
    life_->store = std::move(store).value();
    life_->hands = std::make_unique<Hands>(*life_->store, clock_, random_);
  }

  const std::string key_file_;
  ManualClock& clock_;
  DeedRandom& random_;
  std::vector<Deed> deeds_;
  std::unique_ptr<Life> life_;
};

class Trial {
 public:
  Trial(std::uint64_t seed, Survival survival)
      : chance_(SeededRandom(seed)), survival_(survival), side_file_(Path() + ".worker") {}

  void Go() {
    for (int life = 1; life <= kLives && !::testing::Test::HasFailure(); ++life) {
      SCOPED_TRACE(fmt::format("life {}", life));
      Live(life == 1 && chance_->Below(2) == 0 ? kOperationsOfMaking : kOperationsOfALife);
      Find();
    }
  }

  int acknowledged() const { return deeds_; }

 private:
  std::string Path() const { return dir_.File("outbox.db"); }

  Result<std::unique_ptr<Store>> Open() {
    StoreOptions options = OptionsOf(Path(), *vfs_);
    options.clock = &clock_;
    options.random = &random_;
    random_.Begin(1);
    Result<std::unique_ptr<Store>> store = OpenStore(options);
    if (store.ok()) {
      side_file_.Opened();
      if (twin_ == nullptr) twin_ = std::make_unique<Twin>(Path() + ".keys", clock_, random_);
    } else {
      side_file_.Look();
    }
    return store;
  }

  Deed Next(Deed::Kind kind) {
    const Millis pause = chance_->Between(Millis(0), std::chrono::minutes(20));
    return {kind, ++last_deed_, clock_.Wall() + pause, chance_->Next()};
  }

  // Deeds until the power goes.  `pending_` is the one it met, if any.
  void Live(std::uint64_t operations) {
    pending_ = false;
    vfs_ = std::make_unique<ForgettingVfs>(chance_->Next());
    vfs_->CutAfter(chance_->Below(operations));
    Result<std::unique_ptr<Store>> store = Open();
    if (store.ok()) {
      Work(**store);
      // The close is a checkpoint, and has a chance of its own to be cut.
      if (vfs_->HasPower() && chance_->Below(2) == 0) vfs_->CutAfter(chance_->Below(12));
      store = Status(Code::kCancelled, "closed");
      side_file_.Look();
    }
    EXPECT_TRUE(store.code() == Code::kCancelled || !vfs_->HasPower()) << store.status().text();
    vfs_->CutNow();
    const Status restored = vfs_->Restore(survival_);
    ASSERT_TRUE(restored.ok()) << restored.text();
    side_file_.LosePower(*chance_);
  }

  void Work(Store& store) {
    Hands hands(store, clock_, random_, twin_->known());
    for (int i = 0; i < kMostDeeds && vfs_->HasPower(); ++i) {
      if (i > 0 && chance_->Below(12) == 0) {
        RunSql(Path(), *vfs_,
               chance_->Below(2) == 0 ? "PRAGMA wal_checkpoint(PASSIVE)"
                                      : "PRAGMA wal_checkpoint(TRUNCATE)");
        continue;
      }
      const Deed deed = Next(i == 0 ? Deed::Kind::kRecoverDead : Deed::Kind::kChance);
      const Status done = hands.Do(deed);
      side_file_.Look();
      if (done.ok()) {
        twin_->Do(deed);
        ++deeds_;
        continue;
      }
      EXPECT_FALSE(vfs_->HasPower()) << done.text();
      pending_ = true;
      pending_deed_ = deed;
      return;
    }
  }

  // What the cut has left, in a life without cuts.
  void Find() {
    vfs_ = std::make_unique<ForgettingVfs>(chance_->Next());
    Result<std::unique_ptr<Store>> opened = Open();
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    std::unique_ptr<Store> store = std::move(opened).value();
    EXPECT_EQ(RunSql(Path(), *vfs_, "PRAGMA integrity_check"), "ok");
    Compare(*store);
    FindAllThatIsKnown(*store);
    RecoverDead(*store);
    EXPECT_EQ(FirstDifference(PictureOf(*store), PictureOf(twin_->store())), "");
    store.reset();
    side_file_.Look();
    vfs_->CutNow();
    ASSERT_TRUE(vfs_->Restore(Survival::kNothing).ok());
  }

  void Compare(Store& store) {
    const std::string found = PictureOf(store);
    const std::string before = PictureOf(twin_->store());
    if (!pending_) {
      EXPECT_EQ(FirstDifference(found, before), "") << "(found, acknowledged)";
      return;
    }
    const WallTime now = clock_.Wall();
    twin_->Do(pending_deed_);
    clock_.SetWall(now);
    const std::string after = PictureOf(twin_->store());
    if (found == after) return;
    twin_->TakeBackLast();
    EXPECT_EQ(FirstDifference(found, before), "")
        << "(found, acknowledged)" << FirstDifference(found, after)
        << "\n(found, with what was under way)";
  }

  // Also of what has been purged: its name is never free again.
  void FindAllThatIsKnown(Store& store) {
    for (const auto& [name, known] : twin_->known()) {
      const auto again = store.Insert({&known.row, 1}, InsertMode::kEachAlone);
      ASSERT_TRUE(again.ok()) << again.status().text();
      EXPECT_TRUE((*again)[0].status.ok()) << name << ": " << (*again)[0].status.text();
      EXPECT_FALSE((*again)[0].is_new) << name << " is gone";
      EXPECT_EQ((*again)[0].id, known.id) << name;
    }
  }

  // What was being sent when the power went is in doubt, or with a person.
  void RecoverDead(Store& store) {
    const auto sending = [&] {
      Filter filter;
      filter.states = {State::kSending};
      filter.limit = 0;
      return store.List(filter).value();
    };
    const std::vector<MessageView> dead = sending();
    const Deed deed = Next(Deed::Kind::kRecoverDead);
    Hands hands(store, clock_, random_, twin_->known());
    const Status done = hands.Do(deed);
    ASSERT_TRUE(done.ok()) << done.text();
    twin_->Do(deed);
    side_file_.Look();
    EXPECT_TRUE(sending().empty());
    for (const MessageView& view : dead) {
      const MessageView now = (*store.Find(FormatUuid(view.id), false))[0];
      EXPECT_TRUE(now.state == State::kInDoubt || now.state == State::kHeld);
      EXPECT_TRUE(now.unanswered);
    }
  }

  const std::unique_ptr<Random> chance_;
  const Survival survival_;
  TempDir dir_;
  ManualClock clock_;
  DeedRandom random_;
  SideFileLines side_file_;
  std::unique_ptr<ForgettingVfs> vfs_;  // of this life: what stands is durable to it
  std::unique_ptr<Twin> twin_;
  int last_deed_ = 0, deeds_ = 0;
  bool pending_ = false;
  Deed pending_deed_;
};

class PowerLoss : public ::testing::TestWithParam<Survival> {};

TEST_P(PowerLoss, TakesNothingThatWasAcknowledgedAndAddsNothing) {
  int deeds = 0;
  for (int number = 1; number <= kStores; ++number) {
    const std::uint64_t seed = SeedOf(static_cast<std::uint64_t>(number));
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Trial trial(seed, GetParam());
    trial.Go();
    deeds += trial.acknowledged();
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
  std::cout << "seeds " << SeedOf(1) << " to " << SeedOf(kStores) << ": " << kStores * kLives
            << " cuts, " << deeds << " deeds acknowledged\n";
  EXPECT_GT(deeds, kStores * kLives * 5) << "the cuts came too early to prove anything";
}

INSTANTIATE_TEST_SUITE_P(Survivals, PowerLoss,
                         ::testing::Values(Survival::kNothing, Survival::kPrefix,
                                           Survival::kSectors),
                         [](const auto& survival) { return NameOf(survival.param); });

// ---- many at once ----

constexpr int kWriters = 4;
constexpr int kCrowds = kSanitized ? 10 : 80;

// Four hand in, each for a person of its own, one message after the other, and share
// commits; one delivers.  Then the power goes.
class Crowd {
 public:
  Crowd(std::uint64_t seed, Survival survival)
      : chance_(SeededRandom(seed)), vfs_(chance_->Next()), survival_(survival) {}

  void Go() {
    Work();
    vfs_.CutNow();
    ASSERT_TRUE(vfs_.Restore(survival_).ok());
    const Result<std::unique_ptr<Store>> store = OpenStore(OptionsOf(Path(), vfs_));
    ASSERT_TRUE(store.ok()) << store.status().text();
    EXPECT_EQ(RunSql(Path(), vfs_, "PRAGMA integrity_check"), "ok");
    for (int writer = 0; writer < kWriters; ++writer) FindAllOf(writer, **store);
  }
  int acknowledged() const { return acknowledged_; }

 private:
  std::string Path() const { return dir_.File("outbox.db"); }
  static std::string Name(int writer, int nr) { return fmt::format("w{}-{}", writer, nr); }
  static NewRow RowOf(int writer, int nr) {
    return Row(Name(writer, nr), {fmt::format("person-{}", writer)});
  }

  void Work() {
    Result<std::unique_ptr<Store>> opened = OpenStore(OptionsOf(Path(), vfs_));
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    std::unique_ptr<Store> store = std::move(opened).value();
    vfs_.CutAfter(chance_->Below(600));
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([&, writer] { HandIn(writer, *store); });
    }
    threads.emplace_back([&] { Deliver(*store); });
    for (std::thread& thread : threads) thread.join();
  }

  void HandIn(int writer, Store& store) {
    for (;;) {
      const NewRow row = RowOf(writer, in_.at(static_cast<std::size_t>(writer)) + 1);
      if (!store.Insert({&row, 1}, InsertMode::kEachAlone).ok()) return;
      ++in_.at(static_cast<std::size_t>(writer));
    }
  }

  void Deliver(Store& store) {
    const Room room{"doedsfall_v1", kWriters};
    for (;;) {
      const Result<Claimed> claimed = store.Claim({&room, 1}, kWriters);
      if (!claimed.ok()) return;
      std::vector<Settlement> done;
      for (const Lease& lease : claimed->rows) done.push_back({lease, Accepted()});
      settling_.clear();
      for (const Lease& lease : claimed->rows) settling_.push_back(lease.id);
      if (!store.Settle(done).ok()) return;
      accepted_.insert(accepted_.end(), settling_.begin(), settling_.end());
    }
  }

  void FindAllOf(int writer, Store& store) {
    const int in = in_.at(static_cast<std::size_t>(writer));
    acknowledged_ += in;
    MessageSeq last = 0;
    for (int nr = 1; nr <= in; ++nr) {
      const auto found = store.Find(Name(writer, nr), false);
      ASSERT_TRUE(found.ok()) << Name(writer, nr) << " is gone: " << found.status().text();
      const MessageView& view = (*found)[0];
      EXPECT_GT(view.seq, last) << Name(writer, nr) << " has lost its place";
      last = view.seq;
      const Result<Payload> payload = store.Content(view.id);
      ASSERT_TRUE(payload.ok()) << payload.status().text();
      EXPECT_EQ(payload->document, RowOf(writer, nr).document);
      const auto among = [&](const std::vector<Uuid>& ids) {
        return std::find(ids.begin(), ids.end(), view.id) != ids.end();
      };
      if (among(accepted_)) {
        EXPECT_EQ(view.state, State::kAccepted) << Name(writer, nr);
      } else if (view.state == State::kAccepted) {
        EXPECT_TRUE(among(settling_)) << Name(writer, nr) << " was never settled";
      }
    }
    // The one that was under way may be there; nothing can be behind it.
    EXPECT_FALSE(store.Find(Name(writer, in + 2), false).ok());
  }

  const std::unique_ptr<Random> chance_;
  TempDir dir_;
  ForgettingVfs vfs_;
  const Survival survival_;
  std::array<int, kWriters> in_{};         // acknowledged; each its writer's alone
  std::vector<Uuid> accepted_, settling_;  // of the one that delivers
  int acknowledged_ = 0;
};

TEST_P(PowerLoss, TakesNothingFromWritersThatShareCommits) {
  int acknowledged = 0;
  for (int number = 1; number <= kCrowds; ++number) {
    const std::uint64_t seed = SeedOf(static_cast<std::uint64_t>(number));
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Crowd crowd(seed, GetParam());
    crowd.Go();
    acknowledged += crowd.acknowledged();
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
  EXPECT_GT(acknowledged, kCrowds * 10) << "the cuts came too early to prove anything";
}

// ---- a disk that does not confirm ----

// A sync that fails leaves open what the disk holds: nothing more is written by this
// opening of the store.  The next one goes on from what was acknowledged.
TEST_P(PowerLoss, ACommitThatWasNotConfirmedIsTheLastOfThisOpening) {
  const TempDir dir;
  const std::string path = dir.File("outbox.db");
  ForgettingVfs vfs(SeedOf(1));
  const auto put = [](Store& store, const std::string& name) {
    const NewRow row = Row(name);
    return store.Insert({&row, 1}, InsertMode::kEachAlone).status();
  };
  {
    const auto store = OpenStore(OptionsOf(path, vfs)).value();
    ASSERT_TRUE(put(*store, "before").ok());
    vfs.Fail(ForgettingVfs::Call::kSync, SQLITE_IOERR_FSYNC);
    const Status lost = put(*store, "lost");
    EXPECT_EQ(lost.code(), Code::kCorrupt) << lost.text();
    EXPECT_NE(lost.text().find("check the disk"), std::string::npos) << lost.text();
    EXPECT_EQ(put(*store, "after").text(), lost.text());
  }
  {
    const auto store = OpenStore(OptionsOf(path, vfs)).value();
    ASSERT_TRUE(put(*store, "again").ok());
    vfs.CutNow();
  }
  ASSERT_TRUE(vfs.Restore(GetParam()).ok());
  const auto store = OpenStore(OptionsOf(path, vfs)).value();
  EXPECT_EQ(RunSql(path, vfs, "PRAGMA integrity_check"), "ok");
  EXPECT_TRUE(store->Find("before", false).ok());
  EXPECT_FALSE(store->Find("lost", false).ok());
  EXPECT_TRUE(store->Find("again", false).ok());
}

// ---- an older store ----

// A disk that lied about its syncs, or a copy put back: the store is older than the
// line beside it.  It is refused until it has been owned up to, and a cut while that
// is written down leaves it either refused still or owned up to.
TEST_P(PowerLoss, AnOlderStoreIsRefusedUntilItsMessagesAreInDoubt) {
  const TempDir dir;
  const std::string path = dir.File("outbox.db");
  std::string older, line;
  std::vector<Uuid> ids;
  {
    ForgettingVfs vfs(1);
    const auto put = [&](Store& store, const std::string& name) {
      const NewRow row = Row(name);
      return (*store.Insert({&row, 1}, InsertMode::kEachAlone))[0].id;
    };
    {
      const auto store = OpenStore(OptionsOf(path, vfs)).value();
      for (const char* name : {"a", "b", "c"}) ids.push_back(put(*store, name));
    }
    older = ReadFile(path);
    const auto store = OpenStore(OptionsOf(path, vfs)).value();
    const Room room{"doedsfall_v1", 1};
    const Settlement done{store->Claim({&room, 1}, 1)->rows[0], Accepted()};
    ASSERT_TRUE(store->Settle({&done, 1}).ok());
    line = ReadFile(path + ".worker");
  }
  bool owned_up = false;
  int refused_again = 0;
  for (std::uint64_t operations = 0; !owned_up; ++operations) {
    SCOPED_TRACE(fmt::format("power for {} operations", operations));
    WriteFile(path, older);
    WriteFile(path + ".worker", line);
    ForgettingVfs vfs(operations);
    StoreOptions options = OptionsOf(path, vfs);
    EXPECT_EQ(OpenStore(options).code(), Code::kConfig);
    vfs.CutAfter(operations);
    options.after_restore = true;
    owned_up = OpenStore(options).ok();
    vfs.CutNow();
    ASSERT_TRUE(vfs.Restore(GetParam()).ok());
    // Its new line is synced; before that a cut may take it.
    if (!owned_up) WriteFile(path + ".worker", line);
    options.after_restore = false;
    Result<std::unique_ptr<Store>> store = OpenStore(options);
    if (!store.ok()) {
      EXPECT_FALSE(owned_up) << store.status().text();
      EXPECT_EQ(store.code(), Code::kConfig) << store.status().text();
      ++refused_again;
      options.after_restore = true;
      store = OpenStore(options);
    }
    ASSERT_TRUE(store.ok()) << store.status().text();
    for (const Uuid& id : ids) {
      EXPECT_EQ((*(*store)->Find(FormatUuid(id), false))[0].state, State::kInDoubt);
    }
    ASSERT_LT(operations, 1'000U);
  }
  EXPECT_GT(refused_again, 3) << "no cut came before it was written down";
}

}  // namespace
}  // namespace utboks::testing

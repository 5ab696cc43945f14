// A newer program has migrated the store: what an older one does that meets it, at its start
// and while it works.  What only the newer one knows stands in StoreOptions::later.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "queue/rows/schema.h"
#include "tests/conformance/postgres_maker.h"
#include "tests/conformance/store_fixture.h"

namespace utboks::testing {
namespace {

class RollingTest : public StoreTest {
 protected:
  bool on_postgres() const { return maker_->name() == "Postgres"; }
  std::size_t shipped() const {
    return on_postgres() ? PostgresMigrations().size() : SqliteMigrations().size();
  }
  // The next migration after the shipped ones, which a program that knows `least` lives with.
  std::vector<Migration> Later(std::size_t least) {
    sql_ = "-- lives with: " + std::to_string(least) + "\nCREATE TABLE more (x INTEGER);";
    return {{"later", sql_}};
  }
  Result<std::unique_ptr<Store>> OpenKnowing(const std::vector<Migration>& later) {
    StoreOptions options = options_;
    options.later = later;
    return maker_->Open(options);
  }
  void SendOneBy(Store& store) {
    const Room room{"doedsfall_v1", 1};
    const Result<Claimed> claimed = store.Claim({&room, 1}, 1);
    ASSERT_TRUE(claimed.ok()) << claimed.status().text();
    ASSERT_EQ(claimed->rows.size(), 1U);
    const Settlement done{claimed->rows[0], Accepted()};
    EXPECT_TRUE(store.Settle({&done, 1}).ok());
  }

 private:
  std::string sql_;
};

TEST_P(RollingTest, OneThatMayLiveWithTheNewerSchemaStarts) {
  const Uuid one = Put(Row("one")).id;
  store_.reset();
  {
    const auto newer = OpenKnowing(Later(shipped()));
    ASSERT_TRUE(newer.ok()) << newer.status().text();
  }
  Open();
  Put(Row("two"));
  SendOne(Accepted());
  EXPECT_EQ(StateOf(one), State::kAccepted);
  store_.reset();
  // And the newer one finds its own.
  const auto again = OpenKnowing(Later(shipped()));
  ASSERT_TRUE(again.ok()) << again.status().text();
  SendOneBy(**again);
}

TEST_P(RollingTest, OneThatMayNotIsRefusedAtItsStart) {
  store_.reset();
  ASSERT_TRUE(OpenKnowing(Later(shipped() + 1)).ok());
  const auto older = OpenKnowing({});
  ASSERT_EQ(older.code(), Code::kSuperseded) << older.status().text();
  EXPECT_NE(older.status().text().find("use the program that migrated it"), std::string::npos);
  // What a later migration says cannot make up for it.
  std::vector<Migration> two = Later(shipped() + 1);
  const std::string lives =
      "-- lives with: " + std::to_string(shipped()) + "\nCREATE TABLE most (x INTEGER);";
  two.push_back({"later still", lives});
  ASSERT_TRUE(OpenKnowing(two).ok());
  EXPECT_EQ(OpenKnowing({}).code(), Code::kSuperseded);
}

TEST_P(RollingTest, OneThatWorksGoesOnBesideTheNewerOneWithWhichItMayLive) {
  for (const char* name : {"one", "two", "three", "four"}) Put(Row(name, {"key"}));
  const auto newer = OpenKnowing(Later(shipped()));
  ASSERT_TRUE(newer.ok()) << newer.status().text();
  for (Store* store : {store_.get(), newer->get(), store_.get(), newer->get()}) SendOneBy(*store);
  EXPECT_TRUE(Put(Row("five", {"key"})).is_new);
  const Result<std::vector<MessageView>> all = store_->List(Filter{});
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), 5U);
  EXPECT_TRUE((*newer)->Tick().ok());
  EXPECT_TRUE(store_->Tick().ok());
}

TEST_P(RollingTest, OneThatWorksStopsWhereItMayNotLiveWithWhatTheNewerOneMade) {
  Put(Row("one"));
  const Claimed claimed = ClaimUpTo(1);
  ASSERT_EQ(claimed.rows.size(), 1U);
  const auto newer = OpenKnowing(Later(shipped() + 1));
  ASSERT_TRUE(newer.ok()) << newer.status().text();
  const NewRow row = Row("two");
  for (int again = 0; again < 2; ++again) {
    const auto refused = store_->Insert({&row, 1}, InsertMode::kEachAlone);
    EXPECT_EQ(refused.code(), Code::kSuperseded) << refused.status().text();
  }
  const Settlement done{claimed.rows[0], Accepted()};
  EXPECT_EQ(store_->Settle({&done, 1}).code(), Code::kSuperseded);
  // Nothing was written; what it was sending is found by its lease.
  const Result<std::vector<MessageView>> all = (*newer)->List(Filter{});
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ((*all)[0].state, State::kSending);
}

INSTANTIATE_TEST_SUITE_P(Stores, RollingTest,
                         ::testing::Values(StoreKind{"SqliteFile",
                                                     []() -> std::unique_ptr<StoreMaker> {
                                                       return std::make_unique<SqliteFileMaker>();
                                                     }},
                                           StoreKind{"Postgres",
                                                     []() -> std::unique_ptr<StoreMaker> {
                                                       return std::make_unique<PostgresMaker>();
                                                     }}),
                         [](const auto& param) { return param.param.name; });

TEST(NeedsToKnowTest, IsWhatTheFirstLineSaysWhereItMakesSense) {
  struct Case {
    const char* sql;
    std::size_t needs;
  };
  for (const Case& c : {Case{"-- lives with: 3\nALTER", 3}, Case{"-- lives with: 4\n", 4},
                        Case{"-- lives with: 5\nALTER", 5}, Case{"-- lives with: 6\nALTER", 5},
                        Case{"-- lives with: 0\nALTER", 5}, Case{"-- lives with: -1\nALTER", 5},
                        Case{"-- lives with: \nALTER", 5}, Case{"-- lives with: 3x\nALTER", 5},
                        Case{"-- lives with:3\nALTER", 5}, Case{"-- Lives with: 3\nALTER", 5},
                        Case{"-- more\n-- lives with: 3\nALTER", 5}, Case{"", 5}}) {
    EXPECT_EQ(rows::NeedsToKnow(c.sql, 5), c.needs) << c.sql;
  }
}

// The column that keeps it has to be there.
TEST(NeedsToKnowTest, NoShippedMigrationSaysSoBeforeThereIsAPlaceForIt) {
  for (const auto* shipped : {&SqliteMigrations(), &PostgresMigrations()}) {
    bool place = false;
    for (std::size_t i = 0; i < shipped->size(); ++i) {
      const Migration& migration = (*shipped)[i];
      place = place || migration.name.find("lives_with") != std::string_view::npos;
      if (place) continue;
      EXPECT_EQ(rows::NeedsToKnow(migration.sql, i + 1), i + 1) << migration.name;
    }
    EXPECT_TRUE(place);
  }
}

}  // namespace
}  // namespace utboks::testing

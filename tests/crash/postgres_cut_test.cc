// The connection to PostgreSQL is lost at any message of any call: what came back as done
// is done, what came back as not done is not, and the same again brings it about.
//
// Beside the store stands a twin on SQLite that nothing happens to.  The same deeds (deeds.h)
// give both the same content, to the last event: so this also holds one engine against the
// other.  A deed is met at one of its messages, in one of the ways of FaultyWire, and done
// again until it is done.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/conformance/store_fixture.h"
#include "tests/crash/deeds.h"
#include "tests/crash/scale.h"
#include "tests/crash/store_picture.h"
#include "tests/support/faulty_wire.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

constexpr int kDeeds = kSanitized ? 60 : 250;
constexpr int kCompareEvery = 10;
// Most deeds send no more messages than that; one that was not done is met again.
constexpr int kMostMessages = 6, kMostTries = 8;

// A store and whoever works with it, at a time of its own.
struct Side {
  ManualClock clock;
  DeedRandom random;
  std::unique_ptr<Store> store;
  std::optional<Hands> hands;

  void Open(const std::string& url, const std::string& key_file) {
    StoreOptions options;
    options.url = url;
    options.key_file = key_file;
    options.environment = "test";
    options.organisation_number = "100101688";
    options.host = "host";
    options.worker = "w";
    options.min_free = 0;
    options.delivery.rate_limit_per_minute = 0;
    options.delivery.in_doubt = DoubtPolicy::kResend;
    options.create = options.migrate = true;
    options.own_times = true;
    options.lease = std::chrono::hours(24 * 365);  // time flies here
    options.clock = &clock;
    options.random = &random;
    Result<std::unique_ptr<Store>> opened = OpenStore(options);
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    store = std::move(opened).value();
    hands.emplace(*store, clock, random);
  }
};

class PostgresCut : public ::testing::TestWithParam<WireFault::How> {};

TEST_P(PostgresCut, AtAnyMessageLosesNothingAndDoublesNothing) {
  PostgresServer& server = PostgresServer::Shared();
  const std::string database = server.MakeDatabase();
  TempDir keys;
  FaultyWire wire(server.folder());
  Side cut, twin;
  cut.Open(fmt::format("postgresql://utboks@/{}?host={}", database, wire.folder()),
           keys.File("keys"));
  twin.Open("sqlite:" + keys.File("twin.db"), keys.File("keys"));
  const std::uint64_t seed =
      20'261'129 + static_cast<std::uint64_t>(GTEST_FLAG_GET(random_seed)) * 1'000'000;
  fmt::print("[   seed   ] {}\n", seed);
  // What is done does not hang on when it is met.
  const std::unique_ptr<Random> chance = SeededRandom(seed), fate = SeededRandom(~seed);

  int cuts = 0, not_done = 0;
  for (int number = 1; number <= kDeeds && !HasFailure(); ++number) {
    const Deed deed{Deed::Kind::kChance, number,
                    twin.clock.Wall() + chance->Between(Millis(0), std::chrono::minutes(20)),
                    chance->Next()};
    const Status wanted = twin.hands->Do(deed);
    ASSERT_TRUE(wanted.ok()) << wanted.text();
    for (int tries = 1;; ++tries) {
      const int message = 1 + static_cast<int>(fate->Below(kMostMessages));
      wire.Arm(tries <= kMostTries ? message : 0, {.how = GetParam()});
      const Hands before = *cut.hands;
      const Status done = cut.hands->Do(deed);
      cuts += wire.Met();
      wire.Arm(0, {});
      if (done.ok()) break;
      ASSERT_EQ(done.code(), Code::kBusy) << done.text();
      ++not_done;
      cut.hands.emplace(before);
    }
    if (number % kCompareEvery != 0) continue;
    const std::string found = PictureOf(*cut.store), twins = PictureOf(*twin.store);
    EXPECT_EQ(FirstDifference(found, twins), "") << "after deed " << number;
  }
  fmt::print("[   cuts   ] {}, {} of them undid the deed\n", cuts, not_done);
  EXPECT_GT(cuts, kDeeds / 2);
  EXPECT_GT(not_done, kDeeds / 8);
  cut.hands.reset();
  cut.store.reset();
  server.DropDatabase(database);
}

INSTANTIATE_TEST_SUITE_P(Ways, PostgresCut,
                         ::testing::Values(WireFault::How::kCutBefore, WireFault::How::kCutAnswer),
                         [](const auto& cut) {
                           return cut.param == WireFault::How::kCutBefore ? "BeforeItArrives"
                                                                          : "TheAnswer";
                         });

}  // namespace
}  // namespace utboks::testing

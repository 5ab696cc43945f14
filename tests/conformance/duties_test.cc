// Of several workers of a store one does what one has to do for all.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/conformance/postgres_maker.h"
#include "tests/conformance/postgres_only.h"
#include "tests/conformance/store_fixture.h"

namespace utboks::testing {
namespace {

class PostgresDuties : public StoreTest {
 protected:
  std::unique_ptr<Store> Worker(const std::string& name) {
    StoreOptions options = options_;
    options.worker = name;
    Result<std::unique_ptr<Store>> store = maker_->Open(options);
    EXPECT_TRUE(store.ok()) << store.status().text();
    return std::move(store).value();
  }
};

TEST_P(PostgresDuties, ADutyIsOneWorkersUntilItsTimeIsOverOrItLeaves) {
  const auto one = Worker("one"), two = Worker("two");
  const Millis term = std::chrono::seconds(60);
  EXPECT_TRUE(*one->TakeDuty("notices", term));
  EXPECT_FALSE(*two->TakeDuty("notices", term));
  EXPECT_TRUE(*two->TakeDuty("replay", term)) << "another one";
  clock_.Advance(std::chrono::seconds(59));
  EXPECT_TRUE(*one->TakeDuty("notices", term)) << "prolonged";
  clock_.Advance(std::chrono::seconds(59));
  EXPECT_FALSE(*two->TakeDuty("notices", term));
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(*two->TakeDuty("notices", term)) << "the time of one is over";
  EXPECT_FALSE(*one->TakeDuty("notices", term));
  ASSERT_TRUE(one->LeaveDuty("notices").ok());
  EXPECT_FALSE(*one->TakeDuty("notices", term)) << "it was not one's to leave";
  ASSERT_TRUE(two->LeaveDuty("notices").ok());
  EXPECT_TRUE(*one->TakeDuty("notices", term));
  // By a clock that was wrong, and has been put right since.
  clock_.SetWall(clock_.Wall() - std::chrono::hours(24));
  EXPECT_TRUE(*two->TakeDuty("notices", term));
}

UTBOKS_INSTANTIATE_POSTGRES(PostgresDuties);

}  // namespace
}  // namespace utboks::testing

#include "producer/app/duty_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>

#include "tests/support/fake_store.h"
#include "tests/support/log_watch.h"
#include "tests/support/manual_clock.h"

namespace utboks::app {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr Millis kProlongEvery = seconds(15);

// Counts how often it was started, and whether it runs.
struct Seen {
  std::atomic<int> starts{0};
  std::atomic<bool> runs{false};
};

class Watched final : public Service {
 public:
  explicit Watched(Seen& seen) : seen_(seen) {}
  std::string_view name() const override { return "watched"; }
  Status Start() override {
    ++seen_.starts;
    seen_.runs = true;
    return Status();
  }
  void Stop() override { seen_.runs = false; }

 private:
  Seen& seen_;
};

class DutyServiceTest : public ::testing::Test {
 protected:
  // What the store says, first now and then at each look.
  void Start(std::vector<Result<bool>> duties) {
    store_.duties = std::move(duties);
    service_ = std::make_unique<DutyService>(
        "replay", [this] { return std::make_unique<Watched>(seen_); }, store_, clock_);
    ASSERT_TRUE(service_->Start().ok());
    ASSERT_TRUE(clock_.AwaitWaiters(1));
  }
  void NextLook() {
    clock_.Advance(kProlongEvery);
    ASSERT_TRUE(clock_.AwaitWaiters(1));
  }

  testing::ManualClock clock_;
  testing::FakeStore store_;
  Seen seen_;
  std::unique_ptr<DutyService> service_;
};

TEST_F(DutyServiceTest, RunsAtOnceWhereTheDutyIsOursAndLeavesItAtTheEnd) {
  Start({true});
  EXPECT_TRUE(seen_.runs);
  NextLook();
  EXPECT_EQ(seen_.starts, 1) << "prolonged, not begun again";
  service_->Stop();
  EXPECT_FALSE(seen_.runs);
  EXPECT_THAT(store_.duties_left, ElementsAre("replay"));
}

TEST_F(DutyServiceTest, WaitsUntilItIsOursAndEndsWhenItIsAnothers) {
  Start({false, true, false});
  EXPECT_FALSE(seen_.runs);
  NextLook();
  EXPECT_TRUE(seen_.runs);
  NextLook();
  EXPECT_FALSE(seen_.runs);
  service_->Stop();
  EXPECT_TRUE(store_.duties_left.empty()) << "it is another's";
}

TEST_F(DutyServiceTest, AStoreThatDoesNotAnswerEndsItBeforeAnotherCanHaveIt) {
  Start({true, Status(Code::kBusy, "away")});
  NextLook();
  NextLook();
  EXPECT_TRUE(seen_.runs) << "30 s of 60: nobody else has it";
  NextLook();
  EXPECT_FALSE(seen_.runs) << "45 s: what it does must have come to rest in time";
  store_.duties = {true};
  NextLook();
  EXPECT_TRUE(seen_.runs);
  EXPECT_EQ(seen_.starts, 2);
}

}  // namespace
}  // namespace utboks::app

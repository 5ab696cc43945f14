#include "producer/submit/head_learner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "queue/open_store.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_register.h"
#include "tests/support/fault_store.h"
#include "tests/support/manual_clock.h"

namespace utboks::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HeadLearnerTest : public ::testing::Test {
 protected:
  HeadLearnerTest() {
    StoreOptions options;
    options.url = "sqlite::memory:";
    options.environment = "test";
    options.organisation_number = "100101688";
    options.delivery.rate_limit_per_minute = 0;
    options.create = true;
    Result<std::unique_ptr<Store>> store = OpenStore(options);
    EXPECT_TRUE(store.ok()) << store.status().text();
    store_ = std::move(*store);
  }

  std::unique_ptr<HeadLearner> Start(Delivery& store) {
    auto learner = std::make_unique<HeadLearner>(
        store, [this] { return fake_.Client(); },
        std::vector<std::string>{"doedsfall_v1", "foedsel_v1", "vigsel_v1"}, Millis(10'000),
        clock_);
    learner->Start();
    return learner;
  }

  std::vector<Gate> Gates() {
    const Result<Overview> overview = store_->Look();
    EXPECT_TRUE(overview.ok()) << overview.status().text();
    return overview.ok() ? overview->gates : std::vector<Gate>();
  }
  int Remembered(const std::string& name) {
    for (const Gate& gate : Gates()) {
      if (gate.name == name) return gate.head_status;
    }
    return 0;
  }

  ManualClock clock_;
  FakeRegister fake_{[](const std::string&, int) { return FakeRegister::Accept(); }};
  std::unique_ptr<Store> store_;
};

TEST_F(HeadLearnerTest, AsksEachResourceOnceAndNeverAgain) {
  {
    const auto learner = Start(*store_);
    ASSERT_TRUE(Eventually([&] { return Remembered("vigsel_v1") == 200; }));
  }
  EXPECT_THAT(fake_.heads_asked(), ElementsAre("doedsfall_v1", "foedsel_v1", "vigsel_v1"));
  for (const char* name : {"doedsfall_v1", "foedsel_v1"}) EXPECT_EQ(Remembered(name), 200) << name;
  {
    const auto learner = Start(*store_);
    learner->Stop();
    learner->Stop();
  }
  EXPECT_EQ(fake_.heads(), 3) << "it is known";
}

TEST_F(HeadLearnerTest, ARegisterThatDoesNotAnswerIsAskedOnce) {
  fake_.Shut();
  {
    const auto learner = Start(*store_);
    ASSERT_TRUE(fake_.AwaitHeads(1));
  }
  EXPECT_THAT(fake_.heads_asked(), ElementsAre("doedsfall_v1"));
  EXPECT_EQ(Remembered("doedsfall_v1"), 0);
  for (const Gate& gate : Gates()) EXPECT_FALSE(HasMark(gate)) << gate.name;
}

TEST_F(HeadLearnerTest, OneThatAsksForPatienceIsLeftAlone) {
  HeadResult throttled;
  throttled.asked = throttled.answered = throttled.throttled = true;
  throttled.http_status = 429;
  throttled.gate = GateEffect::kNotBefore;
  fake_.AnswerHead(throttled);
  {
    const auto learner = Start(*store_);
    ASSERT_TRUE(Eventually([&] {
      const auto gates = Gates();
      return std::any_of(gates.begin(), gates.end(),
                         [](const Gate& gate) { return gate.not_before.has_value(); });
    }));
  }
  EXPECT_EQ(fake_.heads(), 1);
}

TEST_F(HeadLearnerTest, AStoreThatIsBusyIsAskedAgainLater) {
  FaultStore busy(*store_, {{{StoreCall::kClaimHead, 1, 3}, false, Code::kBusy}});
  const auto learner = Start(busy);
  ASSERT_TRUE(clock_.AwaitWaiters(1));
  EXPECT_THAT(fake_.heads_asked(), IsEmpty());
  ASSERT_TRUE(Eventually([&] {
    clock_.AdvanceToNextWaiter();
    return Remembered("vigsel_v1") == 200;
  }));
  EXPECT_EQ(busy.Met(0), 3);
}

TEST_F(HeadLearnerTest, AStopEndsItsWaiting) {
  FaultStore busy(*store_, {{{StoreCall::kClaimHead, 1, 1'000'000}, false, Code::kBusy}});
  const auto learner = Start(busy);
  ASSERT_TRUE(clock_.AwaitWaiters(1));
  learner->Stop();
  EXPECT_THAT(fake_.heads_asked(), IsEmpty());
}

}  // namespace
}  // namespace utboks::testing

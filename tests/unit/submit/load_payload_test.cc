#include "producer/submit/load_payload.h"

#include <gtest/gtest.h>

#include "tests/support/fake_store.h"
#include "tests/support/log_watch.h"

namespace utboks {
namespace {

using testing::FakeStore;
using testing::LogWatch;

TEST(LoadPayload, GivesWhatTheStoreHas) {
  FakeStore store;
  Lease lease;
  lease.id = store.desk.AddMessage("a", State::kSending, "doedsfall_v1").id;
  std::optional<Outcome> outcome;
  EXPECT_TRUE(LoadPayload(store, lease, &outcome));
  EXPECT_FALSE(outcome);
}

TEST(LoadPayload, HoldsWhatNobodyCanEverSend) {
  for (const Code code : {Code::kAltered, Code::kNotFound}) {
    LogWatch::Expect("load-failed");
    FakeStore store;
    store.desk.next_failure = Status(code, "does not open, or is gone");
    std::optional<Outcome> outcome;
    EXPECT_FALSE(LoadPayload(store, Lease(), &outcome));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->verdict, Verdict::kHold);
    EXPECT_EQ(outcome->result, AttemptResult::kNotSent);
    EXPECT_EQ(outcome->reason, "unreadable");
  }
}

TEST(LoadPayload, BlamesNoMessageForItsStore) {
  for (const Code code : {Code::kCorrupt, Code::kBusy}) {
    LogWatch::Expect("load-failed");
    FakeStore store;
    store.desk.next_failure = Status(code, "the store fails");
    std::optional<Outcome> outcome;
    EXPECT_FALSE(LoadPayload(store, Lease(), &outcome));
    EXPECT_FALSE(outcome);
  }
}

}  // namespace
}  // namespace utboks

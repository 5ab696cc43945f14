// The cursor: at least once, in order per message, and never past what is not confirmed.
#include "producer/outcome/teller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "queue/base/random.h"
#include "tests/support/fake_store.h"

namespace utboks {
namespace {

using ::testing::ElementsAre;
using testing::FakeStore;

const std::set<std::string, std::less<>> kTold = {"queued", "accepted"};

// A history, and a receiver who may refuse.
class TellerTest : public ::testing::Test {
 protected:
  TellerTest() { (void)store_.OpenReceiver("r"); }

  void Happens(int message, const std::string& word) {
    EventView event;
    event.id = static_cast<std::int64_t>(store_.desk.events.size()) + 1;
    event.event = word;
    if (message > 0) event.message = Uuid{static_cast<std::uint8_t>(message)};
    store_.desk.events.push_back(event);
  }
  Teller Make() {
    return Teller("r", kTold, store_, [this](std::span<const EventView> events) {
      std::vector<Status> told;
      for (const EventView& event : events) {
        told.push_back(refuse_(event) ? Status(Code::kBusy, "not now") : Status());
        if (told.back().ok()) got_.push_back(event.id);
      }
      return told;
    });
  }
  std::int64_t Position() { return store_.receivers.front().position; }
  static void TellAll(Teller& teller) {
    for (;;) {
      const Result<bool> more = teller.Turn();
      ASSERT_TRUE(more.ok()) << more.status().text();
      if (!*more) return;
    }
  }

  FakeStore store_;
  std::vector<std::int64_t> got_;
  std::function<bool(const EventView&)> refuse_ = [](const EventView&) { return false; };
};

TEST_F(TellerTest, TellsWhatIsAskedForAndPassesTheRest) {
  Happens(1, "queued");
  Happens(1, "retry");
  Happens(0, "queued");  // of a gate, whatever its word
  Happens(1, "accepted");
  Happens(2, "retry");
  Teller teller = Make();
  TellAll(teller);
  EXPECT_THAT(got_, ElementsAre(1, 4));
  EXPECT_EQ(Position(), 5);
  got_.clear();
  TellAll(teller);
  EXPECT_TRUE(got_.empty());
}

TEST_F(TellerTest, StandsBeforeWhatIsNotConfirmedAndTellsNoneTwice) {
  for (int message = 1; message <= 4; ++message) Happens(message, "queued");
  refuse_ = [](const EventView& event) { return event.id == 2; };
  Teller teller = Make();
  EXPECT_EQ(teller.Turn().code(), Code::kBusy);
  EXPECT_THAT(got_, ElementsAre(1, 3, 4));
  EXPECT_EQ(Position(), 1);
  EXPECT_EQ(teller.Turn().code(), Code::kBusy);
  EXPECT_THAT(got_, ElementsAre(1, 3, 4));
  refuse_ = [](const EventView&) { return false; };
  TellAll(teller);
  EXPECT_THAT(got_, ElementsAre(1, 3, 4, 2));
  EXPECT_EQ(Position(), 4);
}

TEST_F(TellerTest, WhatAMessageDidNextWaitsForWhatItDidBefore) {
  Happens(1, "queued");
  Happens(2, "queued");
  Happens(1, "accepted");
  refuse_ = [](const EventView& event) { return event.id == 1; };
  Teller teller = Make();
  EXPECT_FALSE(teller.Turn().ok());
  EXPECT_THAT(got_, ElementsAre(2));
  refuse_ = [](const EventView&) { return false; };
  TellAll(teller);
  EXPECT_THAT(got_, ElementsAre(2, 1, 3));
}

TEST_F(TellerTest, APlaceThatCouldNotBeWrittenIsWrittenNextTime) {
  Happens(1, "queued");
  Teller teller = Make();
  store_.confirm_failure = Status(Code::kBusy, "locked");
  EXPECT_EQ(teller.Turn().code(), Code::kBusy);
  EXPECT_EQ(Position(), 0);
  TellAll(teller);
  EXPECT_EQ(Position(), 1);
  EXPECT_THAT(got_, ElementsAre(1));
}

TEST_F(TellerTest, WhereAPersonMovedItTellingGoesOnFromThere) {
  for (int message = 1; message <= 3; ++message) Happens(message, "queued");
  Teller teller = Make();
  TellAll(teller);
  ASSERT_TRUE(store_.MoveReceiver("r", 1, "cli").ok());
  got_.clear();
  TellAll(teller);
  EXPECT_THAT(got_, ElementsAre(2, 3));
  ASSERT_TRUE(store_.MoveReceiver("r", 0, "cli").ok());
  store_.confirm_failure = Status(Code::kConflict, "moved");  // just before it confirms
  got_.clear();
  TellAll(teller);
  EXPECT_GE(got_.size(), 3U);
  EXPECT_EQ(Position(), 3);
}

TEST_F(TellerTest, ASinkThatAnswersForTooFewHasNotToldThem) {
  Happens(1, "queued");
  Happens(2, "queued");
  Teller teller("r", kTold, store_,
                [](std::span<const EventView>) { return std::vector<Status>(1); });
  EXPECT_EQ(teller.Turn().code(), Code::kInternal);
  EXPECT_EQ(Position(), 1);
}

// Whatever is refused, lost or moved, and whoever comes in a teller's place: all arrive, and
// the first that is seen of a message's events stand in their order.
TEST_F(TellerTest, PropertyAllArriveInOrderPerMessage) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    const auto random = SeededRandom(seed);
    store_.desk.events.clear();
    store_.receivers.clear();
    (void)store_.OpenReceiver("r");
    got_.clear();
    const int count = 1 + static_cast<int>(random->Below(600));
    for (int i = 0; i < count; ++i) {
      Happens(static_cast<int>(random->Below(9)), random->Below(2) == 0 ? "queued" : "retry");
    }
    refuse_ = [&](const EventView&) { return random->Below(10) == 0; };
    auto teller = std::make_unique<Teller>(Make());
    for (int turn = 0; Position() < count; ++turn) {
      ASSERT_LT(turn, 20'000);
      const std::int64_t before = Position();
      if (random->Below(20) == 0) store_.confirm_failure = Status(Code::kBusy, "locked");
      if (random->Below(50) == 0) teller = std::make_unique<Teller>(Make());  // killed
      (void)teller->Turn();
      EXPECT_GE(Position(), before);
    }
    std::map<Uuid, std::int64_t> last;
    std::set<std::int64_t> seen;
    for (const std::int64_t id : got_) {
      const EventView& event = store_.desk.events[static_cast<std::size_t>(id) - 1];
      if (!seen.insert(id).second) continue;
      EXPECT_LT(last[event.message], id) << "overtaken";
      last[event.message] = id;
    }
    for (const EventView& event : store_.desk.events) {
      const bool wanted = event.message != Uuid{} && kTold.contains(event.event);
      EXPECT_EQ(seen.contains(event.id), wanted) << event.id;
    }
  }
}

}  // namespace
}  // namespace utboks

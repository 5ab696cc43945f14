// Taking in what nobody waits for: all of it is stored, good or refused, or it is to be
// handed in again.
#include "producer/intake/take_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/unit/xml/documents.h"

namespace utboks::test {
namespace {

using ::testing::HasSubstr;

class PickyIntake : public Intake {
 public:
  Result<std::vector<Inserted>> Insert(std::span<const NewRow> given, InsertMode) override {
    for (const NewRow& row : given) {
      if (const Status status = judge(row); !status.ok()) return status;
    }
    std::vector<Inserted> inserted(given.size());
    for (std::size_t i = 0; i < given.size(); ++i) {
      rows.push_back(given[i]);
      inserted[i].is_new = true;
      inserted[i].kept = given[i].refusal.has_value();
      if (given[i].received == gone) {
        inserted[i].status = Status(Code::kNotFound, "another has it");
      }
    }
    return inserted;
  }

  std::vector<NewRow> rows;
  std::optional<std::int64_t> gone = -1;
  std::function<Status(const NewRow&)> judge = [](const NewRow&) { return Status(); };
};

Incoming In(int number, bool bad = false) {
  Incoming incoming;
  const std::string document =
      Changed(Example("Doedsfall_v1.0"), "3f0c2a5e-0000-4000-8000-000000000107",
              "id-" + std::to_string(number));
  incoming.ressurs = "doedsfall_v1";
  incoming.document = SensitiveText(bad ? Changed(document, ">helse<", ">feil<") : document);
  incoming.actor = "amqp";
  incoming.correlation = SensitiveText("sak " + std::to_string(number));
  return incoming;
}

class TakeInTest : public ::testing::Test {
 protected:
  Status Take(std::vector<Incoming> batch, int tries = 1) {
    Acceptor acceptor(ShippedValidator(), store_);
    refused_ = 0;
    return TakeIn(acceptor, batch, tries, &refused_);
  }

  PickyIntake store_;
  int refused_ = 0;
};

TEST_F(TakeInTest, GoodAndBadAreStoredInTheirOrder) {
  ASSERT_EQ(Take({In(1), In(2, true), In(3)}).text(), "");
  ASSERT_EQ(store_.rows.size(), 3U);
  EXPECT_EQ(refused_, 1);
  for (const NewRow& row : store_.rows) EXPECT_TRUE(row.answer_later);
  EXPECT_EQ(store_.rows[0].correlation.reveal(), "sak 1");
  const NewRow& bad = store_.rows[1];
  ASSERT_TRUE(bad.refusal.has_value());
  EXPECT_EQ(bad.refusal->reason, "invalid");
  EXPECT_EQ(bad.ressurs, "doedsfall_v1");
  EXPECT_EQ(bad.identifikator.reveal(), "id-2");
  EXPECT_THAT(bad.refusal->details.reveal(), HasSubstr(R"("code":"invalid")"));
  EXPECT_THAT(bad.refusal->details.reveal(), HasSubstr(R"("rule":)"));
  EXPECT_TRUE(bad.order_keys.empty());
}

TEST_F(TakeInTest, WhatNoResourceIsCalledIsKeptAsOfNone) {
  Incoming odd = In(1);
  odd.ressurs = "13097248022";
  ASSERT_TRUE(Take({odd}).ok());
  EXPECT_EQ(store_.rows[0].ressurs, "");
  EXPECT_THAT(store_.rows[0].refusal->details.reveal(), HasSubstr(R"("code":"usage")"));
}

TEST_F(TakeInTest, WhatTheCallerHasRefusedIsKeptWithoutALook) {
  Incoming large = In(1);
  large.refused = Status(Code::kInvalid, "it is too large");
  ASSERT_TRUE(Take({large}).ok());
  EXPECT_THAT(store_.rows[0].refusal->details.reveal(), HasSubstr("it is too large"));
}

TEST_F(TakeInTest, OneThatAnotherWorkerHasIsDoneWith) {
  Incoming row = In(1);
  row.received = 7;
  store_.gone = 7;
  EXPECT_EQ(Take({row, In(2)}).text(), "");
}

TEST_F(TakeInTest, AStoreThatIsBusyLeavesAllToBeHandedInAgainHoweverOften) {
  for (const Code code : {Code::kBusy, Code::kFull, Code::kCorrupt, Code::kUnreachable}) {
    store_.judge = [&](const NewRow&) { return Status(code, "not now"); };
    EXPECT_EQ(Take({In(1), In(2, true)}, 100).code(), code);
  }
  EXPECT_TRUE(store_.rows.empty());
}

TEST_F(TakeInTest, WhatIsStoredBeforeAFailureIsSaidToBe) {
  constexpr std::size_t kGroup = Acceptor::kGroup;
  const auto fail_at = [this](std::size_t at) {
    store_.judge = [this, at](const NewRow&) {
      return store_.rows.size() >= at ? Status(Code::kBusy, "not now") : Status();
    };
  };
  std::vector<Incoming> batch;
  for (int i = 0; i < 3 * static_cast<int>(kGroup) + 5; ++i) batch.push_back(In(i, i % 9 == 0));
  for (const std::size_t groups : {0U, 1U, 2U, 3U}) {
    store_.rows.clear();
    fail_at(groups * kGroup);
    std::vector<std::size_t> stored;
    Acceptor acceptor(ShippedValidator(), store_);
    int refused = 0;
    std::vector<Incoming> again = batch;
    const Status status = TakeIn(acceptor, again, 1, &refused, [&](std::size_t first) {
      EXPECT_EQ(store_.rows.size(), first) << "said before it was so";
      stored.push_back(first);
    });
    EXPECT_EQ(status.code(), Code::kBusy);
    EXPECT_EQ(stored.size(), groups);
    if (groups > 0) {
      EXPECT_EQ(stored.back(), groups * kGroup);
    }
  }
}

TEST_F(TakeInTest, AFaultOfOursRefusesInTheEndWhomItConcernsAlone) {
  store_.judge = [](const NewRow& row) {
    const bool poison = row.identifikator.reveal() == "id-2" && !row.refusal;
    return poison ? Status(Code::kInternal, "a fault") : Status();
  };
  EXPECT_EQ(Take({In(1), In(2), In(3)}, kMostFaults - 1).code(), Code::kInternal);
  EXPECT_TRUE(store_.rows.empty());
  ASSERT_EQ(Take({In(1), In(2), In(3)}, kMostFaults).text(), "");
  ASSERT_EQ(store_.rows.size(), 3U);
  EXPECT_FALSE(store_.rows[0].refusal.has_value());
  EXPECT_EQ(store_.rows[1].refusal->reason, "fault");
  EXPECT_FALSE(store_.rows[2].refusal.has_value());
  EXPECT_EQ(refused_, 1);
}

TEST_F(TakeInTest, WhatCannotEvenBeKeptIsNotDropped) {
  store_.judge = [](const NewRow&) { return Status(Code::kInternal, "a fault"); };
  EXPECT_EQ(Take({In(1)}, 100).code(), Code::kInternal);
}

}  // namespace
}  // namespace utboks::test

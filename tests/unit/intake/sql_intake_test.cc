// Rows that were put in by SQL: taken in group by group, and never passed over.
#include "producer/intake/sql_intake.h"

#include <gtest/gtest.h>

#include "producer/intake/take_in.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_store.h"
#include "tests/support/log_watch.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/xml/documents.h"

namespace utboks::test {
namespace {

using testing::FakeStore;
using testing::LogWatch;

class SqlIntakeTest : public ::testing::Test {
 protected:
  void PutIn(int number, bool bad = false) {
    const std::string document =
        Changed(Example("Doedsfall_v1.0"), "3f0c2a5e-0000-4000-8000-000000000107",
                "id-" + std::to_string(number));
    ReceivedRow row;
    row.nr = number;
    row.id = Uuid{static_cast<std::uint8_t>(number)};
    row.ressurs = "doedsfall_v1";
    row.role = "etat";
    row.document = SensitiveText(bad ? Changed(document, ">helse<", ">feil<") : document);
    row.correlation = SensitiveText("sak");
    row.order_keys = {SensitiveText("p1")};
    row.not_before = WallFromMillis(5'000);
    store_.received.push_back(row);
  }

  FakeStore store_;
  testing::ManualClock clock_;
  SqlIntake intake_{{1'000'000, Millis(200)}, ShippedValidator(), store_, clock_};
};

TEST_F(SqlIntakeTest, ARowBecomesAMessageWithAllThatWasGiven) {
  PutIn(1);
  EXPECT_EQ(*intake_.Take(), 1);
  ASSERT_EQ(store_.inserted.size(), 1U);
  const NewRow& row = store_.inserted[0];
  EXPECT_EQ(row.received, 1);
  EXPECT_EQ(row.id, Uuid{1});
  EXPECT_EQ(row.actor, "sql:etat");
  EXPECT_EQ(row.correlation.reveal(), "sak");
  EXPECT_EQ(row.not_before, WallFromMillis(5'000));
  ASSERT_EQ(row.order_keys.size(), 1U);
  EXPECT_EQ(row.order_keys[0].reveal(), "p1");
  EXPECT_TRUE(row.answer_later);
  EXPECT_EQ(*intake_.Take(), 0);
}

TEST_F(SqlIntakeTest, ThoseThatAreRefusedAreKeptBesideTheGood) {
  PutIn(1, true);
  PutIn(2);
  store_.received.push_back(store_.received.back());
  store_.received.back().nr = 3;
  store_.received.back().too_large = true;
  EXPECT_EQ(*intake_.Take(), 3);
  ASSERT_EQ(store_.inserted.size(), 3U);
  EXPECT_TRUE(store_.inserted[0].refusal.has_value());
  EXPECT_FALSE(store_.inserted[1].refusal.has_value());
  EXPECT_NE(store_.inserted[2].refusal->details.reveal().find("larger"), std::string::npos);
}

TEST_F(SqlIntakeTest, AFaultIsTriedSomeTimesAndThenRefused) {
  PutIn(1);
  for (int tries = 1; tries < kMostFaults; ++tries) {
    store_.insert_failure = Status(Code::kInternal, "a fault");
    EXPECT_EQ(intake_.Take().code(), Code::kInternal);
  }
  EXPECT_EQ(store_.received.size(), 1U);
  store_.insert_failure = Status(Code::kInternal, "a fault");
  EXPECT_TRUE(intake_.Take().ok());
  EXPECT_EQ(store_.inserted.size(), 1U);
}

TEST_F(SqlIntakeTest, AStoreThatIsBusyIsAskedAgain) {
  PutIn(1);
  store_.insert_failure = Status(Code::kBusy, "locked");
  EXPECT_EQ(intake_.Take().code(), Code::kBusy);
  EXPECT_EQ(*intake_.Take(), 1);
}

TEST_F(SqlIntakeTest, AsAServiceItTakesInWhatComes) {
  PutIn(1);
  ASSERT_TRUE(intake_.Start().ok());
  EXPECT_TRUE(testing::Eventually([&] {
    clock_.Advance(Millis(200));
    return store_.alarm_calls > 0;
  }));
  intake_.Stop();
  EXPECT_EQ(store_.alarms, std::vector<std::string>{"sql-intake off"});
  EXPECT_EQ(store_.inserted.size(), 1U);
}

}  // namespace
}  // namespace utboks::test

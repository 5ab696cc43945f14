// Intake where the store fails, and of what is refused: nothing is dropped,
// and nothing is tried for ever.
#include "producer/intake/amqp_intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "producer/intake/take_in.h"
#include "producer/xml/catalogue.h"
#include "tests/amqp/broker.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_store.h"
#include "tests/support/log_watch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/read_file.h"
#include "tests/support/tcp_gate.h"

namespace utboks::amqp::testing {
namespace {

using ::testing::HasSubstr;
using utboks::testing::Eventually;
using utboks::testing::LogWatch;
using utboks::testing::TcpGate;

class AmqpIntakeFaults : public ::testing::Test {
 protected:
  void SetUp() override {
    auto catalogue = Catalogue::Load(UTBOKS_SCHEMAS);
    ASSERT_TRUE(catalogue.ok()) << catalogue.status().text();
    catalogue_ = std::make_unique<Catalogue>(*std::move(catalogue));
    validator_ = Validator::Make(*catalogue_, {});
    broker_.Fill({});
    ASSERT_TRUE((*Connection::Open(broker_.Plain()))->DeclareTopicExchange(broker_.exchange).ok());
  }

  // The `handed`-th time that it is handed.
  static amqp::Delivery Good(int handed = 1) {
    amqp::Delivery delivery;
    delivery.handed = handed;
    delivery.type = "doedsfall_v1";
    delivery.body = SensitiveText(utboks::testing::ReadFile(
        std::string(UTBOKS_SCHEMAS) + "/examples/MeldingOmDoedsfall_v1.0.xml"));
    return delivery;
  }
  static Status Hand(AmqpIntake& intake, const std::vector<amqp::Delivery>& batch) {
    return intake.Take(batch, [](std::size_t) {});
  }

  Broker broker_;
  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<Validator> validator_;
  utboks::testing::FakeStore store_;
};

TEST_F(AmqpIntakeFaults, StoreThatIsBusyOrFullLeavesTheBatchUnsettled) {
  AmqpIntake intake(broker_.Consuming(), *validator_, store_, store_, SystemClock(),
                    SecureRandom());
  for (const Code code : {Code::kBusy, Code::kFull, Code::kCorrupt, Code::kUnreachable}) {
    store_.insert_failure = Status(code, "not now");
    EXPECT_EQ(Hand(intake, {Good(100), Good(100)}).code(), code);
  }
  EXPECT_TRUE(store_.inserted.empty());
  EXPECT_EQ(Hand(intake, {Good()}).text(), "");
  EXPECT_EQ(store_.inserted.size(), 1U);
  EXPECT_EQ(store_.inserted[0].actor, "amqp");
  EXPECT_EQ(broker_.Ready(broker_.dead), 0U);
}

TEST_F(AmqpIntakeFaults, FaultOfOursIsTriedFiveTimesAndThenKeptAsRefused) {
  AmqpIntake intake(broker_.Consuming(), *validator_, store_, store_, SystemClock(),
                    SecureRandom());
  for (int handed = 1; handed < kMostFaults; ++handed) {
    store_.insert_failure = Status(Code::kInternal, "a fault");
    EXPECT_EQ(Hand(intake, {Good(handed)}).code(), Code::kInternal);
  }
  EXPECT_TRUE(store_.inserted.empty());
  store_.insert_failure = Status(Code::kInternal, "a fault");
  EXPECT_EQ(Hand(intake, {Good(kMostFaults)}).text(), "");
  EXPECT_EQ(store_.inserted.size(), 1U);
}

TEST_F(AmqpIntakeFaults, WhatIsRefusedIsKeptWithItsCallersWord) {
  AmqpIntake intake(broker_.Consuming(), *validator_, store_, store_, SystemClock(),
                    SecureRandom());
  amqp::Delivery bad = Good(), large = Good(), untyped = Good(), parts = Good();
  bad.body = SensitiveText("<feil/>");
  bad.correlation_id = SensitiveText("sak 1");
  bad.message_id = SensitiveText("id 1");
  large.too_large = true;
  large.message_id = SensitiveText("id 2");
  untyped.type = "";
  parts.content_type = "multipart/form-data; boundary=ingen";
  EXPECT_EQ(Hand(intake, {bad, large, untyped, parts}).text(), "");
  ASSERT_EQ(store_.inserted.size(), 4U);
  for (const NewRow& row : store_.inserted) EXPECT_TRUE(row.refusal.has_value());
  EXPECT_EQ(store_.inserted[0].correlation.reveal(), "sak 1");
  EXPECT_EQ(store_.inserted[1].correlation.reveal(), "id 2");
  EXPECT_EQ(store_.inserted[2].ressurs, "");
}

TEST_F(AmqpIntakeFaults, StandingStillForAMinuteIsAnAlarmUntilItWorks) {
  LogWatch::Expect("amqp-intake-failed");
  LogWatch::Expect("alarm-raised");
  TcpGate gate(broker_.server().port());
  gate.Shut(true);
  utboks::testing::ManualClock clock;
  AmqpIntake intake(broker_.Consuming(gate.port()), *validator_, store_, store_, clock,
                    SecureRandom());
  ASSERT_TRUE(intake.Start().ok());
  const auto until = [&](std::string_view event) {
    return Eventually([&] {
      clock.Advance(Millis(500));
      return LogWatch::Count(event) > 0;
    });
  };
  ASSERT_TRUE(until("amqp-intake-failed"));
  EXPECT_TRUE(until("alarm-raised"));
  gate.Shut(false);
  EXPECT_TRUE(until("alarm-cleared"));
  intake.Stop();
  EXPECT_EQ(store_.alarms, (std::vector<std::string>{"amqp-intake on", "amqp-intake off"}));
}

}  // namespace
}  // namespace utboks::amqp::testing

// Outcomes on a real broker: what nobody wants waits, and comes to whoever wants it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "producer/outcome/amqp_outcomes.h"
#include "tests/amqp/broker.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_store.h"
#include "tests/support/log_watch.h"
#include "tests/support/tcp_gate.h"

namespace utboks::amqp::testing {
namespace {

using ::testing::HasSubstr;
using utboks::testing::Eventually;
using utboks::testing::FakeStore;
using utboks::testing::LogWatch;
using utboks::testing::TcpGate;

class AmqpOutcomesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    broker_.Fill({});
    connection_ = *Connection::Open(broker_.Plain());
    ASSERT_TRUE(connection_->DeclareTopicExchange(broker_.exchange).ok());
    (void)store_.OpenReceiver(kAmqpReceiver);
    for (int n = 1; n <= 500; ++n) {
      EventView event;
      event.id = n;
      event.event = n % 2 == 0 ? "accepted" : "queued";
      event.message = Uuid{static_cast<std::uint8_t>(n % 200), 1};
      event.ressurs = "doedsfall_v1";
      store_.desk.events.push_back(event);
    }
  }
  void Bind(const std::string& key) {
    ASSERT_TRUE(connection_->BindQueue(broker_.queue, broker_.exchange, key).ok());
  }
  std::unique_ptr<AmqpOutcomes> Make(std::uint16_t port = 0) {
    AmqpOutcomesSettings settings;
    settings.publisher = broker_.Publishing(port);
    settings.publisher.exchange = broker_.exchange;
    settings.events = {"queued", "accepted"};
    settings.pause = Millis(20);
    return std::make_unique<AmqpOutcomes>(settings, store_, SystemClock(), SecureRandom());
  }
  bool AllAreThere() {
    return Eventually([&] { return broker_.Ready(broker_.queue) >= 500; });
  }
  // Until so many different ones have come; some may come twice.
  std::vector<Delivery> TakeAll(std::size_t count) {
    Consumer consumer(broker_.Consuming(), SystemClock(), SecureRandom());
    std::vector<Delivery> there;
    std::set<std::string> ids;
    EXPECT_TRUE(Eventually([&] {
      const Status status = consumer.Turn(
          [&](std::span<const Delivery> batch, const Durable&) {
            there.insert(there.end(), batch.begin(), batch.end());
            for (const Delivery& one : batch) ids.insert(one.message_id.reveal());
            return Status();
          },
          {});
      EXPECT_TRUE(status.ok()) << status.text();
      return ids.size() >= count;
    })) << ids.size();
    return there;
  }

  Broker broker_;
  std::unique_ptr<Connection> connection_;
  FakeStore store_;
};

TEST_F(AmqpOutcomesTest, AllComeInOrderAndAreConfirmed) {
  Bind("#");
  const auto outcomes = Make();
  ASSERT_TRUE(outcomes->Start().ok());
  ASSERT_TRUE(AllAreThere());
  outcomes->Stop();
  EXPECT_EQ(store_.receivers[0].position, 500);
  const std::vector<Delivery> there = TakeAll(500);
  ASSERT_EQ(there.size(), 500U);
  EXPECT_THAT(there[0].body.reveal(), HasSubstr(R"("event_id":1,)"));
  EXPECT_EQ(there[1].type, "accepted");
  EXPECT_EQ(there[1].content_type, "application/json");
  std::set<std::string> ids;
  for (const Delivery& one : there) ids.insert(one.message_id.reveal());
  EXPECT_EQ(ids.size(), 500U);
}

TEST_F(AmqpOutcomesTest, WhatNoQueueWantsWaitsForTheOneThatWillAndIsSaid) {
  Bind("accepted.*");
  LogWatch::Expect("outcomes-failed");
  const auto outcomes = Make();
  ASSERT_TRUE(outcomes->Start().ok());
  ASSERT_TRUE(Eventually([] { return LogWatch::Count("outcomes-failed") > 0; }));
  EXPECT_EQ(store_.confirmed, 0);
  Bind("queued.*");
  ASSERT_TRUE(AllAreThere());
  outcomes->Stop();
  EXPECT_EQ(store_.receivers[0].position, 500);
}

TEST_F(AmqpOutcomesTest, CutsLoseNoneAndTellSomeTwiceUnderTheSameId) {
  Bind("#");
  LogWatch::Allow("outcomes-failed");
  TcpGate gate(broker_.server().port());
  gate.CutAfter(40'000);
  const auto outcomes = Make(gate.port());
  ASSERT_TRUE(outcomes->Start().ok());
  ASSERT_TRUE(AllAreThere());
  ASSERT_TRUE(Eventually([&] { return store_.confirmed == 500; }));
  outcomes->Stop();
  std::set<std::string> ids;
  for (const Delivery& one : TakeAll(500)) ids.insert(one.message_id.reveal());
  EXPECT_EQ(ids.size(), 500U);
  EXPECT_GE(gate.accepted(), 2);
}

}  // namespace
}  // namespace utboks::amqp::testing

// Deliveries are settled when they are durable and not before, come again when they
// are not, and keep their order whatever happens to the connection.
#include "queue/amqp/consumer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/amqp/broker.h"
#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/support/tcp_gate.h"

namespace utboks::amqp::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using utboks::testing::Eventually;
using utboks::testing::TcpGate;

std::vector<std::string> Numbered(int count) {
  std::vector<std::string> bodies;
  for (int i = 1; i <= count; ++i) bodies.push_back("nr " + std::to_string(i));
  return bodies;
}

// A consumer, and what its handler has seen.
struct Taker {
  explicit Taker(const ConsumerSettings& settings)
      : consumer(settings, SystemClock(), SecureRandom()) {}

  // Turns until `done`; false when patience ends.
  template <typename Condition>
  bool Until(Condition done) {
    return Eventually(
        [&] {
          if (done()) return true;
          const Status status =
              consumer.Turn([&](std::span<const Delivery> batch,
                                const Durable& durable) { return Handle(batch, durable); },
                            {});
          if (!status.ok()) failures.push_back(status);
          return done();
        },
        std::chrono::seconds(60));
  }
  bool Empty() {  // two turns with nothing
    const std::size_t before = batches.size();
    return Until([&, turns = 0]() mutable { return turns++ == 2; }) && batches.size() == before;
  }

  Status Handle(std::span<const Delivery> batch, const Durable& durable) {
    batches.emplace_back();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::string& body = batch[i].body.reveal();
      batches.back().push_back(body);
      handed[body] = batch[i].handed;
      returns[body] = batch[i].returns;
      redelivered[body] = batch[i].redelivered;
    }
    if (before_answer) before_answer();
    const bool refused = refuse > 0;
    const std::size_t taken = refused ? std::min(batch.size(), before_refusal) : batch.size();
    for (std::size_t i = 0; i < taken; ++i) {
      if (stored.insert(batch[i].body.reveal()).second) order.push_back(batch[i].body.reveal());
    }
    if (!refused) return Status();
    --refuse;
    durable(taken);
    return Status(Code::kBusy, "the store is busy");
  }

  Consumer consumer;
  std::vector<std::vector<std::string>> batches;
  std::vector<Status> failures;
  std::map<std::string, int> handed;
  std::map<std::string, std::int64_t> returns;
  std::map<std::string, bool> redelivered;
  std::function<void()> before_answer;
  int refuse = 0;
  std::size_t before_refusal = 0;  // so many are stored nevertheless, and said to be
  std::set<std::string> stored;    // as a store does: the same again is the same row
  std::vector<std::string> order;  // in which they were stored first
};

TEST(AmqpConsumer, HandsBatchesInOrderAndSettlesThem) {
  Broker broker;
  const std::vector<std::string> bodies = Numbered(100);
  broker.Fill(bodies);
  Taker taker(broker.Consuming());
  ASSERT_TRUE(taker.Until([&] { return taker.order.size() == 100; }));
  EXPECT_EQ(taker.order, bodies);
  EXPECT_LE(taker.batches.size(), 20U);
  EXPECT_TRUE(taker.failures.empty());
  taker.consumer.Close();
  EXPECT_EQ(broker.Ready(broker.queue), 0U);
}

TEST(AmqpConsumer, PropertiesAndHeadersArrive) {
  Broker broker;
  broker.Fill({});
  Letter letter = broker.For(std::string("\0\xFF bytes", 8));
  letter.type = "doedsfall_v1";
  letter.content_type = "application/xml";
  letter.correlation_id = SensitiveText("sak 7");
  letter.headers = {{"order-key", "a"}, {"order-key", "b"}};
  Publisher publisher(broker.Publishing(), SystemClock(), SecureRandom());
  ASSERT_TRUE(publisher.Publish(std::vector{letter}, {})[0].ok());
  Consumer consumer(broker.Consuming(), SystemClock(), SecureRandom());
  std::optional<Delivery> seen;
  ASSERT_TRUE(Eventually([&] {
    EXPECT_TRUE(consumer
                    .Turn(
                        [&](std::span<const Delivery> batch, const Durable&) {
                          seen = batch[0];
                          return Status();
                        },
                        {})
                    .ok());
    return seen.has_value();
  }));
  EXPECT_EQ(seen->body, letter.body);
  EXPECT_EQ(seen->type, "doedsfall_v1");
  EXPECT_EQ(seen->content_type, "application/xml");
  EXPECT_EQ(seen->message_id, letter.message_id);
  EXPECT_EQ(seen->correlation_id.reveal(), "sak 7");
  ASSERT_EQ(seen->headers.size(), 2U);
  EXPECT_EQ(seen->headers[1].second.reveal(), "b");
  EXPECT_FALSE(seen->redelivered);
}

TEST(AmqpConsumer, BusyBatchIsHandedAgainWholeAndFirst) {
  Broker broker;
  const std::vector<std::string> bodies = Numbered(5);
  broker.Fill(bodies);
  ConsumerSettings settings = broker.Consuming();
  settings.batch = 2;
  settings.linger = Millis(200);
  Taker taker(settings);
  taker.refuse = 2;
  ASSERT_TRUE(taker.Until([&] { return taker.order.size() == 5; }));
  EXPECT_EQ(taker.order, bodies);
  ASSERT_EQ(taker.failures.size(), 2U);
  EXPECT_EQ(taker.failures[0].code(), Code::kBusy);
  EXPECT_EQ(taker.batches[0], taker.batches[1]);
  EXPECT_EQ(taker.batches[0], taker.batches[2]);
  EXPECT_EQ(taker.handed["nr 1"], 3);
  EXPECT_EQ(taker.handed["nr 5"], 1);
  // It stayed ours: no return that a quorum queue would have counted.
  EXPECT_EQ(taker.returns["nr 1"], 0);
  EXPECT_TRUE(taker.Empty());
}

TEST(AmqpConsumer, NothingIsAcknowledgedBeforeTheHandlerIsDone) {
  Broker broker;
  broker.Fill(Numbered(3));
  {
    Taker taker(broker.Consuming());
    taker.refuse = 1;
    ASSERT_TRUE(taker.Until([&] { return !taker.batches.empty(); }));
  }  // gone, as a worker that is killed
  EXPECT_TRUE(Eventually([&] { return broker.Ready(broker.queue) == 3; }));
  Taker next(broker.Consuming());
  ASSERT_TRUE(next.Until([&] { return next.order.size() == 3; }));
  EXPECT_THAT(next.order, ElementsAre("nr 1", "nr 2", "nr 3"));
  EXPECT_TRUE(next.redelivered["nr 1"]);
}

TEST(AmqpConsumer, WhatIsDurableIsAcknowledgedAtOnceAndTheRestHandedAgain) {
  Broker broker;
  const std::vector<std::string> bodies = Numbered(6);
  broker.Fill(bodies);
  {
    ConsumerSettings settings = broker.Consuming();
    settings.linger = Millis(300);
    Taker taker(settings);
    taker.refuse = 2;
    taker.before_refusal = 2;
    ASSERT_TRUE(taker.Until([&] { return taker.failures.size() == 1; }));
    EXPECT_THAT(taker.order, ElementsAre("nr 1", "nr 2"));
    ASSERT_TRUE(taker.Until([&] { return taker.failures.size() == 2; }));
    EXPECT_THAT(taker.batches[1], ElementsAre("nr 3", "nr 4", "nr 5", "nr 6"));
    EXPECT_EQ(taker.handed["nr 3"], 2);
  }  // gone, as a worker that is killed
  EXPECT_TRUE(Eventually([&] { return broker.Ready(broker.queue) == 2; }));
  Taker next(broker.Consuming());
  ASSERT_TRUE(next.Until([&] { return next.order.size() == 2; }));
  EXPECT_THAT(next.order, ElementsAre("nr 5", "nr 6"));
}

TEST(AmqpConsumer, PrefetchIsHandedAtOnceWhereItIsThere) {
  Broker broker;
  const std::vector<std::string> bodies = Numbered(300);
  broker.Fill(bodies);
  ConsumerSettings settings = broker.Consuming();
  settings.enough = 200;
  settings.linger = Millis(2'000);
  Taker taker(settings);
  ASSERT_TRUE(taker.Until([&] { return taker.order.size() == 300; }));
  EXPECT_EQ(taker.order, bodies);
  EXPECT_GE(taker.batches[0].size(), 200U);
  EXPECT_LE(taker.batches[0].size(), 256U);
}

TEST(AmqpConsumer, PoisonEndsInTheDeadQueueAndNotInALoop) {
  Broker broker;
  broker.Fill({"gift", "frisk"});
  ConsumerSettings settings = broker.Consuming();
  settings.prefetch = 1;  // each that a dying worker has counts as returned
  std::int64_t returns = 0;
  for (;;) {
    Taker dying(settings);  // a worker that each time dies of it
    dying.refuse = 1;
    ASSERT_TRUE(dying.Until([&] { return !dying.failures.empty(); }));
    if (!dying.handed.contains("gift")) break;
    returns = dying.returns["gift"];
    ASSERT_LE(returns, kMostReturns);
  }
  EXPECT_EQ(returns, kMostReturns);
  EXPECT_TRUE(Eventually([&] { return broker.Ready(broker.dead) == 1; }));
  Taker taker(settings);
  ASSERT_TRUE(taker.Until([&] { return taker.stored.contains("frisk"); }));
  taker.consumer.Close();
  EXPECT_EQ(broker.Ready(broker.queue), 0U);
}

TEST(AmqpConsumer, LargeBodiesAreWholeAndTooLargeOnesAreSaidToBe) {
  Broker broker;
  const std::string large(300'000, 'a');  // several frames
  broker.Fill({large, std::string(300'001, 'b'), "c"});
  ConsumerSettings settings = broker.Consuming();
  settings.connection.most_body = 300'000;
  Consumer consumer(settings, SystemClock(), SecureRandom());
  std::vector<Delivery> seen;
  ASSERT_TRUE(Eventually([&] {
    const Status status = consumer.Turn(
        [&](std::span<const Delivery> batch, const Durable&) {
          seen.insert(seen.end(), batch.begin(), batch.end());
          return Status();
        },
        {});
    EXPECT_TRUE(status.ok()) << status.text();
    return seen.size() == 3;
  }));
  EXPECT_EQ(seen[0].body.reveal(), large);
  EXPECT_FALSE(seen[0].too_large);
  EXPECT_TRUE(seen[1].too_large);
  EXPECT_EQ(seen[1].body.reveal(), "");
  EXPECT_EQ(seen[2].body.reveal(), "c");
}

// Cut while the handler works: it is stored, the acknowledgement is lost, it comes
// again, and what comes after it does not go before.
TEST(AmqpConsumer, CutBeforeTheAcknowledgementBringsTheSameAgainInOrder) {
  Broker broker;
  const std::vector<std::string> bodies = Numbered(200);
  broker.Fill(bodies);
  TcpGate gate(broker.server().port());
  ConsumerSettings settings = broker.Consuming(gate.port());
  settings.batch = 16;
  Taker taker(settings);
  int cuts = 0;
  taker.before_answer = [&] {
    if (taker.batches.size() % 4 == 1 && cuts < 5) {
      ++cuts;
      gate.Cut();
    }
  };
  ASSERT_TRUE(taker.Until([&] { return taker.order.size() == 200; }));
  EXPECT_EQ(taker.order, bodies);
  EXPECT_EQ(cuts, 5);
  EXPECT_GE(taker.failures.size(), 5U);
  for (const Status& status : taker.failures) EXPECT_EQ(status.code(), Code::kUnreachable);
  EXPECT_TRUE(taker.Empty());
  taker.consumer.Close();
  EXPECT_EQ(broker.Ready(broker.queue), 0U);
  EXPECT_EQ(broker.Ready(broker.dead), 0U);
}

TEST(AmqpConsumer, OutlivesARestartOfTheBroker) {
  Broker broker;
  broker.Fill(Numbered(50));
  ConsumerSettings settings = broker.Consuming();
  settings.batch = 10;
  Taker taker(settings);
  taker.before_answer = [&, done = false]() mutable {
    if (!done) broker.server().Restart();
    done = true;
  };
  ASSERT_TRUE(taker.Until([&] { return taker.order.size() == 50; }));
  EXPECT_EQ(taker.order, Numbered(50));
  EXPECT_FALSE(taker.failures.empty());
}

TEST(AmqpConsumer, QueueThatIsDeletedOrMissingIsForAPerson) {
  Broker broker;
  ConsumerSettings settings = broker.Consuming();
  settings.declare = false;
  Taker taker(settings);
  ASSERT_TRUE(taker.Until([&] { return !taker.failures.empty(); }));
  EXPECT_EQ(taker.failures[0].code(), Code::kConfig);
  EXPECT_THAT(taker.failures[0].text(), HasSubstr("404"));
  broker.Fill({"a"});  // a person has put it right
  ASSERT_TRUE(taker.Until([&] { return taker.stored.contains("a"); }));
  taker.failures.clear();
  broker.server().Ctl({"delete_queue", broker.queue});
  ASSERT_TRUE(taker.Until([&] { return !taker.failures.empty(); }));
  EXPECT_EQ(taker.failures[0].code(), Code::kConfig) << taker.failures[0].text();
}

TEST(AmqpConsumer, StopsWhereItIsAsked) {
  Broker broker;
  broker.Fill({"a"});
  std::stop_source stop;
  stop.request_stop();
  Consumer consumer(broker.Consuming(), SystemClock(), SecureRandom());
  bool handed = false;
  EXPECT_TRUE(consumer
                  .Turn(
                      [&](std::span<const Delivery>, const Durable&) {
                        handed = true;
                        return Status();
                      },
                      stop.get_token())
                  .ok());
  EXPECT_FALSE(handed);
}

}  // namespace
}  // namespace utboks::amqp::testing

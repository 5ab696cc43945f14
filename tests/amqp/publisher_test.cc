// What is told as confirmed is there, and what is not is told as such, letter by letter.
#include "queue/amqp/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/amqp/broker.h"
#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/tcp_gate.h"

namespace utboks::amqp::testing {
namespace {

using ::testing::HasSubstr;
using utboks::testing::Eventually;
using utboks::testing::TcpGate;

std::vector<Letter> Letters(const Broker& broker, int count) {
  std::vector<Letter> letters;
  for (int i = 0; i < count; ++i) letters.push_back(broker.For("nr " + std::to_string(i)));
  return letters;
}

long Confirmed(const std::vector<Status>& told) {
  return std::ranges::count_if(told, &Status::ok);
}

// What lies in the test's queue, taken out of it.
std::vector<std::string> TakeAll(const Broker& broker) {
  std::vector<std::string> bodies;
  Consumer consumer(broker.Consuming(), SystemClock(), SecureRandom());
  for (std::size_t before = 1; before != bodies.size() || bodies.empty();) {
    before = bodies.size();
    const Status status = consumer.Turn(
        [&](std::span<const Delivery> batch, const Durable&) {
          for (const Delivery& one : batch) bodies.push_back(one.body.reveal());
          return Status();
        },
        {});
    EXPECT_TRUE(status.ok()) << status.text();
  }
  return bodies;
}

TEST(AmqpPublisher, ConfirmsMoreThanItsWindowInOrder) {
  Broker broker;
  broker.Fill({});
  PublisherSettings settings = broker.Publishing();
  settings.window = 16;
  Publisher publisher(settings, SystemClock(), SecureRandom());
  const std::vector<Letter> letters = Letters(broker, 500);
  EXPECT_EQ(Confirmed(publisher.Publish(letters, {})), 500);
  const std::vector<std::string> there = TakeAll(broker);
  ASSERT_EQ(there.size(), 500U);
  for (std::size_t i = 0; i < there.size(); ++i) EXPECT_EQ(there[i], letters[i].body.reveal());
}

TEST(AmqpPublisher, WhatNoQueueWantsIsToldOfThatLetterAlone) {
  Broker broker;
  broker.Fill({});
  PublisherSettings settings = broker.Publishing();
  settings.exchange = broker.exchange;
  settings.declare = true;
  Publisher publisher(settings, SystemClock(), SecureRandom());
  std::vector<Letter> letters = Letters(broker, 5);
  letters[1].routing_key = "ingen";
  letters[3].exchange = broker.exchange;
  letters[3].routing_key = "rejected.doedsfall_v1";
  letters[4].message_id = letters[3].message_id;  // the same id, and a place to go
  const std::vector<Status> told = publisher.Publish(letters, {});
  EXPECT_TRUE(told[0].ok());
  EXPECT_EQ(told[1].code(), Code::kNotFound) << told[1].text();
  EXPECT_THAT(told[1].text(), HasSubstr("ingen"));
  EXPECT_TRUE(told[2].ok());
  EXPECT_EQ(told[3].code(), Code::kNotFound);
  EXPECT_TRUE(told[4].ok());
  EXPECT_EQ(TakeAll(broker).size(), 3U);
}

TEST(AmqpPublisher, WhatAQueueRefusesIsNotConfirmed) {
  Broker broker;
  const std::string full = broker.queue + ".full";
  // By policy: what utboks declares has no bound.
  broker.server().Ctl({"set_policy", full, "^" + full + "$",
                       R"({"max-length":2,"overflow":"reject-publish"})", "--apply-to", "queues"});
  ASSERT_TRUE((*Connection::Open(broker.Plain()))->DeclareQueue(full).ok());
  Publisher publisher(broker.Publishing(), SystemClock(), SecureRandom());
  std::vector<Status> refused;
  for (int i = 0; i < 50 && refused.empty(); ++i) {
    Letter letter = broker.For(std::to_string(i));
    letter.routing_key = full;
    for (const Status& status : publisher.Publish(std::vector{letter}, {})) {
      if (!status.ok()) refused.push_back(status);
    }
  }
  broker.server().Ctl({"clear_policy", full});
  ASSERT_FALSE(refused.empty());
  EXPECT_EQ(refused[0].code(), Code::kBusy);
  EXPECT_THAT(refused[0].text(), HasSubstr("refused"));
  EXPECT_TRUE(publisher.connected());
}

TEST(AmqpPublisher, CutTellsWhatIsNotConfirmedAndNothingConfirmedIsMissing) {
  Broker broker;
  broker.Fill({});
  TcpGate gate(broker.server().port());
  PublisherSettings settings = broker.Publishing(gate.port());
  settings.window = 32;
  Publisher publisher(settings, SystemClock(), SecureRandom());
  const std::vector<Letter> letters = Letters(broker, 300);
  ASSERT_TRUE(publisher.Publish(std::span(letters).first(1), {})[0].ok());
  // At bytes all over it: in a frame's head, in a body, between letters.
  std::set<std::string> confirmed;
  long lost = 0;
  for (std::int64_t bytes = 37; bytes < 40'000; bytes = bytes * 5 / 2 + 1) {
    gate.CutAfter(bytes);
    const std::vector<Status> told = publisher.Publish(letters, {});
    for (std::size_t i = 0; i < told.size(); ++i) {
      if (told[i].ok()) {
        confirmed.insert(letters[i].body.reveal());
      } else {
        ++lost;
        EXPECT_TRUE(told[i].code() == Code::kBusy || told[i].code() == Code::kUnreachable)
            << told[i].text();
      }
    }
    // The next is on a connection of its own.
    EXPECT_TRUE(
        Eventually([&] { return publisher.Publish(std::span(letters).first(1), {})[0].ok(); }));
  }
  EXPECT_GT(lost, 300);
  EXPECT_GT(confirmed.size(), 30U);
  const std::vector<std::string> there = TakeAll(broker);
  const std::set<std::string> bodies(there.begin(), there.end());
  for (const std::string& one : confirmed) EXPECT_TRUE(bodies.contains(one)) << one;
}

TEST(AmqpPublisher, BlockedBrokerIsSaidAtOnceAndItsEndIsHeard) {
  Broker broker;
  broker.Fill({});
  Publisher publisher(broker.Publishing(), SystemClock(), SecureRandom());
  const std::vector<Letter> letters = Letters(broker, 3);
  ASSERT_EQ(Confirmed(publisher.Publish(letters, {})), 3);
  broker.server().Ctl({"set_vm_memory_high_watermark", "0"});
  // The alarm goes round the broker by itself.
  EXPECT_TRUE(Eventually([&] { return Confirmed(publisher.Publish(letters, {})) < 3; }));
  const SteadyTime begun = std::chrono::steady_clock::now();
  const std::vector<Status> told = publisher.Publish(letters, {});
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  for (const Status& status : told) {
    EXPECT_EQ(status.code(), Code::kBusy);
    EXPECT_THAT(status.text(), HasSubstr("short of memory or disk"));
  }
  EXPECT_TRUE(publisher.connected());
  broker.server().Ctl({"set_vm_memory_high_watermark", "absolute", "512MB"});
  EXPECT_TRUE(Eventually([&] { return Confirmed(publisher.Publish(letters, {})) == 3; }));
}

TEST(AmqpPublisher, RestartOfTheBrokerLosesNothingConfirmed) {
  Broker broker;
  broker.Fill({});
  Publisher publisher(broker.Publishing(), SystemClock(), SecureRandom());
  const std::vector<Letter> letters = Letters(broker, 100);
  ASSERT_EQ(Confirmed(publisher.Publish(letters, {})), 100);
  broker.server().Restart();
  EXPECT_EQ(TakeAll(broker).size(), 100U);
  EXPECT_TRUE(Eventually([&] { return Confirmed(publisher.Publish(letters, {})) == 100; }));
}

TEST(AmqpPublisher, DoesNotDialAgainBeforeItsPauseIsOver) {
  Broker broker;
  TcpGate gate(broker.server().port());
  gate.Shut(true);
  utboks::testing::ManualClock clock;
  Publisher publisher(broker.Publishing(gate.port()), clock, SecureRandom());
  const std::vector<Letter> letters = Letters(broker, 2);
  EXPECT_EQ(Confirmed(publisher.Publish(letters, {})), 0);
  ASSERT_TRUE(Eventually([&] { return gate.accepted() == 1; }));
  const std::vector<Status> told = publisher.Publish(letters, {});
  EXPECT_EQ(told[0].code(), Code::kUnreachable) << told[0].text();
  EXPECT_EQ(gate.accepted(), 1);
  clock.Advance(Millis(1'000));
  static_cast<void>(publisher.Publish(letters, {}));
  EXPECT_EQ(gate.accepted(), 2);
}

TEST(AmqpPublisher, ExchangeThatIsMissingIsForAPerson) {
  Broker broker;
  PublisherSettings settings = broker.Publishing();
  settings.exchange = broker.exchange;
  Publisher publisher(settings, SystemClock(), SecureRandom());
  const std::vector<Status> told = publisher.Publish(Letters(broker, 1), {});
  EXPECT_EQ(told[0].code(), Code::kConfig) << told[0].text();
}

// A property that AMQP cannot carry is our fault, and is no reason to lose the others.
TEST(AmqpPublisher, LetterThatCannotBeSentIsToldAlone) {
  Broker broker;
  broker.Fill({});
  Publisher publisher(broker.Publishing(), SystemClock(), SecureRandom());
  std::vector<Letter> letters = Letters(broker, 3);
  letters[1].message_id = SensitiveText(std::string(256, 'x'));
  const std::vector<Status> told = publisher.Publish(letters, {});
  EXPECT_TRUE(told[0].ok());
  EXPECT_EQ(told[1].code(), Code::kInternal);
  EXPECT_TRUE(told[2].ok());
}

}  // namespace
}  // namespace utboks::amqp::testing

// Messages by a broker: in through the real worker, on to the register, answers out.
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "queue/amqp/consumer.h"
#include "queue/amqp/publisher.h"
#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/support/rabbitmq_server.h"
#include "tests/support/read_file.h"
#include "tests/support/tcp_gate.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// An agency whose messages come by the broker.
struct Bus {
  explicit Bus(const SimulatorFixture& reg) : agency(reg) {
    const RabbitmqServer& server = RabbitmqServer::Shared();
    password_file = agency.File("amqp.password", server.password() + "\n");
    agency.SetText("amqp.url", Url(server.port()));
    agency.SetText("amqp.password_file", password_file);
    agency.SetText("amqp.intake_queue", queue);
    agency.SetText("amqp.outcome_exchange", exchange);
    agency.Set("amqp.declare", "true");
    Declare();
  }

  static std::string Url(std::uint16_t port) {
    return fmt::format("amqp://{}@127.0.0.1:{}", RabbitmqServer::Shared().user(), port);
  }
  amqp::ConnectionSettings Connecting() const {
    amqp::ConnectionSettings settings;
    settings.broker = *amqp::ParseAddress(Url(RabbitmqServer::Shared().port()));
    settings.password_file = password_file;
    settings.name = "utboks test";
    return settings;
  }
  // The topology, and a queue for what is answered.
  void Declare() const {
    auto connection = *amqp::Connection::Open(Connecting());
    ASSERT_TRUE(connection->DeclareQueue(dead).ok());
    ASSERT_TRUE(connection->DeclareQueue(queue, dead, amqp::kMostReturns).ok());
    ASSERT_TRUE(connection->DeclareTopicExchange(exchange).ok());
    ASSERT_TRUE(connection->DeclareQueue(answers).ok());
    ASSERT_EQ(connection->BindQueue(answers, exchange, "#").text(), "");
  }
  amqp::Letter Letter(int n, int person = 0) {
    agency.Letter(n, person);  // so that its numbers are known as not to be seen
    amqp::Letter letter;
    letter.routing_key = queue;
    letter.type = "doedsfall_v1";
    letter.content_type = "application/xml";
    letter.message_id = SensitiveText(Agency::Identifier(n));
    letter.body =
        SensitiveText(DeathNotice(Agency::Identifier(n), PersonNumber(person == 0 ? n : person)));
    return letter;
  }
  void Send(const std::vector<amqp::Letter>& letters) const {
    amqp::PublisherSettings settings;
    settings.connection = Connecting();
    amqp::Publisher publisher(settings, SystemClock(), SecureRandom());
    for (const Status& status : publisher.Publish(letters, {})) {
      ASSERT_TRUE(status.ok()) << status.text();
    }
  }
  // The next `count` of a queue, acknowledged.
  std::vector<amqp::Delivery> Receive(const std::string& from, std::size_t count) const {
    amqp::ConsumerSettings settings;
    settings.connection = Connecting();
    settings.queue = from;
    settings.idle = Millis(50);
    amqp::Consumer consumer(settings, SystemClock(), SecureRandom());
    std::vector<amqp::Delivery> seen;
    EXPECT_TRUE(Eventually([&] {
      const Status status = consumer.Turn(
          [&](std::span<const amqp::Delivery> batch, const amqp::Durable&) {
            seen.insert(seen.end(), batch.begin(), batch.end());
            return Status();
          },
          {});
      EXPECT_TRUE(status.ok()) << status.text();
      return seen.size() >= count;
    })) << seen.size();
    return seen;
  }
  std::uint32_t Ready(const std::string& of) const {
    return *(*amqp::Connection::Open(Connecting()))->LookAtQueue(of);
  }
  std::size_t InState(const std::string& state) {
    std::size_t count = 0;
    for (const auto& [id, is] : agency.States()) {
      if (is == state) ++count;
    }
    return count;
  }

  const std::string queue = RabbitmqServer::Shared().Fresh("inn");
  const std::string dead = queue + ".dead";
  const std::string exchange = RabbitmqServer::Shared().Fresh("ut");
  const std::string answers = RabbitmqServer::Shared().Fresh("svar");
  Agency agency;
  std::string password_file;
};

TEST(AmqpIntake, DeliveriesBecomeMessagesAndReachTheRegister) {
  SimulatorFixture reg;
  Bus bus(reg);
  std::vector<amqp::Letter> letters;
  for (int n = 1; n <= 40; ++n) letters.push_back(bus.Letter(n));
  bus.Send(letters);
  bus.agency.StartWorker();
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 40; }));
  std::set<std::string> arrived;
  for (const JournalLine& line : reg.Accepted()) arrived.insert(line.identifier);
  EXPECT_EQ(arrived.size(), 40U);
  bus.agency.StopWorker();
  EXPECT_EQ(bus.Ready(bus.queue), 0U);
  EXPECT_EQ(bus.Ready(bus.dead), 0U);
}

// As between two machines: the broker shows its certificate, and asks for ours.
TEST(AmqpIntake, ByTlsWithACertificateOfOursInAndOut) {
  SimulatorFixture reg;
  Bus bus(reg);
  const RabbitmqServer& server = RabbitmqServer::Shared();
  bus.agency.SetText("amqp.url",
                     fmt::format("amqps://{}@localhost:{}", server.user(), server.tls_port()));
  bus.agency.SetText("amqp.ca_file", server.pki("ca"));
  bus.agency.SetText("amqp.client_certificate", server.pki("client"));
  bus.agency.SetText("amqp.client_key", server.pki("client-key"));
  bus.Send({bus.Letter(1), bus.Letter(2)});
  bus.agency.StartWorker();
  EXPECT_EQ(bus.Receive(bus.answers, 4).size(), 4U);
  bus.agency.StopWorker();
  EXPECT_EQ(reg.Accepted().size(), 2U);
  // A certificate of nobody's is not talked to.
  bus.agency.SetText("amqp.ca_file", reg.pki().ca());
  const Finished doctor = bus.agency.Run({"doctor"});
  EXPECT_EQ(doctor.code(), 78) << doctor.out;
  EXPECT_THAT(doctor.out, HasSubstr("ca_file"));
}

TEST(AmqpIntake, TheSameAgainIsTheMessageThatIsThere) {
  SimulatorFixture reg;
  Bus bus(reg);
  bus.Send({bus.Letter(1), bus.Letter(1), bus.Letter(2), bus.Letter(1)});
  bus.agency.StartWorker();
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 2; }));
  bus.Send({bus.Letter(2)});
  ASSERT_TRUE(Eventually([&] { return bus.Ready(bus.queue) == 0; }));
  bus.agency.StopWorker();
  EXPECT_EQ(bus.agency.States().size(), 2U);
  EXPECT_EQ(reg.Accepted().size(), 2U);
}

TEST(AmqpIntake, OrderKeyHeaderTakesThePlaceOfThePersons) {
  SimulatorFixture reg({.scenario = "latency = \"20ms\""});
  Bus bus(reg);
  std::vector<amqp::Letter> letters;
  for (int n = 1; n <= 6; ++n) {
    letters.push_back(bus.Letter(n));
    letters.back().headers = {{"order-key", "sak 7"}};
  }
  bus.Send(letters);
  bus.agency.StartWorker();
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 6; }));
  std::vector<std::string> order, sent;
  for (const JournalLine& line : reg.Accepted()) order.push_back(line.identifier);
  for (int n = 1; n <= 6; ++n) sent.push_back(Agency::Identifier(n));
  EXPECT_EQ(order, sent);
}

TEST(AmqpIntake, MultipartBringsItsAttachments) {
  SimulatorFixture reg;
  Bus bus(reg);
  const std::string example =
      UTBOKS_SOURCE_DIR "/schemas/examples/RekvisisjonAvDNummer_5.0_med_vedlegg";
  std::string body =
      "--grense\r\nContent-Type: application/xml\r\n\r\n" + ReadFile(example + ".xml");
  for (const std::string name : {"rekvisisjon.pdf", "pass.pdf"}) {
    body += fmt::format(
        "\r\n--grense\r\nContent-Disposition: attachment; filename=\"{}\"\r\n"
        "Content-Type: application/pdf\r\n\r\n{}",
        name, ReadFile(example + "/" + name));
  }
  amqp::Letter letter;
  letter.routing_key = bus.queue;
  letter.type = "rekvisisjon_av_dnummer_v5.vedlegg";
  letter.content_type = "multipart/mixed; boundary=grense";
  letter.body = SensitiveText(body + "\r\n--grense--\r\n");
  bus.Send({letter});
  bus.agency.StartWorker();
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 1; }));
  bus.agency.StopWorker();
  ASSERT_EQ(reg.Accepted().size(), 1U);  // the simulator looks at the parts
  EXPECT_EQ(reg.Accepted()[0].ressurs, letter.type);
}

TEST(AmqpIntake, RefusedDocumentsAreAnsweredWithoutAnythingOfThem) {
  SimulatorFixture reg;
  Bus bus(reg);
  bus.agency.Set("amqp.outcome_events", "[\"rejected\"]");
  amqp::Letter invalid = bus.Letter(1), unknown = bus.Letter(2), taken = bus.Letter(3),
               untyped = bus.Letter(5), parts = bus.Letter(6);
  invalid.body = SensitiveText(DeathNotice(Agency::Identifier(1), WrongNumber(1)));
  invalid.correlation_id = SensitiveText("sak 1");
  unknown.type = PersonNumber(2);  // whoever mixes up their properties
  taken.body = SensitiveText(DeathNotice(Agency::Identifier(4), PersonNumber(3)));
  untyped.type = "";
  parts.content_type = "multipart/form-data; boundary=ingen";
  bus.Send({bus.Letter(4), taken, invalid, unknown, untyped, parts});
  bus.agency.StartWorker();
  std::map<std::string, std::string> codes;
  for (const amqp::Delivery& answer : bus.Receive(bus.answers, 5)) {
    const std::string& text = answer.body.reveal();
    for (int n = 1; n <= 6; ++n) EXPECT_THAT(text, Not(HasSubstr(PersonNumber(n))));
    EXPECT_THAT(text, Not(HasSubstr(std::string(kClerk))));
    const auto json = Poco::JSON::Parser().parse(text).extract<Json>();
    EXPECT_EQ(Get(json, "event"), "rejected");
    EXPECT_EQ(answer.content_type, "application/json");
    codes[answer.correlation_id.reveal()] =
        Get(json->getObject("error"), "code") + " " + Get(json, "ressurs");
    if (answer.correlation_id.reveal() == "sak 1") {
      EXPECT_GE(json->getObject("error")->getArray("violations")->size(), 1U);
    }
  }
  const std::map<std::string, std::string> expected = {
      {"sak 1", "invalid doedsfall_v1"},
      {Agency::Identifier(2), "usage "},
      {Agency::Identifier(3), "exists doedsfall_v1"},
      {Agency::Identifier(5), "usage "},
      {Agency::Identifier(6), "invalid doedsfall_v1"}};
  EXPECT_EQ(codes, expected);
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 1; }));
  bus.agency.StopWorker();
  EXPECT_EQ(bus.Ready(bus.queue), 0U);
  EXPECT_EQ(bus.Ready(bus.dead), 0U);
}

TEST(AmqpIntake, RefusedDocumentIsKeptAndSeenWhoeverHearsOfIt) {
  SimulatorFixture reg;
  Bus bus(reg);
  bus.agency.SetText("amqp.outcome_exchange", "");
  amqp::Letter invalid = bus.Letter(1);
  invalid.body = SensitiveText("<feil/>");
  bus.Send({invalid, bus.Letter(2)});
  bus.agency.StartWorker();
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 1; }));
  bus.agency.StopWorker();
  EXPECT_EQ(bus.Ready(bus.dead), 0U);
  const std::vector<Json> rejected = bus.agency.Ask({"list", "--state", "rejected"});
  ASSERT_EQ(rejected.size(), 1U);
  EXPECT_EQ(Get(rejected[0], "reason"), "invalid");
  const std::string id = Get(rejected[0], "id");
  EXPECT_GE(bus.agency.Show(id)->getObject("error")->getArray("violations")->size(), 1U);
  EXPECT_THAT(bus.agency.Run({"show", id}).out, HasSubstr("refused with"));
  EXPECT_THAT(bus.agency.Reveal({"show", "--content", id}).out, HasSubstr("<feil/>"));
  ExpectRefused(bus.agency.Run({"replay", "--why", "try", id}), 1, {"hand in a new one"});
}

// What a caller hears of its message, from first to last, by its own word for it.
TEST(AmqpOutcomes, CallerHearsOfItsMessageByItsOwnWord) {
  SimulatorFixture reg;
  Bus bus(reg);
  amqp::Letter letter = bus.Letter(1);
  letter.correlation_id = SensitiveText("sak 1");
  bus.agency.StartWorker();
  bus.Send({letter, bus.Letter(2)});
  std::map<std::string, std::vector<std::string>> heard;
  std::set<std::string> ids;
  for (const amqp::Delivery& told : bus.Receive(bus.answers, 4)) {
    const auto json = Poco::JSON::Parser().parse(told.body.reveal()).extract<Json>();
    EXPECT_EQ(Get(json, "version"), "1");
    EXPECT_EQ(Get(json, "event"), told.type);
    EXPECT_EQ(told.message_id.reveal(), Get(json, "stream") + "." + Get(json, "event_id"));
    EXPECT_TRUE(ids.insert(told.message_id.reveal()).second);
    heard[told.correlation_id.reveal()].push_back(told.type);
    bus.agency.ExpectNoPersonIn(told.body.reveal(), "an outcome");
    EXPECT_EQ(Get(json, "folkeregisterReferanse").empty(), told.type != "accepted");
  }
  EXPECT_EQ(heard["sak 1"], (std::vector<std::string>{"queued", "accepted"}));
  EXPECT_EQ(heard[Agency::Identifier(2)], (std::vector<std::string>{"queued", "accepted"}));
  const Json receiver = bus.agency.Ask({"receivers"}).at(0);
  EXPECT_EQ(Get(receiver, "receiver"), "amqp");
  bus.agency.StopWorker();
  // What was told may be told again.
  bus.agency.Ask({"receivers", "--move", "amqp", "--after", "0"});
  bus.agency.StartWorker();
  EXPECT_EQ(bus.Receive(bus.answers, 4).size(), 4U);
  bus.agency.StopWorker();
  ExpectRefused(bus.agency.Run({"receivers", "--move", "ingen", "--after", "0"}), 1,
                {"no receiver ingen"});
}

TEST(AmqpOutcomes, WhatNobodyWantsIsSaidAndWaits) {
  SimulatorFixture reg;
  Bus bus(reg);
  LogWatch::Expect("outcomes-failed");
  const std::string elsewhere = RabbitmqServer::Shared().Fresh("annet");
  bus.agency.SetText("amqp.outcome_exchange", elsewhere);
  bus.Send({bus.Letter(1)});
  bus.agency.StartWorker();
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 1; }));
  ASSERT_TRUE(Eventually(
      [&] { return (*amqp::Connection::Open(bus.Connecting()))->LookAtExchange(elsewhere).ok(); }));
  const auto connection = *amqp::Connection::Open(bus.Connecting());
  ASSERT_TRUE(connection->BindQueue(bus.answers, elsewhere, "*.doedsfall_v1").ok());
  EXPECT_EQ(bus.Receive(bus.answers, 2).size(), 2U);
  bus.agency.StopWorker();
}

TEST(AmqpIntake, CutsLoseNothingAndRegisterNothingTwice) {
  SimulatorFixture reg;
  Bus bus(reg);
  LogWatch::Allow("amqp-intake-failed");
  LogWatch::Allow("outcomes-failed");
  TcpGate gate(RabbitmqServer::Shared().port());
  bus.agency.SetText("amqp.url", Bus::Url(gate.port()));
  bus.agency.Set("amqp.prefetch", "16");
  std::vector<amqp::Letter> letters;
  for (int n = 1; n <= 200; ++n) letters.push_back(bus.Letter(n));
  bus.agency.StartWorker();
  // Towards the broker go acknowledgements: at these bytes one is cut in two, or lost.
  for (int round = 0; round < 5; ++round) {
    gate.CutAfter(430 + round * 7);
    bus.Send({letters.begin() + round * 40, letters.begin() + (round + 1) * 40});
    const auto wanted = std::to_string((round + 1) * 40);
    ASSERT_TRUE(
        Eventually([&] { return bus.agency.Look("SELECT count(*) FROM message") == wanted; },
                   std::chrono::seconds(60)));
    gate.Cut();
  }
  ASSERT_TRUE(Eventually([&] { return bus.Ready(bus.queue) == 0; }));
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 200; }, std::chrono::seconds(60)));
  bus.agency.StopWorker();
  EXPECT_GE(gate.accepted(), 5);
  std::set<std::string> arrived;
  for (const JournalLine& line : reg.Accepted()) arrived.insert(line.identifier);
  EXPECT_EQ(arrived.size(), 200U);
  EXPECT_EQ(reg.Accepted().size(), 200U);
  EXPECT_EQ(bus.Ready(bus.queue), 0U);
  EXPECT_EQ(bus.Ready(bus.dead), 0U);
}

// Killed between commit and acknowledgement, as chance has it: what was stored comes
// again and is the message that is there.
TEST(AmqpIntake, KilledWorkersLoseNothingAndTheirSuccessorGoesOn) {
  SimulatorFixture reg;
  Bus bus(reg);
  bus.agency.Set("delivery.crash_limit", "0");  // whoever was being sent is not to blame
  std::vector<amqp::Letter> letters;
  for (int n = 1; n <= 300; ++n) letters.push_back(bus.Letter(n));
  bus.agency.StartWorker();
  for (int round = 0; round < 3; ++round) {
    bus.Send({letters.begin() + round * 100, letters.begin() + (round + 1) * 100});
    ASSERT_TRUE(Eventually(
        [&] { return std::stoi(bus.agency.Look("SELECT count(*) FROM message")) > round * 100; }));
    bus.agency.KillWorker();
    bus.agency.StartWorker();
  }
  ASSERT_TRUE(
      Eventually([&] { return bus.InState("accepted") == 300; }, std::chrono::seconds(120)));
  ASSERT_TRUE(Eventually([&] { return bus.Ready(bus.queue) == 0; }));
  bus.agency.StopWorker();
  EXPECT_EQ(bus.agency.States().size(), 300U);
  std::map<std::string, std::string> arrived;  // a doubt is sent again: with the same bytes
  for (const JournalLine& line : reg.Accepted()) {
    const auto [first, fresh] = arrived.insert({line.identifier, line.sha256});
    EXPECT_EQ(first->second, line.sha256) << fresh;
  }
  EXPECT_EQ(arrived.size(), 300U);
  EXPECT_EQ(bus.Ready(bus.queue), 0U);
  EXPECT_EQ(bus.Ready(bus.dead), 0U);
}

TEST(AmqpIntake, RestartOfTheBrokerIsOutlived) {
  SimulatorFixture reg;
  Bus bus(reg);
  LogWatch::Allow("outcomes-failed");
  LogWatch::Expect("amqp-intake-failed");
  bus.Send({bus.Letter(1)});
  bus.agency.StartWorker();
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 1; }));
  RabbitmqServer::Shared().Restart();
  bus.Send({bus.Letter(2)});
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 2; }, std::chrono::seconds(60)));
  bus.agency.StopWorker();
  EXPECT_EQ(bus.Ready(bus.queue), 0U);
}

TEST(AmqpIntake, BrokerThatIsAwayKeepsNobodyFromDelivering) {
  SimulatorFixture reg;
  Bus bus(reg);
  LogWatch::Allow("outcomes-failed");
  LogWatch::Expect("amqp-intake-failed");
  TcpGate gate(RabbitmqServer::Shared().port());
  gate.Shut(true);
  bus.agency.SetText("amqp.url", Bus::Url(gate.port()));
  const std::vector<std::string> ids = bus.agency.Enqueue({1});
  bus.Send({bus.Letter(2)});
  bus.agency.StartWorker();
  ASSERT_TRUE(bus.agency.AwaitState(ids[0], "accepted"));
  const Finished doctor = bus.agency.Run({"doctor"});
  EXPECT_EQ(doctor.code(), 69) << doctor.out;
  gate.Shut(false);
  ASSERT_TRUE(Eventually([&] { return bus.InState("accepted") == 2; }));
}

TEST(AmqpIntake, DoctorSaysWhatAPersonMustPutRight) {
  SimulatorFixture reg;
  Bus bus(reg);
  EXPECT_THAT(bus.agency.Run({"doctor"}).out, HasSubstr("lets us in"));
  bus.agency.SetText("amqp.password_file", bus.agency.File("galt", "galt-passord\n"));
  const Finished wrong = bus.agency.Run({"doctor"});
  EXPECT_EQ(wrong.code(), 78) << wrong.out;
  EXPECT_THAT(wrong.out, HasSubstr("403"));
  EXPECT_THAT(wrong.out, Not(HasSubstr("galt-passord")));
  bus.agency.SetText("amqp.password_file", bus.password_file);
  bus.agency.Set("amqp.declare", "false");
  bus.agency.SetText("amqp.intake_queue", "finnes-ikke");
  const Finished missing = bus.agency.Run({"doctor"});
  EXPECT_EQ(missing.code(), 78);
  EXPECT_THAT(missing.out, HasSubstr("make queue finnes-ikke"));
}

}  // namespace
}  // namespace utboks::testing

// Connecting: who is let in, who is believed, and what is said when it fails.
#include "queue/amqp/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/amqp/broker.h"
#include "tests/support/log_watch.h"
#include "tests/support/tcp_gate.h"

namespace utboks::amqp::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using utboks::testing::TcpGate;

Status Opening(const ConnectionSettings& settings) {
  return Connection::Open(settings).status();
}

// One line that says what to look at, and never the password.
void ExpectFails(const Status& status, Code code, const std::string& says) {
  EXPECT_EQ(status.code(), code) << status.text();
  EXPECT_THAT(status.text(), HasSubstr(says));
  EXPECT_THAT(status.text(), Not(HasSubstr("\n")));
  EXPECT_THAT(status.text(), Not(HasSubstr(Broker::server().password())));
}

TEST(AmqpConnection, IsMadePlainAndByTls) {
  Broker broker;
  EXPECT_EQ(Opening(broker.Plain()).text(), "");
  EXPECT_EQ(Opening(broker.Tls()).text(), "");
}

TEST(AmqpConnection, WrongPasswordIsForAPerson) {
  Broker broker;
  broker.WritePassword("galt-passord");
  const Status status = Opening(broker.Plain());
  ExpectFails(status, Code::kConfig, "403");
  EXPECT_THAT(status.text(), Not(HasSubstr("galt-passord")));
}

TEST(AmqpConnection, PasswordFileThatHoldsNoneIsForAPerson) {
  Broker broker;
  broker.WritePassword("");
  ExpectFails(Opening(broker.Plain()), Code::kConfig, "no password in its first line");
  broker.WritePassword(std::string(5'000, 'x'));
  ExpectFails(Opening(broker.Plain()), Code::kConfig, "no password in its first line");
  ConnectionSettings settings = broker.Plain();
  settings.password_file = broker.File("not-there");
  ExpectFails(Opening(settings), Code::kConfig, "cannot be read");
}

TEST(AmqpConnection, UnknownVhostIsForAPerson) {
  Broker broker;
  ConnectionSettings settings = broker.Plain();
  settings.broker.vhost = "finnes-ikke";
  ExpectFails(Opening(settings), Code::kConfig, "530");
}

TEST(AmqpConnection, CertificateForAnotherNameIsRefused) {
  Broker broker;
  ConnectionSettings settings = broker.Tls();
  settings.broker.host = "127.1";  // the same address by a name that nobody certifies
  ExpectFails(Opening(settings), Code::kConfig, "another name");
}

TEST(AmqpConnection, CertificateOfAnotherAuthorityIsRefused) {
  Broker broker;
  ConnectionSettings settings = broker.Tls();
  settings.ca_file = "";  // the system's, who do not know it
  const Status status = Opening(settings);
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.text(), HasSubstr("[amqp] ca_file"));
}

TEST(AmqpConnection, WithoutAClientCertificateThisBrokerLetsNobodyIn) {
  Broker broker;
  ConnectionSettings settings = broker.Tls();
  settings.client_certificate = settings.client_key = "";
  EXPECT_FALSE(Opening(settings).ok());
}

TEST(AmqpConnection, FilesThatAreNoCertificatesAreForAPerson) {
  Broker broker;
  ConnectionSettings settings = broker.Tls();
  settings.client_key = broker.password_file();
  ExpectFails(Opening(settings), Code::kConfig, "client_certificate");
  settings = broker.Tls();
  settings.ca_file = broker.password_file();
  ExpectFails(Opening(settings), Code::kConfig, "ca_file");
}

TEST(AmqpConnection, BrokerThatIsAwayOrSilentMayPass) {
  Broker broker;
  TcpGate gate(broker.server().port());
  ConnectionSettings settings = broker.Plain(gate.port());
  settings.timeout = Millis(300);
  gate.Shut(true);
  ExpectFails(Opening(settings), Code::kUnreachable, "amqp://127.0.0.1");
  gate.Shut(false);
  gate.Stop(true);  // it is connected, and nothing comes
  ExpectFails(Opening(settings), Code::kUnreachable, "amqp://127.0.0.1");
  gate.Stop(false);
  settings.timeout = Millis(10'000);
  EXPECT_EQ(Opening(settings).text(), "");
}

TEST(AmqpConnection, SilenceOfABrokerEndsByHeartbeat) {
  Broker broker;
  TcpGate gate(broker.server().port());
  ConnectionSettings settings = broker.Plain(gate.port());
  settings.heartbeat_s = 1;
  auto connection = Connection::Open(settings);
  ASSERT_TRUE(connection.ok()) << connection.status().text();
  gate.Stop(true);
  const auto event =
      (*connection)->Next(std::chrono::steady_clock::now() + std::chrono::seconds(60));
  ASSERT_FALSE(event.ok());
  ExpectFails(event.status(), Code::kUnreachable, "silent");
}

TEST(AmqpConnection, TopologyIsTakenAsItStands) {
  Broker broker;
  const auto connect = [&] { return *Connection::Open(broker.Plain()); };
  ExpectFails(connect()->LookAtQueue(broker.queue).status(), Code::kConfig, "404");
  ExpectFails(connect()->LookAtExchange(broker.exchange), Code::kConfig, "404");
  ASSERT_EQ(connect()->DeclareQueue(broker.queue).text(), "");
  ASSERT_EQ(connect()->DeclareTopicExchange(broker.exchange).text(), "");
  EXPECT_EQ(connect()->LookAtQueue(broker.queue).status().text(), "");
  EXPECT_EQ(connect()->LookAtExchange(broker.exchange).text(), "");
  // The same again changes nothing; another kind is not put in its place.
  EXPECT_EQ(connect()->DeclareQueue(broker.queue).text(), "");
  ExpectFails(connect()->DeclareQueue(broker.queue, broker.dead, 5), Code::kConfig, "406");
}

TEST(AmqpConnection, QueueIsQuorumDurableAndForOneConsumerAtATime) {
  Broker broker;
  broker.Fill({});
  const std::string told =
      broker.server().Ctl({"list_queues", "name", "type", "durable", "arguments"});
  const std::size_t at = told.find(broker.queue + "\tquorum\ttrue");
  ASSERT_NE(at, std::string::npos) << told;
  const std::string line = told.substr(at, told.find('\n', at) - at);
  EXPECT_THAT(line, HasSubstr("x-single-active-consumer"));
  EXPECT_THAT(line, HasSubstr("at-least-once"));
  EXPECT_NE(told.find(broker.dead + "\tquorum\ttrue"), std::string::npos) << told;
}

// What conf/rabbitmq offers and what `declare = true` makes are one topology.
TEST(AmqpConnection, DefinitionsOfTheTestSetUpAreWhatIsDeclared) {
  Broker broker;
  broker.server().Define(UTBOKS_DEFINITIONS);
  auto connection = *Connection::Open(broker.Plain());
  EXPECT_EQ(connection->DeclareQueue("utboks.inn.dead").text(), "");
  EXPECT_EQ(connection->DeclareQueue("utboks.inn", "utboks.inn.dead", kMostReturns).text(), "");
  EXPECT_EQ(connection->DeclareTopicExchange("utboks.ut").text(), "");
}

}  // namespace
}  // namespace utboks::amqp::testing

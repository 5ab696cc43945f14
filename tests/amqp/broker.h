// The broker, as these tests reach it.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "queue/amqp/connection.h"
#include "queue/amqp/consumer.h"
#include "queue/amqp/publisher.h"
#include "tests/support/rabbitmq_server.h"
#include "tests/support/temp_dir.h"

namespace utboks::amqp::testing {

using utboks::testing::RabbitmqServer;
using utboks::testing::TempDir;

// One test's queue and exchange, and how it connects.
class Broker {
 public:
  Broker() { WritePassword(server().password()); }

  static RabbitmqServer& server() { return RabbitmqServer::Shared(); }
  void WritePassword(const std::string& password) {
    std::ofstream(password_file()) << password << "\n";
  }
  std::string password_file() const { return home_.File("password"); }
  std::string File(const std::string& name) const { return home_.File(name); }

  // `port` 0: the broker's own.
  ConnectionSettings Plain(std::uint16_t port = 0) const {
    ConnectionSettings settings;
    settings.broker = {false, "127.0.0.1", port == 0 ? server().port() : port, server().user(),
                       "/"};
    settings.password_file = password_file();
    settings.name = "utboks test";
    return settings;
  }
  ConnectionSettings Tls() const {
    ConnectionSettings settings = Plain(server().tls_port());
    settings.broker.tls = true;
    settings.broker.host = "localhost";
    settings.ca_file = server().pki("ca");
    settings.client_certificate = server().pki("client");
    settings.client_key = server().pki("client-key");
    return settings;
  }
  ConsumerSettings Consuming(std::uint16_t port = 0) const {
    ConsumerSettings settings;
    settings.connection = Plain(port);
    settings.queue = queue;
    settings.dead = dead;
    settings.declare = true;
    settings.idle = Millis(50);
    return settings;
  }
  PublisherSettings Publishing(std::uint16_t port = 0) const {
    PublisherSettings settings;
    settings.connection = Plain(port);
    return settings;
  }
  // For `queue`, through the default exchange.
  Letter For(const std::string& body) const {
    Letter letter;
    letter.routing_key = queue;
    letter.message_id = SensitiveText("id " + body.substr(0, 50));
    letter.body = SensitiveText(body);
    return letter;
  }
  // Declares both queues and puts these into the first.
  void Fill(const std::vector<std::string>& bodies) const {
    auto connection = Connection::Open(Plain());
    ASSERT_TRUE(connection.ok()) << connection.status().text();
    ASSERT_TRUE((*connection)->DeclareQueue(dead).ok());
    ASSERT_TRUE((*connection)->DeclareQueue(queue, dead, kMostReturns).ok());
    std::vector<Letter> letters;
    for (const std::string& body : bodies) letters.push_back(For(body));
    Publisher publisher(Publishing(), SystemClock(), SecureRandom());
    for (const Status& status : publisher.Publish(letters, {})) {
      ASSERT_TRUE(status.ok()) << status.text();
    }
  }
  // How many messages are ready in it.
  std::uint32_t Ready(const std::string& of) const {
    auto connection = Connection::Open(Plain());
    EXPECT_TRUE(connection.ok());
    const auto count = (*connection)->LookAtQueue(of);
    EXPECT_TRUE(count.ok()) << count.status().text();
    return count.ok() ? *count : 0;
  }

  const std::string queue = server().Fresh("inn");
  const std::string dead = queue + ".dead";
  const std::string exchange = server().Fresh("ut");

 private:
  TempDir home_;
};

}  // namespace utboks::amqp::testing

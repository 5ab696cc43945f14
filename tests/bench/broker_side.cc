#include "tests/bench/broker_side.h"

#include <fstream>
#include <stop_token>
#include <vector>

#include "producer/intake/acceptor.h"
#include "queue/amqp/connection.h"
#include "queue/amqp/publisher.h"
#include "tests/bench/own_store.h"

namespace utboks::bench {

BrokerSide::BrokerSide() {
  std::ofstream(home_.File("password")) << server_.password() << "\n";
}

amqp::ConnectionSettings BrokerSide::Connection() const {
  amqp::ConnectionSettings settings;
  settings.broker = {false, "127.0.0.1", server_.port(), server_.user(), "/"};
  settings.password_file = home_.File("password");
  settings.name = "utboks bench";
  return settings;
}

std::string BrokerSide::MakeQueue(std::span<const Letter> letters) {
  std::string queue = server_.Fresh("inn");
  const auto connection = Must(amqp::Connection::Open(Connection()));
  Must(connection->DeclareQueue(queue + ".dead"));
  Must(connection->DeclareQueue(queue, queue + ".dead", amqp::kMostReturns));
  std::vector<amqp::Letter> out;
  for (const Letter& letter : letters) {
    amqp::Letter& one = out.emplace_back();
    one.routing_key = queue;
    one.message_id = SensitiveText(letter.identifikator);
    one.type = kRessurs;
    one.headers.emplace_back("order-key", letter.order_key);
    one.body = SensitiveText(letter.document);
  }
  amqp::PublisherSettings settings;
  settings.connection = Connection();
  amqp::Publisher publisher(settings, SystemClock(), SecureRandom());
  for (const Status& status : publisher.Publish(out, std::stop_token())) Must(status);
  return queue;
}

amqp::ConsumerSettings BrokerSide::Takes(const std::string& queue) const {
  amqp::ConsumerSettings settings;
  settings.connection = Connection();
  settings.queue = queue;
  settings.dead = queue + ".dead";
  settings.declare = true;
  settings.enough = Acceptor::kGroup;
  return settings;
}

bare::Consumer BrokerSide::TakesBare(const std::string& queue) const {
  const std::uint16_t prefetch = Takes(queue).prefetch;
  return bare::Consumer(server_.port(), server_.user(), server_.password(), queue, prefetch);
}

}  // namespace utboks::bench

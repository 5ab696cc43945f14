// A RabbitMQ broker for the measures, and queues of letters in it.
#pragma once

#include <span>
#include <string>

#include "producer/intake/amqp_intake.h"
#include "queue/amqp/settings.h"
#include "tests/bench/bare_consumer.h"
#include "tests/bench/letter.h"
#include "tests/support/rabbitmq_server.h"
#include "tests/support/temp_dir.h"

namespace utboks::bench {

class BrokerSide {
 public:
  BrokerSide();

  // A new queue, as the program makes it, that holds these.
  std::string MakeQueue(std::span<const Letter> letters);
  // As the program's own settings have it.
  amqp::ConsumerSettings Takes(const std::string& queue) const;
  bare::Consumer TakesBare(const std::string& queue) const;

 private:
  amqp::ConnectionSettings Connection() const;

  const testing::TempDir home_;
  testing::RabbitmqServer& server_ = testing::RabbitmqServer::Shared();
};

}  // namespace utboks::bench

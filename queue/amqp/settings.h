// What a connection to a broker needs to know.
#pragma once

#include <string>

#include "queue/amqp/address.h"
#include "queue/base/clock.h"

namespace utboks::amqp {

struct ConnectionSettings {
  Address broker;
  std::string password_file;       // its first line; read at each connecting; "" = "guest"
  std::string ca_file;             // PEM; "" = the system's authorities
  std::string client_certificate;  // PEM, its chain after it; "" = none is shown
  std::string client_key;          // PEM; "" = it stands in client_certificate
  std::string name;                // as the broker's people see us
  // Of each wait for the broker: connecting with TLS and login, an answer, what is
  // sent and not taken.
  Millis timeout{10'000};
  int heartbeat_s = 30;  // silent for twice as long: the connection is dead
  std::size_t most_body = std::size_t{64} << 20;  // of a larger delivery the body is dropped
};

}  // namespace utboks::amqp

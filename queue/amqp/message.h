// What comes from a broker, and what goes to it: bytes, properties and headers only.
// Values, to be copied between threads.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "queue/base/secret.h"

namespace utboks::amqp {

struct Delivery {
  std::uint64_t tag = 0;  // of this connection
  bool redelivered = false;
  // How often it was given to a consumer and came back, as a quorum queue counts it.
  std::int64_t returns = 0;
  int handed = 0;          // how often it was given to the handler, this time included
  bool too_large = false;  // larger than most_body: `body` is empty
  std::string type, content_type;
  // The caller's words; they may name a person.
  SensitiveText message_id, correlation_id;
  // Those with a text or a whole number; a list gives one entry for each member.
  std::vector<std::pair<std::string, SensitiveText>> headers;
  SensitiveText body;
};

struct Letter {
  std::string exchange;  // "" = the default one, whose routing keys are queues
  std::string routing_key;
  SensitiveText message_id, correlation_id;  // "" = left out; 255 bytes at most
  std::string type, content_type;            // the same
  std::vector<std::pair<std::string, std::string>> headers;
  SensitiveText body;
};

}  // namespace utboks::amqp

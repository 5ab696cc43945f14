// Where a broker listens and who we are to it, out of a URL without a password.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "queue/base/status.h"

namespace utboks::amqp {

struct Address {
  bool tls = true;
  std::string host;  // a name, or an address (IPv6 without brackets)
  std::uint16_t port = 0;
  std::string user = "guest";  // RabbitMQ's own, which it takes from this machine alone
  std::string vhost = "/";

  // "amqps://host:port": for texts that people read.
  std::string Shown() const;
};

// "amqps://[USER@]HOST[:PORT][/VHOST]", %XX in user and vhost.  amqp:// (nothing is
// encrypted) is for a broker on this machine: localhost, 127.*, [::1].  kConfig,
// with a text that goes after the setting's name and holds nothing of the URL: a
// password may stand in it by mistake, and is refused.
Result<Address> ParseAddress(std::string_view url);

}  // namespace utboks::amqp

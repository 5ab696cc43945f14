// A client that hides nothing: what came over the wire, and how it ended.
#pragma once

#include <Poco/Net/SecureStreamSocket.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "queue/base/clock.h"

namespace utboks::simulator {

struct Reply {
  enum class End {
    kWhole,      // an answer, complete
    kClosed,     // the connection ended first
    kReset,      // the connection was reset first
    kRefused,    // no connection
    kHandshake,  // no TLS
    kSilent,     // nothing more within the patience
  };
  End end = End::kClosed;
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string bytes;  // all that came

  // What stands in the first <name> of the body.
  std::string Element(std::string_view name) const;
};

class PlainClient {
 public:
  struct Spec {
    std::string certificate = "client";  // a kind of the development certificates; "" = none
    Millis patience{std::chrono::seconds(30)};
  };

  // Connects at the first request, and again when the connection has ended.
  explicit PlainClient(std::uint16_t port) : PlainClient(port, Spec()) {}
  PlainClient(std::uint16_t port, const Spec& spec);

  Reply Post(std::string_view ressurs, std::string_view body, std::string_view headers = kAccept);
  Reply Head(std::string_view ressurs);
  // `request` as it is, then what comes back.
  Reply Exchange(std::string_view request, bool head = false);
  // Sends and does not wait; false when there is no connection.
  bool Send(std::string_view bytes);
  Reply Receive(bool head = false);

  bool connected() const { return socket_.has_value(); }
  void Disconnect() { socket_.reset(); }

  static constexpr std::string_view kAccept = "Accept: application/xml\r\n";

 private:
  Reply::End Connect();

  const std::uint16_t port_;
  const Spec spec_;
  Poco::Net::Context::Ptr context_;
  std::optional<Poco::Net::SecureStreamSocket> socket_;
};

// A valid message for doedsfall_v1 with this identifier.
std::string DeathNotice(std::string_view identifier);

}  // namespace utboks::simulator

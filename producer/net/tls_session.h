// One kept-alive HTTPS connection to one server, used by one thread.
//
// HTTP is written here and not left to Poco's HTTPClientSession, because that
// repeats the first write of a kept-alive connection by itself and cannot say
// whether the last byte left: nothing beneath us may repeat a POST, and what is
// "not sent" must be known exactly.  Redirects are answers like any other.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>

#include "producer/net/endpoint.h"
#include "producer/net/exchange.h"
#include "queue/base/clock.h"

namespace utboks {

class TlsContext;
class Resolver;

struct SessionSettings {
  std::optional<Endpoint> proxy;
  Millis connect_timeout{10'000};   // total: name, TCP, proxy and TLS handshake
  Millis response_timeout{60'000};  // total: from the first byte out to the last byte in
  // A connection that has lain idle longer is closed before use: the other side
  // may be about to close it, and then a request would be in doubt.
  Millis idle_limit{2'000};
  std::size_t most_body = kMostBody;  // of an answer, in bytes; a larger one is not read on
};

struct Request {
  std::string_view head;                   // request line, headers and the empty line
  std::span<const std::string_view> body;  // its pieces, in order
  bool bodyless_answer = false;            // HEAD
};

class TlsSession {
 public:
  TlsSession(std::shared_ptr<const TlsContext> context, std::shared_ptr<Resolver> resolver,
             SessionSettings settings);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Sends `request` once and reads its answer, on the connection there is or a
  // new one.  Never sends it twice, never throws.  Gives up at `deadline` or when
  // `stop` is asked for, whichever thread asks.
  Exchange Send(const Request& request, SteadyTime deadline, const std::stop_token& stop);

  // The next request goes over a new connection.
  void Close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace utboks

// Why a step on the wire failed, out of what Poco, OpenSSL and the system say.
#pragma once

#include <exception>
#include <string>

#include "producer/net/exchange.h"

namespace utboks {

struct Trouble {
  Fault fault = Fault::kNone;
  TlsFault tls = TlsFault::kNone;
  // The other side ended the handshake by an alert that only a handshake can have.
  // With TLS 1.3 that comes at the first read, when ours is long done.
  bool handshake_refused = false;
  std::string detail;
};

// `doing` begins the detail: "TLS handshake with localhost:443".
Trouble TroubleFromErrno(const std::string& doing, int error);
// Of the exception being handled; call inside a catch block.
Trouble TroubleFromException(const std::string& doing);

}  // namespace utboks

// How we speak TLS to one server: at least TLS 1.2, our certificate, trust in
// ca_file or the system's authorities, the server's name checked within the
// handshake.  Nothing is pinned: the register has replaced its certificate at
// short notice before.
#pragma once

#include <Poco/Net/Context.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "producer/net/credentials.h"
#include "producer/net/endpoint.h"
#include "producer/net/trust.h"
#include "queue/base/status.h"

namespace utboks {

// Shared by all sessions to the server.  Safe for many threads.
class TlsContext {
 public:
  // kConfig: the TLS library refuses the credentials.
  static Result<std::shared_ptr<const TlsContext>> Make(const Credentials& credentials,
                                                        const Endpoint& server);
  // For a server that is not the register: it is shown no certificate of ours.
  static Result<std::shared_ptr<const TlsContext>> MakeNameless(const Trust& trust,
                                                                const Endpoint& server);

  const Poco::Net::Context::Ptr& poco() const { return poco_; }
  const Endpoint& server() const { return server_; }

 private:
  TlsContext(Poco::Net::Context::Ptr poco, Endpoint server);
  // `install` puts in whom we trust, and who we are.
  static Result<std::shared_ptr<const TlsContext>> Make(
      const std::function<Status(SSL_CTX*)>& install, const Endpoint& server);

  Poco::Net::Context::Ptr poco_;
  Endpoint server_;
};

// The version ("TLSv1.3") of the last handshake that this thread finished, and
// forgets it; "" when none was.  Lives as long as the process.
std::string_view TakeTlsVersion();

// Why the last certificate that this thread saw was not trusted, in OpenSSL's
// words, and forgets it; "" when all were.
std::string TakeVerifyReason();

}  // namespace utboks

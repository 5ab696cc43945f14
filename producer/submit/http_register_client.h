// The register's mottak over mutual TLS: one message out, one judged answer back.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "producer/domain/multipart_form.h"
#include "producer/net/credentials.h"
#include "producer/net/tls_session.h"
#include "producer/submit/register_client.h"
#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/delivery_settings.h"

namespace utboks {

struct RegisterSettings {
  std::string base_url;  // https://host[:port]
  std::string proxy;     // host:port; "" = none
  Millis connect_timeout{10'000};
  Millis response_timeout{60'000};
  DeliverySettings delivery;
  // How a resource that takes attachments wants them; one that is not here takes none.
  std::map<std::string, MultipartForm, std::less<>> forms;
};

// What all clients of one register share; safe for many threads.
class RegisterSite {
 public:
  // kConfig: base_url or proxy is malformed, or the TLS library refuses the
  // credentials.  Connects to nobody.  `clock` outlives it.
  static Result<std::shared_ptr<const RegisterSite>> Make(
      const RegisterSettings& settings, std::shared_ptr<const Credentials> credentials,
      Clock& clock);

  const Credentials& credentials() const { return *credentials_; }
  std::string_view host() const { return server_.host; }  // a store is stamped with it

 private:
  friend class HttpRegisterClient;
  RegisterSite(std::shared_ptr<const Credentials> credentials, Clock& clock);

  const std::shared_ptr<const Credentials> credentials_;
  Clock& clock_;
  Endpoint server_;
  SessionSettings session_;
  DeliverySettings delivery_;
  std::map<std::string, MultipartForm, std::less<>> forms_;
  std::string headers_;  // those that all requests have
  std::shared_ptr<const TlsContext> context_;
  std::shared_ptr<Resolver> resolver_;
};

// Over one kept-alive connection of its own, opened by its first request.  A
// message's bytes are sent at most once so that they can have arrived; a Submit
// right after a Head goes over the same connection.
class HttpRegisterClient final : public RegisterClient {
 public:
  explicit HttpRegisterClient(std::shared_ptr<const RegisterSite> site);

  Outcome Submit(const Payload& payload, SteadyTime deadline, const std::stop_token& stop) override;
  HeadResult Head(std::string_view ressurs, SteadyTime deadline,
                  const std::stop_token& stop) override;

  // Why the last request failed on the wire, one line for people; "" when it did
  // not.  For `doctor` and the log; never content.
  const std::string& last_failure() const { return last_failure_; }
  // The TLS version of the session that the last request used ("TLSv1.3"); "" when
  // there was none, or its server was not who it should be.
  std::string_view tls_version() const { return tls_version_; }

 private:
  struct Body {
    std::string_view type;
    std::span<const std::string_view> pieces;
  };
  Outcome Post(const Payload& payload, const Body& body, SteadyTime deadline,
               const std::stop_token& stop);
  Outcome PostForm(const Payload& payload, const MultipartForm& form, SteadyTime deadline,
                   const std::stop_token& stop);
  bool Expired() const;
  Exchange Send(const Request& request, SteadyTime deadline, const std::stop_token& stop);

  const std::shared_ptr<const RegisterSite> site_;
  TlsSession session_;
  std::string head_;  // of the request being sent; kept for its memory
  std::string last_failure_;
  std::string_view tls_version_;
};

}  // namespace utboks

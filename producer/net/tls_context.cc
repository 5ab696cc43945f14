#include "producer/net/tls_context.h"

#include <Poco/Exception.h>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <mutex>
#include <utility>

namespace utboks {
namespace {

thread_local int verify_error = X509_V_OK;
thread_local std::string_view tls_version;

int RememberWhy(int ok, X509_STORE_CTX* store) {
  if (ok != 1) verify_error = X509_STORE_CTX_get_error(store);
  return ok;
}

// Poco does not give its SSL away; it is a literal of OpenSSL's that is kept.
void RememberVersion(const SSL* ssl, int where, int /*result*/) {
  if ((where & SSL_CB_HANDSHAKE_DONE) != 0) tls_version = SSL_get_version(ssl);
}

// OpenSSL writes with write(2), and a write to a connection that the register
// has just closed would end the process.
void IgnoreBrokenPipes() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction now = {};
    if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
      now.sa_handler = SIG_IGN;
      ::sigaction(SIGPIPE, &now, nullptr);
    }
  });
}

Status Tune(SSL_CTX* context, const Endpoint& server) {
  if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
    return {Code::kConfig, "TLS 1.2 is switched off in this machine's OpenSSL configuration"};
  }
  // One record at a time, so that it is known how much of a large body has left;
  // and memory for records only while there are any, for hundreds of connections
  // wait most of the time.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  // Some servers ask for the certificate only when they have seen the path.
  SSL_CTX_set_post_handshake_auth(context, 1);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, RememberWhy);
  SSL_CTX_set_info_callback(context, RememberVersion);
  // The name is checked within the handshake, so a server of another name never
  // sees a request.  Poco checks it once more afterwards.
  X509_VERIFY_PARAM* wanted = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const int named = server.is_address ? X509_VERIFY_PARAM_set1_ip_asc(wanted, server.host.c_str())
                                      : X509_VERIFY_PARAM_set1_host(wanted, server.host.c_str(), 0);
  if (named != 1) {
    return {Code::kConfig, fmt::format("{} cannot be checked as a host name", server.host)};
  }
  return {};
}

// A certificate works its extensions out when they are first asked for, and many
// connections ask at once.  OpenSSL copes, by atomics that a race detector cannot see in
// it: worked out here, there is nothing to tell apart from a race of ours.
void WorkOutExtensions(SSL_CTX* context) {
  const STACK_OF(X509_OBJECT)* known = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
  for (int i = 0; i < sk_X509_OBJECT_num(known); ++i) {
    X509* certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(known, i));
    if (certificate != nullptr) X509_check_purpose(certificate, -1, 0);
  }
}

}  // namespace

TlsContext::TlsContext(Poco::Net::Context::Ptr poco, Endpoint server)
    : poco_(std::move(poco)), server_(std::move(server)) {}

Result<std::shared_ptr<const TlsContext>> TlsContext::Make(const Credentials& credentials,
                                                           const Endpoint& server) {
  return Make([&](SSL_CTX* context) { return credentials.InstallInto(context); }, server);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::MakeNameless(const Trust& trust,
                                                                   const Endpoint& server) {
  return Make([&](SSL_CTX* context) { return trust.InstallInto(context); }, server);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::Make(
    const std::function<Status(SSL_CTX*)>& install, const Endpoint& server) {
  IgnoreBrokenPipes();
  try {
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
    params.cipherList = "DEFAULT:!aNULL:!eNULL";
    Poco::Net::Context::Ptr poco(
        new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params));
    poco->enableExtendedCertificateVerification(true);
    UTBOKS_RETURN_IF_ERROR(Tune(poco->sslContext(), server));
    UTBOKS_RETURN_IF_ERROR(install(poco->sslContext()));
    WorkOutExtensions(poco->sslContext());
    return std::shared_ptr<const TlsContext>(new TlsContext(std::move(poco), server));
  } catch (const Poco::Exception& error) {
    return Status(Code::kConfig, fmt::format("TLS cannot be set up: {}", error.displayText()));
  }
}

std::string_view TakeTlsVersion() {
  return std::exchange(tls_version, {});
}

std::string TakeVerifyReason() {
  const int error = std::exchange(verify_error, X509_V_OK);
  return error == X509_V_OK ? "" : X509_verify_cert_error_string(error);
}

}  // namespace utboks

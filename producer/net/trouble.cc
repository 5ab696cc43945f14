#include "producer/net/trouble.h"

#include <Poco/Exception.h>
#include <Poco/Net/SSLException.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace utboks {
namespace {

Fault FaultOf(int error) {
  switch (error) {
    case ECONNREFUSED:
      return Fault::kRefused;
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED:
    case ENOTCONN:
      return Fault::kReset;
    case ETIMEDOUT:
      return Fault::kTimeout;
    default:
      return Fault::kUnreachable;
  }
}

// Alerts that say that our certificate is not taken.
bool RefusesOurs(int alert) {
  switch (alert) {
    case 41:  // no_certificate
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_DECRYPT_ERROR:
    case SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE:
    case SSL_AD_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

// Alerts that can only end a handshake: whoever sends one has not looked at a
// request.  internal_error, decode_error and the like can come at any time.
bool OnlyInHandshake(int alert) {
  switch (alert) {
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_PROTOCOL_VERSION:
    case SSL_AD_INSUFFICIENT_SECURITY:
    case SSL_AD_MISSING_EXTENSION:
    case SSL_AD_UNSUPPORTED_EXTENSION:
    case SSL_AD_UNRECOGNIZED_NAME:
    case SSL_AD_UNKNOWN_PSK_IDENTITY:
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return true;
    default:
      return RefusesOurs(alert);
  }
}

Trouble FromOpenSsl(const std::string& doing, unsigned long code, const std::string& text) {
  Trouble trouble{Fault::kTls, TlsFault::kOther, false, fmt::format("{}: {}", doing, text)};
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return trouble;
  const int reason = ERR_GET_REASON(code);
  if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    trouble.fault = Fault::kClosed;
    trouble.tls = TlsFault::kNone;
    trouble.detail = doing + ": the other side closed the connection";
  } else if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    trouble.tls = TlsFault::kTheirsRefused;
  } else if (reason > SSL_AD_REASON_OFFSET) {
    const int alert = reason - SSL_AD_REASON_OFFSET;
    trouble.handshake_refused = OnlyInHandshake(alert);
    if (RefusesOurs(alert)) trouble.tls = TlsFault::kOursRefused;
  }
  return trouble;
}

// Poco gives OpenSSL's error as text only: "error:0A000418:SSL routines::…".
unsigned long CodeInText(std::string_view text) {
  constexpr std::string_view kMark = "error:";
  const auto at = text.find(kMark);
  if (at == std::string_view::npos) return 0;
  const std::string digits(text.substr(at + kMark.size(), 8));
  return std::strtoul(digits.c_str(), nullptr, 16);
}

}  // namespace

Trouble TroubleFromErrno(const std::string& doing, int error) {
  return {FaultOf(error), TlsFault::kNone, false,
          fmt::format("{}: {}", doing, std::generic_category().message(error))};
}

Trouble TroubleFromException(const std::string& doing) {
  try {
    throw;
  } catch (const Poco::Net::SSLConnectionUnexpectedlyClosedException&) {
    return {Fault::kClosed, TlsFault::kNone, false,
            doing + ": the other side closed the connection"};
  } catch (const Poco::Net::CertificateValidationException&) {
    return {Fault::kTls, TlsFault::kTheirsRefused, false,
            doing + ": the certificate is for another host name"};
  } catch (const Poco::Net::SSLException& error) {
    return FromOpenSsl(doing, CodeInText(error.message()), error.message());
  } catch (const Poco::Exception& error) {
    if (error.code() != 0) return TroubleFromErrno(doing, error.code());
    return {Fault::kUnreachable, TlsFault::kNone, false,
            fmt::format("{}: {}", doing, error.name())};
  } catch (const std::exception&) {
    return {Fault::kUnreachable, TlsFault::kNone, false, doing + ": out of memory or threads"};
  }
}

}  // namespace utboks

#include "producer/app/setting_rows.h"

#include <algorithm>
#include <array>
#include <utility>

#include "producer/net/endpoint.h"

namespace utboks::app {
namespace {

using enum SettingKind;

Status Wrong(std::string text) {
  return Status(Code::kConfig, std::move(text));
}

Status SetBaseUrl(Config& config, const SettingValue& value) {
  if (!ParseBaseUrl(value.text).ok()) {
    return Wrong("must be https://HOST or https://HOST:PORT, with nothing after it");
  }
  config.registry.base_url = value.text;
  return Status();
}

Status SetEnvironment(Config& config, const SettingValue& value) {
  config.registry.production = value.text == "production";
  return Status();
}

Status SetOrganisation(Config& config, const SettingValue& value) {
  const bool digits = std::all_of(value.text.begin(), value.text.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (value.text.size() != 9 || !digits) return Wrong("is nine digits, without spaces");
  config.registry.organisation_number = value.text;
  return Status();
}

Status SetProxy(Config& config, const SettingValue& value) {
  if (!ParseProxy(value.text).ok()) return Wrong("must be HOST:PORT");
  config.registry.proxy = value.text;
  return Status();
}

const std::array kRows = {
    Setting{.section = "register",
            .key = "base_url",
            .kind = kText,
            .fallback = "",
            .example = "https://folkeregisteret-api-ekstern.sits.no",
            .meaning = "Where the register answers: scheme, host and port. The documented paths "
                       "follow. Required by everything that opens the store.",
            .apply = SetBaseUrl},
    Setting{.section = "register",
            .key = "environment",
            .kind = kChoice,
            .fallback = "test",
            .choices = "test|production",
            .meaning = "Which of the register's environments that is: \"production\" (contract "
                       "editions in production) or \"test\" (those, and the editions in test).",
            .apply = SetEnvironment},
    Setting{.section = "register",
            .key = "organisation_number",
            .kind = kText,
            .fallback = "",
            .example = "310000000",
            .meaning = "Our organisation number, nine digits. It must stand in the client "
                       "certificate's subject. Required by everything that opens the store.",
            .apply = SetOrganisation},
    Setting{.section = "register",
            .key = "client_certificate",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/client.pem",
            .meaning = "Our certificate (virksomhetssertifikat) with its chain, as PEM; or a "
                       "PKCS#12 file (.p12, .pfx) that holds certificate and key.",
            .apply = Put<&Config::registry, &RegisterSection::client_certificate>},
    Setting{.section = "register",
            .key = "client_key",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/client.key",
            .meaning = "The certificate's private key as PEM, readable by the service's user "
                       "alone. Left out with PKCS#12.",
            .apply = Put<&Config::registry, &RegisterSection::client_key>},
    Setting{.section = "register",
            .key = "client_key_password_file",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/client.password",
            .meaning = "File whose first line is the password of client_key or of the PKCS#12 "
                       "file. Left out when there is none.",
            .apply = Put<&Config::registry, &RegisterSection::client_key_password_file>},
    Setting{.section = "register",
            .key = "ca_file",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/register-ca.pem",
            .meaning = "The authorities we trust to vouch for the register, as PEM. Left out: "
                       "the system's. The server's own certificate is never pinned.",
            .apply = Put<&Config::registry, &RegisterSection::ca_file>},
    Setting{.section = "register",
            .key = "proxy",
            .kind = kText,
            .fallback = "",
            .example = "proxy.example.no:8080",
            .meaning = "HTTP proxy that connections to the register go through (CONNECT). Left "
                       "out: none.",
            .apply = SetProxy},
    Setting{.section = "register",
            .key = "connect_timeout",
            .kind = kDuration,
            .fallback = "10s",
            .low = 100,
            .high = 5 * kMinute,
            .meaning = "How long a connection with its TLS handshake may take, in all.",
            .apply = Put<&Config::registry, &RegisterSection::connect_timeout>},
    Setting{.section = "register",
            .key = "response_timeout",
            .kind = kDuration,
            .fallback = "60s",
            .low = kSecond,
            .high = 30 * kMinute,
            .meaning = "How long a request may take from its first byte to the answer's last. A "
                       "request cut off after its last byte was sent is in doubt.",
            .apply = Put<&Config::registry, &RegisterSection::response_timeout>},
};

}  // namespace

std::span<const Setting> RegisterRows() {
  return kRows;
}

}  // namespace utboks::app

#include "queue/amqp/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace utboks::amqp {
namespace {

constexpr std::uint16_t kPlainPort = 5672, kTlsPort = 5671;
constexpr std::size_t kLongestName = 255;  // of AMQP's short strings and of host names

Status Wrong(std::string_view what) {
  return Status(Code::kConfig, std::string(what));
}

std::optional<std::string> Unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '%') {
      const std::string_view digits = text.substr(i + 1, 2);
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), c, 16);
      if (digits.size() != 2 || read.ptr != digits.data() + 2) return std::nullopt;
      i += 2;
    }
    if (c < 0x20 || c == 0x7F) return std::nullopt;
    out += static_cast<char>(c);
  }
  if (out.empty() || out.size() > kLongestName) return std::nullopt;
  return out;
}

bool IsHostChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

bool IsAddressChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
         c == '.';
}

bool IsThisMachine(std::string_view host) {
  const bool four = host.starts_with("127.") && std::ranges::all_of(host, [](char c) {
                      return (c >= '0' && c <= '9') || c == '.';
                    });
  return host == "localhost" || host == "::1" || four;
}

Status ReadServer(std::string_view text, Address& address) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return Wrong("has a [ without its ]");
    address.host = text.substr(1, end - 1);
    if (!std::ranges::all_of(address.host, IsAddressChar))
      return Wrong("has no IPv6 address in []");
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return Wrong("has something after the ]");
    if (!rest.empty()) port = rest.substr(1);
    if (!rest.empty() && port.empty()) return Wrong("has a : without a port");
  } else {
    const std::size_t colon = text.find(':');
    address.host = text.substr(0, colon);
    if (!std::ranges::all_of(address.host, IsHostChar)) return Wrong("has no host name");
    if (colon != std::string_view::npos) {
      port = text.substr(colon + 1);
      if (port.empty()) return Wrong("has a : without a port");
    }
  }
  if (address.host.empty() || address.host.size() > kLongestName) return Wrong("names no host");
  if (port.empty()) return Status();
  const auto read = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (read.ec != std::errc() || read.ptr != port.data() + port.size() || address.port == 0) {
    return Wrong("has a port that is no number from 1 to 65535");
  }
  return Status();
}

}  // namespace

std::string Address::Shown() const {
  const bool six = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", tls ? "amqps" : "amqp", six ? "[" : "", host, six ? "]" : "",
                     port);
}

Result<Address> ParseAddress(std::string_view url) {
  Address address;
  constexpr std::string_view kTls = "amqps://", kPlain = "amqp://";
  if (url.starts_with(kTls)) {
    url.remove_prefix(kTls.size());
  } else if (url.starts_with(kPlain)) {
    url.remove_prefix(kPlain.size());
    address.tls = false;
  } else {
    return Wrong("must be amqps://[USER@]HOST[:PORT][/VHOST]");
  }
  address.port = address.tls ? kTlsPort : kPlainPort;
  if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = url.substr(0, at);
    if (user.find(':') != std::string_view::npos) {
      return Wrong("has a password in it: it belongs into the file that password_file names");
    }
    const auto name = Unescaped(user);
    if (!name) return Wrong("has a user name that cannot be read");
    address.user = *name;
    url.remove_prefix(at + 1);
  }
  if (const std::size_t slash = url.find('/'); slash != std::string_view::npos) {
    const std::string_view vhost = url.substr(slash + 1);
    if (!vhost.empty()) {
      const auto name = Unescaped(vhost);
      if (!name || vhost.find('/') != std::string_view::npos) {
        return Wrong("has a vhost that cannot be read (write / in it as %2F)");
      }
      address.vhost = *name;
    }
    url = url.substr(0, slash);
  }
  UTBOKS_RETURN_IF_ERROR(ReadServer(url, address));
  if (!address.tls && !IsThisMachine(address.host)) {
    return Wrong("must be amqps: unencrypted goes to a broker on this machine alone");
  }
  return address;
}

}  // namespace utboks::amqp

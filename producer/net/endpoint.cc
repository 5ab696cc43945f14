#include "producer/net/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>

namespace utboks {
namespace {

constexpr std::uint16_t kHttpsPort = 443;
constexpr std::string_view kScheme = "https://";
constexpr std::size_t kLongestUrl = 2'000;

bool IsAddress(int family, const std::string& text) {
  std::array<std::byte, sizeof(in6_addr)> ignored;
  return ::inet_pton(family, text.c_str(), ignored.data()) == 1;
}

bool IsHostName(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::optional<Endpoint> ParseAuthority(std::string_view text, std::uint16_t default_port) {
  Endpoint endpoint;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    endpoint.host = text.substr(1, close - 1);
    if (!IsAddress(AF_INET6, endpoint.host)) return std::nullopt;
    endpoint.is_address = true;
    port = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    endpoint.host = text.substr(0, colon);
    if (!IsHostName(endpoint.host)) return std::nullopt;
    endpoint.is_address = IsAddress(AF_INET, endpoint.host);
    port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (port.empty()) {
    endpoint.port = default_port;
  } else {
    const auto number = port.front() == ':' ? ParsePort(port.substr(1)) : std::nullopt;
    if (!number) return std::nullopt;
    endpoint.port = *number;
  }
  if (endpoint.port == 0) return std::nullopt;
  return endpoint;
}

// What a person typed, fit for one line.
std::string Shown(std::string_view text) {
  std::string shown(text.substr(0, 200));
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < ' '; }, '?');
  return shown;
}

}  // namespace

std::string Endpoint::HostAndPort() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

std::string Endpoint::HostHeader() const {
  std::string text = HostAndPort();
  if (port == kHttpsPort) text.resize(text.rfind(':'));
  return text;
}

Result<Endpoint> ParseBaseUrl(std::string_view url) {
  std::optional<Endpoint> endpoint;
  if (url.starts_with(kScheme)) {
    std::string_view rest = url.substr(kScheme.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    endpoint = ParseAuthority(rest, kHttpsPort);
  }
  if (!endpoint) {
    return Status(Code::kConfig,
                  fmt::format("[register] base_url must be https://HOST or https://HOST:PORT, with "
                              "nothing after it; it is \"{}\"",
                              Shown(url)));
  }
  return *endpoint;
}

Result<Endpoint> ParseProxy(std::string_view text) {
  const auto endpoint = ParseAuthority(text, 0);
  if (!endpoint) {
    return Status(Code::kConfig,
                  fmt::format("[register] proxy must be HOST:PORT; it is \"{}\"", Shown(text)));
  }
  return *endpoint;
}

Result<PageAddress> ParsePageAddress(std::string_view url) {
  const bool printable =
      std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; });
  std::optional<Endpoint> server;
  std::string_view target;
  if (url.starts_with(kScheme) && url.size() <= kLongestUrl && printable &&
      url.find('#') == std::string_view::npos) {
    const std::string_view rest = url.substr(kScheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    server = ParseAuthority(rest.substr(0, end), kHttpsPort);
    target = rest.substr(end);
  }
  if (!server) {
    return Status(Code::kConfig, fmt::format("must be https://HOST/PATH, of plain characters and "
                                             "without #; it is \"{}\"",
                                             Shown(url)));
  }
  return PageAddress{*server, fmt::format("{}{}", target.starts_with('/') ? "" : "/", target)};
}

}  // namespace utboks

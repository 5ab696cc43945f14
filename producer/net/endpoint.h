// Where the register, or a proxy before it, listens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "queue/base/status.h"

namespace utboks {

struct Endpoint {
  std::string host;  // a name, or an address (IPv6 without brackets)
  std::uint16_t port = 0;
  bool is_address = false;

  // "host:port", as CONNECT wants it; an IPv6 address stands in brackets.
  std::string HostAndPort() const;
  // The Host header of a request to https://host:port.
  std::string HostHeader() const;
};

// [register] base_url: "https://host[:port]", nothing after it but a slash.
// kConfig when it is anything else; http is refused, for nothing goes unencrypted.
Result<Endpoint> ParseBaseUrl(std::string_view url);

// [register] proxy: "host:port".
Result<Endpoint> ParseProxy(std::string_view text);

// A page of some server: https://HOST[:PORT][/PATH][?QUERY].
struct PageAddress {
  Endpoint server;
  std::string target;  // what a GET asks for: path and query, fit for a request line
};
// kConfig, with a text that goes after the setting's name: http, a user name, a
// fragment, or what cannot stand in a request line.
Result<PageAddress> ParsePageAddress(std::string_view url);

}  // namespace utboks

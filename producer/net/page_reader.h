// A page of a server that is not the register, read again and again.
//
// The server is verified and shown no certificate of ours.  Nothing it does can cost
// more than PageSettings allows: the time is of the whole reading, not of one read.
// Redirects are not followed: whom we read from is configuration.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "producer/net/endpoint.h"
#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks {

struct PageSettings {
  PageAddress address;
  std::string ca_file;            // PEM; "" = the system's authorities
  std::optional<Endpoint> proxy;  // by CONNECT
  Millis connect_timeout{10'000};
  Millis whole_time{30'000};  // from the first look-up to the last byte
  std::size_t most_body = std::size_t{4} << 20;
};

// For one thread at a time.
class PageReader {
 public:
  struct Page {
    bool changed = true;  // false: it is still what `tag` stands for, and body is empty
    std::string body;
    std::string tag;  // of these bytes, for the next reading; "" = the server gives none
  };

  // kConfig: ca_file cannot be used.  Connects to nobody.
  static Result<std::unique_ptr<PageReader>> Make(const PageSettings& settings);
  ~PageReader();

  // `tag`: of the page that the caller has; "" = none.  kUnreachable, with one line that
  // says why, for anything but the whole page; kCancelled when `stop` was asked for.
  Result<Page> Read(const std::string& tag, const std::stop_token& stop);

 private:
  class Impl;
  explicit PageReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace utboks

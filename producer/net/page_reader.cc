#include "producer/net/page_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <string_view>
#include <utility>

#include "producer/net/resolver.h"
#include "producer/net/tls_context.h"
#include "producer/net/tls_session.h"
#include "producer/net/trust.h"
#include "queue/base/ascii.h"

namespace utboks {
namespace {

constexpr std::size_t kLongestTag = 200;
constexpr std::size_t kLongestShown = 200;

// The first header of this name in a head as Exchange keeps it; "" when there is none.
std::string_view HeaderOf(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !EqualsIgnoringCase(line.substr(0, colon), name)) {
      continue;
    }
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
  }
  return {};
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// What may be sent back in a request's head: "…" or W/"…".
std::string TagOf(std::string_view head) {
  const std::string_view tag = HeaderOf(head, "ETag");
  const bool formed = (tag.starts_with('"') || tag.starts_with("W/\"")) && tag.ends_with('"');
  return formed && tag.size() <= kLongestTag && IsPrintable(tag) ? std::string(tag) : "";
}

Status Unreadable(std::string text) {
  return Status(Code::kUnreachable, std::move(text));
}

Status Redirected(const Exchange& exchange) {
  const std::string_view to = HeaderOf(exchange.head, "Location").substr(0, kLongestShown);
  return Unreadable(
      fmt::format("it answers {} and sends us to {}, which is not followed; if that "
                  "is right, configure that address",
                  exchange.status, to.empty() || !IsPrintable(to) ? "another address" : to));
}

}  // namespace

class PageReader::Impl {
 public:
  Impl(const PageSettings& settings, std::shared_ptr<const TlsContext> context)
      : whole_time_(settings.whole_time),
        request_(fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: utboks/{}\r\n"
                             "Accept: */*\r\nConnection: close\r\n",
                             settings.address.target, settings.address.server.HostHeader(),
                             UTBOKS_VERSION)),
        session_(std::move(context), std::make_shared<Resolver>(), SessionOf(settings)) {}

  Result<Page> Read(const std::string& tag, const std::stop_token& stop) {
    const SteadyTime deadline = std::chrono::steady_clock::now() + whole_time_;
    std::string head = request_;
    if (!tag.empty()) head += fmt::format("If-None-Match: {}\r\n", tag);
    head += "\r\n";
    Exchange exchange = session_.Send({head, {}, false}, deadline, stop);
    session_.Close();
    if (stop.stop_requested()) return Status(Code::kCancelled, "stopping");
    if (exchange.phase != Phase::kStatusRead) return Unreadable(exchange.detail);
    if (exchange.status == 304 && !tag.empty()) return Page{false, "", tag};
    if (exchange.status >= 300 && exchange.status < 400) return Redirected(exchange);
    if (exchange.status != 200) {
      return Unreadable(fmt::format("it answers with HTTP {}", exchange.status));
    }
    if (!exchange.body_whole) return Unreadable(exchange.detail);
    return Page{true, std::move(exchange.body), TagOf(exchange.head)};
  }

 private:
  static SessionSettings SessionOf(const PageSettings& settings) {
    SessionSettings session;
    session.proxy = settings.proxy;
    session.connect_timeout = settings.connect_timeout;
    session.response_timeout = settings.whole_time;
    session.most_body = settings.most_body;
    return session;
  }

  const Millis whole_time_;
  const std::string request_;  // without its end
  TlsSession session_;
};

PageReader::PageReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PageReader::~PageReader() = default;

Result<std::unique_ptr<PageReader>> PageReader::Make(const PageSettings& settings) {
  const auto trust = Trust::Load(settings.ca_file);
  if (!trust.ok()) return trust.status();
  auto context = TlsContext::MakeNameless(*trust, settings.address.server);
  if (!context.ok()) return context.status();
  return std::unique_ptr<PageReader>(
      new PageReader(std::make_unique<Impl>(settings, *std::move(context))));
}

Result<PageReader::Page> PageReader::Read(const std::string& tag, const std::stop_token& stop) {
  try {
    return impl_->Read(tag, stop);
  } catch (const std::exception&) {
    return Unreadable("there was no memory to read it");
  }
}

}  // namespace utboks

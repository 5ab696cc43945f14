#include "producer/net/dial.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>

#include "producer/net/response_parser.h"

namespace utboks {
namespace {

using std::chrono::steady_clock;

Trouble Late(const std::string& doing) {
  return {Fault::kTimeout, TlsFault::kNone, false, doing + ": no answer in time"};
}

Trouble Stopped() {
  return {Fault::kInterrupted, TlsFault::kNone, false, "stopping"};
}

void Drop(int fd, StoppableFd& published) {
  published.Withdraw();
  ::close(fd);
}

Dialled ConnectOne(const std::string& doing, const NetAddress& address, StoppableFd& published,
                   SteadyTime deadline, const std::stop_token& stop) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return {-1, TroubleFromErrno(doing, errno), 0};
  published.Publish(fd);
  // Requests go out in one write each; waiting for more would only cost time.
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

  Trouble trouble;
  const auto* target = reinterpret_cast<const sockaddr*>(&address.storage);
  if (stop.stop_requested()) {  // before the socket was published
    trouble = Stopped();
  } else if (::connect(fd, target, address.size) != 0 && errno != EINPROGRESS) {
    trouble = TroubleFromErrno(doing, errno);
  } else if (!WaitFor(fd, POLLOUT, deadline)) {
    trouble = Late(doing);
  } else {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (stop.stop_requested()) {
      trouble = Stopped();
    } else if (error != 0) {
      trouble = TroubleFromErrno(doing, error);
    }
  }
  if (trouble.fault == Fault::kNone) return {fd, {}, 0};
  Drop(fd, published);
  return {-1, trouble, 0};
}

Dialled ConnectAny(const Endpoint& to, Resolver& resolver, StoppableFd& published,
                   SteadyTime deadline, const std::stop_token& stop) {
  const auto addresses = resolver.Resolve(to, deadline, stop);
  if (!addresses.ok()) {
    if (addresses.code() == Code::kCancelled) return {-1, Stopped(), 0};
    return {-1, {Fault::kDns, TlsFault::kNone, false, addresses.status().text()}, 0};
  }
  const std::string doing = "connecting to " + to.HostAndPort();
  Dialled last;
  auto left = static_cast<long>(addresses->size());
  for (const NetAddress& address : *addresses) {
    // A share of the time for each, or one black hole would take it all.
    const auto now = steady_clock::now();
    last = ConnectOne(doing, address, published, now + (deadline - now) / left, stop);
    --left;
    if (last.fd >= 0 || last.trouble.fault == Fault::kInterrupted) break;
  }
  return last;
}

// Asks the proxy for a tunnel.  The server behind it never speaks first, so
// whatever comes belongs to the proxy's answer.
Trouble Tunnel(int fd, const Endpoint& server, SteadyTime deadline, const std::stop_token& stop,
               int* proxy_status) {
  const std::string doing = "asking the proxy for " + server.HostAndPort();
  const std::string request =
      fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", server.HostAndPort());
  // It fits an empty socket's buffer, or something is wrong.
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return TroubleFromErrno(doing, errno);
  }
  ResponseParser answer;
  answer.Reset(true);
  std::array<char, 2048> buffer;
  while (answer.state() == ResponseParser::State::kReading) {
    if (!WaitFor(fd, POLLIN, deadline)) return Late(doing);
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (stop.stop_requested()) return Stopped();
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return TroubleFromErrno(doing, errno);
    if (got == 0) {
      return {Fault::kClosed, TlsFault::kNone, false, doing + ": it closed the connection"};
    }
    answer.Feed({buffer.data(), static_cast<std::size_t>(got)});
  }
  *proxy_status = answer.status();
  const int status = answer.status();
  if (status >= 200 && status < 300 && answer.state() == ResponseParser::State::kDone) return {};
  return {Fault::kProxy, TlsFault::kNone, false,
          status == 0 ? doing + ": what came back is not HTTP"
                      : fmt::format("{}: it says {}", doing, status)};
}

}  // namespace

Dialled Dial(const Endpoint& server, const std::optional<Endpoint>& proxy, Resolver& resolver,
             StoppableFd& published, SteadyTime deadline, const std::stop_token& stop) {
  Dialled dialled = ConnectAny(proxy ? *proxy : server, resolver, published, deadline, stop);
  if (dialled.fd < 0 || !proxy) return dialled;
  dialled.trouble = Tunnel(dialled.fd, server, deadline, stop, &dialled.proxy_status);
  if (dialled.trouble.fault != Fault::kNone) {
    Drop(dialled.fd, published);
    dialled.fd = -1;
  }
  return dialled;
}

}  // namespace utboks

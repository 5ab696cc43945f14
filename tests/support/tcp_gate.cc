#include "tests/support/tcp_gate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

namespace utboks::testing {
namespace {

sockaddr_in Local(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

const sockaddr* AsGeneral(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);  // NOLINT: the interface of sockets
}

void Must(bool holds) {
  if (!holds) std::abort();  // the machine has no sockets left: nothing to test
}

bool SendAll(int to, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = send(to, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

TcpGate::TcpGate(std::uint16_t target) : target_(target) {
  Listen();
}

TcpGate::TcpGate(std::string socket) : socket_(std::move(socket)) {
  Listen();
}

void TcpGate::Listen() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Local(0);
  Must(listener_ >= 0 && bind(listener_, AsGeneral(address), sizeof(address)) == 0 &&
       listen(listener_, 64) == 0);
  socklen_t size = sizeof(address);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of sockets
  Must(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  Must(wake_ >= 0);
  thread_ = std::thread([this] { Run(); });
}

TcpGate::~TcpGate() {
  end_ = true;
  eventfd_write(wake_, 1);
  thread_.join();
  close(listener_);
  close(wake_);
}

void TcpGate::Cut() {
  cut_ = true;
  eventfd_write(wake_, 1);
}

// Reset, not closed: nothing that was on its way arrives.
void TcpGate::End(const Pair& pair) {
  const linger now{1, 0};
  for (const int fd : {pair.client, pair.server}) {
    if (fd < 0) continue;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
  }
}

int TcpGate::Connect() const {
  const bool by_port = target_ != 0;
  const int fd = socket(by_port ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in port = Local(target_);
  sockaddr_un file{};
  file.sun_family = AF_UNIX;
  Must(socket_.size() < sizeof(file.sun_path));
  socket_.copy(file.sun_path, socket_.size());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of sockets
  const sockaddr* const to = by_port ? AsGeneral(port) : reinterpret_cast<const sockaddr*>(&file);
  if (connect(fd, to, by_port ? sizeof(port) : sizeof(file)) == 0) return fd;
  close(fd);
  return -1;
}

void TcpGate::Accept() {
  Pair pair;
  pair.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (pair.client < 0) return;
  ++accepted_;
  if (!shut_) {
    pair.server = Connect();
    if (pair.server >= 0) {
      // A side that reads nothing more must not hold the others up for ever.
      const timeval limit{5, 0};
      for (const int fd : {pair.client, pair.server}) {
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
      }
      pairs_.push_back(pair);
      return;
    }
  }
  End(pair);
}

bool TcpGate::Pass(const Pair& pair, int from, int to) {
  std::array<char, 65'536> bytes{};
  const ssize_t got = recv(from, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  auto size = static_cast<std::size_t>(got);
  bool last = false;
  if (from == pair.client && left_ >= 0) {
    last = left_ <= got;
    if (last) size = static_cast<std::size_t>(left_.load());
    left_ = last ? -1 : left_ - got;
  }
  return SendAll(to, bytes.data(), size) && !last;
}

void TcpGate::Run() {
  while (!end_) {
    std::vector<pollfd> polled = {{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    if (!stopped_) {
      for (const Pair& pair : pairs_) {
        polled.push_back({pair.client, POLLIN, 0});
        polled.push_back({pair.server, POLLIN, 0});
      }
    }
    // Its end is only for Stop, which wakes nobody.
    constexpr int kLookEvery_ms = 20;
    if (poll(polled.data(), polled.size(), kLookEvery_ms) < 0) continue;
    eventfd_t woken = 0;
    eventfd_read(wake_, &woken);
    if (cut_.exchange(false)) {
      for (const Pair& pair : pairs_) End(pair);
      pairs_.clear();
      continue;
    }
    std::size_t at = 2;
    const bool looked = polled.size() > 2;
    for (auto pair = pairs_.begin(); looked && pair != pairs_.end(); at += 2) {
      const bool lives = (polled[at].revents == 0 || Pass(*pair, pair->client, pair->server)) &&
                         (polled[at + 1].revents == 0 || Pass(*pair, pair->server, pair->client));
      if (!lives) End(*pair);
      pair = lives ? std::next(pair) : pairs_.erase(pair);
    }
    if (polled[1].revents != 0) Accept();
  }
  for (const Pair& pair : pairs_) End(pair);
}

}  // namespace utboks::testing

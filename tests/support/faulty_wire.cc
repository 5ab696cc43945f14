#include "tests/support/cutting_proxy.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace utboks::testing {
namespace {

constexpr std::size_t kChunk = 1 << 16;
constexpr int kAnswerMillis = 10'000;

sockaddr_un AddressOf(const std::string& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder + "/.s.PGSQL.5432";
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

template <typename Call>
int WithAddress(const std::string& folder, int fd, Call call) {
  const sockaddr_un address = AddressOf(folder);
  return call(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

bool WriteAll(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(std::string folder) : target_(std::move(folder)) {
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (WithAddress(dir_.path().string(), listener_, ::bind) != 0 || listen(listener_, 64) != 0 ||
      pipe2(wake_, O_CLOEXEC) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  acceptor_ = std::thread([this] { Accept(); });
}

CuttingProxy::~CuttingProxy() {
  close(wake_[1]);  // wakes all who poll
  acceptor_.join();
  for (std::thread& carrier : carriers_) carrier.join();
  close(wake_[0]);
  close(listener_);
}

void CuttingProxy::CutAt(int n, Cut how) {
  how_ = how;
  met_ = false;
  left_ = n;
}

bool CuttingProxy::Count() {
  int left = left_;
  while (left > 0) {
    if (!left_.compare_exchange_weak(left, left - 1)) continue;
    if (left == 1) met_ = true;
    return left == 1;
  }
  return false;
}

void CuttingProxy::Accept() {
  for (;;) {
    std::array<pollfd, 2> polled = {pollfd{listener_, POLLIN, 0}, pollfd{wake_[0], POLLIN, 0}};
    if (poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[1].revents != 0) return;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    std::lock_guard guard(mutex_);
    carriers_.emplace_back([this, client] { Carry(client); });
  }
}

void CuttingProxy::Carry(int client) {
  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool open = WithAddress(target_, server, ::connect) == 0;
  std::vector<char> buffer(kChunk);
  while (open) {
    std::array<pollfd, 3> polled = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0},
                                    pollfd{wake_[0], POLLIN, 0}};
    if (poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[2].revents != 0) break;
    if (polled[1].revents != 0) {
      const ssize_t got = recv(server, buffer.data(), buffer.size(), 0);
      open = got > 0 && WriteAll(client, buffer.data(), static_cast<std::size_t>(got));
      continue;
    }
    const ssize_t got = recv(client, buffer.data(), buffer.size(), 0);
    if (got <= 0) break;
    const bool cut = Count();
    if (cut && how_ == Cut::kBefore) break;
    open = WriteAll(server, buffer.data(), static_cast<std::size_t>(got));
    if (!cut) continue;
    pollfd answer{server, POLLIN, 0};
    (void)poll(&answer, 1, kAnswerMillis);
    break;
  }
  close(client);
  close(server);
}

}  // namespace utboks::testing

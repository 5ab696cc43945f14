#include "tests/support/tls_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace utboks::testing {
namespace {

void Must(bool done, const char* what) {
  if (done) return;
  std::perror(what);
  ERR_print_errors_fp(stderr);
  std::abort();
}

int BindLoopback(std::uint16_t* port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Must(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  *port = ntohs(address.sin_port);
  return fd;
}

std::size_t ContentLength(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto at = head.find(kName);
  if (at == std::string_view::npos) return 0;
  std::size_t length = 0;
  const char* digits = head.data() + at + kName.size();
  std::from_chars(digits, head.data() + head.size(), length);
  return length;
}

}  // namespace

ServerPeer::ServerPeer(TlsServer& server, int fd, int number)
    : server_(server), fd_(fd), number_(number) {
  const std::lock_guard lock(server_.mutex_);
  server_.live_.insert(fd_);
  if (server_.going_) ::shutdown(fd_, SHUT_RDWR);
}

ServerPeer::~ServerPeer() {
  Cut();
  SSL_free(tls_);
}

bool ServerPeer::Handshake() {
  tls_ = SSL_new(server_.context_);
  SSL_set_fd(tls_, fd_);
  ERR_clear_error();
  return SSL_accept(tls_) == 1;
}

bool ServerPeer::ReadSome(std::size_t bytes) {
  char buffer[16384];
  while (unread_.size() < bytes) {
    ERR_clear_error();
    const int got = SSL_read(tls_, buffer, sizeof buffer);
    if (got <= 0) return false;
    unread_.append(buffer, static_cast<std::size_t>(got));
  }
  return true;
}

std::optional<std::string> ServerPeer::ReadRequest() {
  std::size_t end = std::string::npos;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!ReadSome(unread_.size() + 1)) return std::nullopt;
  }
  const std::size_t whole = end + 4 + ContentLength(std::string_view(unread_).substr(0, end));
  if (!ReadSome(whole)) return std::nullopt;
  std::string request = unread_.substr(0, whole);
  unread_.erase(0, whole);
  server_.Took(request);
  return request;
}

bool ServerPeer::Write(std::string_view bytes) {
  ERR_clear_error();
  return bytes.empty() || SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

bool ServerPeer::WritePlain(std::string_view bytes) {
  return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

std::optional<std::string> ServerPeer::ReadPlainHead() {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    char c = 0;
    if (::recv(fd_, &c, 1, 0) != 1) return std::nullopt;
    head.push_back(c);
  }
  return head;
}

void ServerPeer::CloseWithGoodbye() {
  if (tls_ != nullptr) SSL_shutdown(tls_);
  Cut();
}

void ServerPeer::Cut() {
  if (fd_ < 0) return;
  const std::lock_guard lock(server_.mutex_);
  server_.live_.erase(fd_);
  ::close(fd_);
  fd_ = -1;
}

void ServerPeer::Reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  Cut();
}

void ServerPeer::AwaitEnd() {
  char buffer[4096];
  pollfd watched[2] = {{fd_, POLLIN, 0}, {server_.wake_[0], POLLIN, 0}};
  for (;;) {
    if (::poll(watched, 2, -1) < 0) continue;
    if (watched[1].revents != 0) return;
    if (::recv(fd_, buffer, sizeof buffer, 0) <= 0) return;
  }
}

bool ServerPeer::Pause(Millis time) {
  pollfd watched{server_.wake_[0], POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(time.count())) == 0;
}

TlsServer::TlsServer(const TlsServerOptions& options, Handler handler)
    : handler_(std::move(handler)) {
  ::signal(SIGPIPE, SIG_IGN);  // handlers write to clients that have gone
  context_ = SSL_CTX_new(TLS_server_method());
  if (options.weak) SSL_CTX_set_security_level(context_, 0);
  if (options.weak) SSL_CTX_set_cipher_list(context_, "ALL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context_, options.min_version);
  SSL_CTX_set_max_proto_version(context_, options.max_version);
  if (options.identity != nullptr) {
    Must(SSL_CTX_use_certificate(context_, options.identity->certificate()) == 1, "certificate");
    Must(SSL_CTX_use_PrivateKey(context_, options.identity->key()) == 1, "key");
  }
  if (options.client_authority != nullptr) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), options.client_authority->certificate());
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  Must(::pipe2(wake_, O_CLOEXEC) == 0, "pipe2");
  listener_ = BindLoopback(&port_);
  if (options.receive_buffer > 0) {
    ::setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer,
                 sizeof options.receive_buffer);
  }
  Must(::listen(listener_, 64) == 0, "listen");
  acceptor_ = std::thread([this] { Accept(); });
}

TlsServer::~TlsServer() {
  Must(::write(wake_[1], "x", 1) == 1, "write");
  acceptor_.join();
  {
    // Handlers that sit in a read or a write wake.
    const std::lock_guard lock(mutex_);
    going_ = true;
    for (const int fd : live_) ::shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& handler : handlers_) handler.join();
  ::close(listener_);
  ::close(wake_[0]);
  ::close(wake_[1]);
  SSL_CTX_free(context_);
}

void TlsServer::Accept() {
  pollfd watched[2] = {{listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
  for (;;) {
    if (::poll(watched, 2, -1) < 0) continue;
    if (watched[1].revents != 0) break;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    // What a handler has written has left: no second write waits for an ACK.
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int number = ++connections_;
    handlers_.emplace_back([this, fd, number] {
      {
        ServerPeer peer(*this, fd, number);
        handler_(peer);
      }
      const std::lock_guard lock(mutex_);
      ++ended_;
      changed_.notify_all();
    });
  }
}

void TlsServer::Took(std::string request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(std::move(request));
  changed_.notify_all();
}

std::vector<std::string> TlsServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool TlsServer::AwaitRequests(std::size_t count, Millis patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return requests_.size() >= count; });
}

bool TlsServer::AwaitEnded(int count, Millis patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return ended_ >= count; });
}

TlsServer::Handler TlsServer::Always(std::string answer) {
  return [answer = std::move(answer)](ServerPeer& peer) {
    if (!peer.Handshake()) return;
    while (peer.ReadRequest()) {
      if (!peer.Write(answer)) return;
    }
  };
}

DeadPort::DeadPort() : fd_(BindLoopback(&port_)) {}
DeadPort::~DeadPort() {
  ::close(fd_);
}

std::string HttpAnswer(std::string_view status_line, std::string_view body,
                       std::string_view more_headers) {
  std::string answer("HTTP/1.1 ");
  answer += status_line;
  answer += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  answer += more_headers;
  answer += "\r\n";
  answer += body;
  return answer;
}

}  // namespace utboks::testing

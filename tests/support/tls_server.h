// A TLS server within the test, on a port of its own, that does to each
// connection what the test says: answers, resets, hangs, lies.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "queue/base/clock.h"
#include "tests/support/test_pki.h"

using SSL_CTX = struct ssl_ctx_st;
using SSL = struct ssl_st;

namespace utboks::testing {

class TlsServer;

// One connection, in the handler's thread.
class ServerPeer {
 public:
  ServerPeer(TlsServer& server, int fd, int number);
  ~ServerPeer();
  ServerPeer(const ServerPeer&) = delete;
  ServerPeer& operator=(const ServerPeer&) = delete;

  int number() const { return number_; }  // 1 is the server's first connection
  bool Handshake();                       // false: it failed
  // Head and body of the next request; nothing when the client went.
  std::optional<std::string> ReadRequest();
  // Reads `bytes` of whatever comes; false when the client went before.
  bool ReadSome(std::size_t bytes);
  bool Write(std::string_view bytes);
  // Before Handshake: without TLS.
  bool WritePlain(std::string_view bytes);
  std::optional<std::string> ReadPlainHead();
  // Ends with TLS' goodbye, without it (FIN), or with RST.
  void CloseWithGoodbye();
  void Cut();
  void Reset();
  // Until the client or the server goes.
  void AwaitEnd();
  // False when the server goes first.
  bool Pause(Millis time);

 private:
  TlsServer& server_;
  int fd_;
  int number_;
  SSL* tls_ = nullptr;
  std::string unread_;
};

struct TlsServerOptions {
  const TestIdentity* identity = nullptr;
  // Clients must show a certificate of this authority; null = none is asked for.
  const TestIdentity* client_authority = nullptr;
  int min_version = 0, max_version = 0;  // OpenSSL's numbers; 0 = the library's
  bool weak = false;                     // security level 0: old versions, old ciphers
  int receive_buffer = 0;                // SO_RCVBUF; 0 = the system's
};

class TlsServer {
 public:
  using Handler = std::function<void(ServerPeer&)>;

  // Listens on 127.0.0.1 at once.  The handler runs in a thread for each connection.
  TlsServer(const TlsServerOptions& options, Handler handler);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  // Whole requests read, in the order they came.
  std::vector<std::string> requests() const;
  // Waits until that many have come; false when `patience` ends first.
  bool AwaitRequests(std::size_t count, Millis patience = std::chrono::seconds(30));
  // Waits until that many handlers have come to their end.
  bool AwaitEnded(int count, Millis patience = std::chrono::seconds(30));

  // Handshake, then the same answer to each request until the client goes.
  static Handler Always(std::string answer);

 private:
  friend class ServerPeer;
  void Accept();
  void Took(std::string request);

  SSL_CTX* context_ = nullptr;
  Handler handler_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};  // readable once the server goes
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;  // guarded by mutex_
  int ended_ = 0;                      // guarded by mutex_
  bool going_ = false;                 // guarded by mutex_
  std::set<int> live_;                 // sockets of handlers; guarded by mutex_
  std::vector<std::thread> handlers_;  // of the accepting thread, then of the destructor
  std::thread acceptor_;               // last: uses all above
};

// A port of 127.0.0.1 that is taken and that nobody listens at: refused.
class DeadPort {
 public:
  DeadPort();
  ~DeadPort();
  DeadPort(const DeadPort&) = delete;
  DeadPort& operator=(const DeadPort&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  int fd_;
};

// "HTTP/1.1 202 Accepted" and the like, with Content-Length.
std::string HttpAnswer(std::string_view status_line, std::string_view body,
                       std::string_view more_headers = "");

}  // namespace utboks::testing

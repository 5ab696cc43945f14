// One TLS connection over Poco's SecureStreamSocket, never blocking: each call
// does what it can at once and says what it waits for.  For one thread.
#pragma once

#include <Poco/Net/SecureStreamSocket.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "producer/net/tls_context.h"
#include "producer/net/trouble.h"

namespace utboks {

struct Moved {
  enum class Kind { kBytes, kWantRead, kWantWrite, kEnd, kFailed } kind = Kind::kFailed;
  std::size_t bytes = 0;  // kBytes: more than 0
  Trouble trouble;        // kFailed
};

class TlsChannel {
 public:
  TlsChannel() = default;
  ~TlsChannel() { Close(); }
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;

  // Takes over the connected socket `fd`, also when it fails.
  Moved Begin(int fd, const TlsContext& context);
  // kBytes when the handshake is done and the server is who it should be.
  Moved Handshake();
  // Hands at most one record to TLS; `bytes` of it are in the system's hands.
  Moved Write(std::string_view data);
  Moved Read(std::span<char> to);

  bool open() const { return socket_.has_value(); }
  int fd() const { return fd_; }
  // "TLSv1.3", once the handshake is done.
  std::string_view version() const { return version_; }
  // Says goodbye where the session allows it; never waits.
  void Close() noexcept;

 private:
  template <typename Step>
  Moved Try(const char* doing, Step step);

  std::optional<Poco::Net::SecureStreamSocket> socket_;
  int fd_ = -1;
  std::string host_, who_;
  std::string_view version_;
};

}  // namespace utboks

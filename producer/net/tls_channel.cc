#include "producer/net/tls_channel.h"

#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <openssl/err.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace utboks {

// Poco looks at errno and at OpenSSL's error queue after each call, whoever
// wrote there last: an old EINTR would send it round for ever.
template <typename Step>
Moved TlsChannel::Try(const char* doing, Step step) {
  errno = 0;
  ERR_clear_error();
  try {
    const int result = step();
    if (result > 0) return {Moved::Kind::kBytes, static_cast<std::size_t>(result), {}};
    switch (result) {
      case 0:
        return {Moved::Kind::kEnd, 0, {}};
      case Poco::Net::SecureStreamSocket::ERR_SSL_WANT_READ:
        return {Moved::Kind::kWantRead, 0, {}};
      case Poco::Net::SecureStreamSocket::ERR_SSL_WANT_WRITE:
        return {Moved::Kind::kWantWrite, 0, {}};
      default:
        return {Moved::Kind::kFailed,
                0,
                {Fault::kClosed, TlsFault::kNone, false, std::string(doing) + who_ + ": closed"}};
    }
  } catch (...) {
    return {Moved::Kind::kFailed, 0, TroubleFromException(doing + who_)};
  }
}

Moved TlsChannel::Begin(int fd, const TlsContext& context) {
  Close();
  host_ = context.server().host;
  who_ = context.server().HostAndPort();
  bool owned = false;
  Moved begun = Try("TLS handshake with ", [&] {
    Poco::Net::StreamSocket plain(new Poco::Net::StreamSocketImpl(fd));
    owned = true;
    plain.setBlocking(false);
    // SNI carries names only (RFC 6066); Poco would send an address too.
    const std::string name = context.server().is_address ? std::string() : host_;
    socket_.emplace(Poco::Net::SecureStreamSocket::attach(plain, name, context.poco()));
    return 1;
  });
  if (!owned) ::close(fd);
  if (begun.kind == Moved::Kind::kBytes) fd_ = fd;
  return begun;
}

Moved TlsChannel::Handshake() {
  TakeVerifyReason();
  TakeTlsVersion();
  Moved moved = Try("TLS handshake with ", [&] {
    const int result = socket_->completeHandshake();
    // By the name we were given, whatever a proxy or the resolver says.
    if (result == 1) socket_->verifyPeerCertificate(host_);
    return result;
  });
  if (moved.kind == Moved::Kind::kBytes) version_ = TakeTlsVersion();
  if (moved.kind == Moved::Kind::kFailed && moved.trouble.tls == TlsFault::kTheirsRefused) {
    const std::string why = TakeVerifyReason();
    if (!why.empty()) {
      moved.trouble.detail = "the certificate of " + who_ + " is not trusted: " + why;
    }
  }
  return moved;
}

Moved TlsChannel::Write(std::string_view data) {
  return Try("sending to ",
             [&] { return socket_->sendBytes(data.data(), static_cast<int>(data.size())); });
}

Moved TlsChannel::Read(std::span<char> to) {
  return Try("reading from ",
             [&] { return socket_->receiveBytes(to.data(), static_cast<int>(to.size())); });
}

void TlsChannel::Close() noexcept {
  if (!socket_) return;
  try {
    ERR_clear_error();
    socket_->close();
  } catch (...) {  // it is gone either way
  }
  socket_.reset();
  fd_ = -1;
  version_ = {};
  ERR_clear_error();
}

}  // namespace utboks

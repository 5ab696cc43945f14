// What happened on the wire during one request: facts, no judgement.
// producer/submit/classify judges.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace utboks {

// How far a request came.
enum class Phase {
  kNotConnected,   // no verified TLS session: nothing of the request left
  kTlsFailed,      // the handshake failed, or the register refused us right after it: the
                   // request was not looked at, even where its bytes had left
  kConnected,      // a verified session, and no byte of the request was tried
  kPartlyWritten,  // the last byte was not handed to TLS: nobody has the whole request
  kWritten,        // it was, and no status line came back: nobody knows
  kStatusRead,     // a whole status line was read
};

enum class Fault {
  kNone,
  kDns,          // the name has no address, or nobody could say
  kRefused,      // no listener
  kUnreachable,  // another failure to connect: no route, no socket to be had
  kTimeout,      // connect_timeout, response_timeout or the caller's deadline
  kReset,        // the connection was reset
  kClosed,       // it was closed in the middle
  kTls,          // see TlsFault
  kProxy,        // the proxy would not connect us: proxy_status
  kMalformed,    // what came back is not HTTP
  kInterrupted,  // our own stop
  kDeadline,     // the caller's deadline had passed before the first byte
};

enum class TlsFault {
  kNone,
  kOursRefused,    // the register refused our certificate
  kTheirsRefused,  // we refused the register's: trust, name or dates
  kOther,          // no common version or cipher, or not TLS at all
};

struct Exchange {
  Phase phase = Phase::kNotConnected;
  bool kept_alive = false;  // the connection had carried a request before
  // Why it came no further.  Beside kStatusRead: why the body is not whole.
  Fault fault = Fault::kNone;
  TlsFault tls = TlsFault::kNone;
  int proxy_status = 0;
  std::string_view tls_version;  // "TLSv1.3"; "" = no verified session.  A literal
  std::string detail;            // one line for people: what failed; no content, no person

  int status = 0;
  std::string content_type, retry_after, date;  // as they stood
  std::string head;                             // status line and headers, each with its line end
  std::string body;                             // at most SessionSettings::most_body bytes
  bool body_whole = false;
};

inline constexpr std::size_t kMostBody = std::size_t{64} * 1024;
inline constexpr std::size_t kMostHead = std::size_t{32} * 1024;

}  // namespace utboks

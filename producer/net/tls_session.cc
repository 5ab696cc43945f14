#include "producer/net/tls_session.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "producer/net/dial.h"
#include "producer/net/response_parser.h"
#include "producer/net/tls_channel.h"

namespace utboks {
namespace {

using std::chrono::steady_clock;

// What TLS puts into one record.  Head and the first of the body share one, so a
// small request is one write.
constexpr std::size_t kRecord = std::size_t{16} * 1024;

}  // namespace

class TlsSession::Impl {
 public:
  Impl(std::shared_ptr<const TlsContext> context, std::shared_ptr<Resolver> resolver,
       SessionSettings settings)
      : context_(std::move(context)),
        resolver_(std::move(resolver)),
        settings_(std::move(settings)) {}

  Exchange Send(const Request& request, SteadyTime deadline, const std::stop_token& stop) {
    Exchange exchange;
    const std::stop_callback wake(stop, [this] { published_.ShutDown(); });
    SteadyTime now = steady_clock::now();
    DropIfStale(now);
    exchange.kept_alive = channel_.open();
    if (!channel_.open()) {
      const SteadyTime until = std::min(deadline, now + settings_.connect_timeout);
      if (now >= deadline) return OutOfTime(exchange);
      if (!Connect(until, stop, exchange)) {
        // With next to no time left, running out of it says nothing of the site.
        const bool late = exchange.fault == Fault::kTimeout || exchange.fault == Fault::kDns;
        const bool hurried = deadline - now < settings_.connect_timeout / kHurried;
        if (late && hurried && steady_clock::now() >= deadline) return OutOfTime(exchange);
        return exchange;
      }
    }
    exchange.phase = Phase::kConnected;
    exchange.tls_version = channel_.version();
    now = steady_clock::now();
    if (stop.stop_requested()) {
      Fail(exchange, {Fault::kInterrupted, TlsFault::kNone, false, "stopping"});
    } else if (now >= deadline) {
      if (!exchange.kept_alive) idle_since_ = now;  // sound, and kept for the next one
      return OutOfTime(exchange);
    } else {
      parser_.Reset(request.bodyless_answer, settings_.most_body);
      Converse(request, std::min(deadline, now + settings_.response_timeout), stop, exchange);
    }
    return exchange;
  }

  void Close() {
    published_.Withdraw();
    channel_.Close();
  }

 private:
  // A time to connect that is shorter than this part of connect_timeout is none.
  static constexpr int kHurried = 10;

  static Exchange OutOfTime(Exchange exchange) {
    exchange.fault = Fault::kDeadline;
    exchange.detail = "the time given had passed before the first byte";
    return exchange;
  }

  void DropIfStale(SteadyTime now) {
    if (!channel_.open()) return;
    // A quiet connection has nothing to read but what TLS keeps to itself.
    // Anything else is a goodbye, or an answer nobody asked for.
    if (now - idle_since_ >= settings_.idle_limit ||
        channel_.Read(buffer_).kind != Moved::Kind::kWantRead) {
      Close();
    }
  }

  bool Connect(SteadyTime deadline, const std::stop_token& stop, Exchange& exchange) {
    Dialled dialled =
        Dial(context_->server(), settings_.proxy, *resolver_, published_, deadline, stop);
    exchange.proxy_status = dialled.proxy_status;
    if (dialled.fd < 0) {
      Fail(exchange, std::move(dialled.trouble));
      return false;
    }
    Moved moved = channel_.Begin(dialled.fd, *context_);
    while (moved.kind != Moved::Kind::kFailed) {
      moved = channel_.Handshake();
      if (moved.kind == Moved::Kind::kBytes) return true;
      if (stop.stop_requested()) break;
      if (moved.kind == Moved::Kind::kEnd) {
        moved.trouble = {Fault::kClosed, TlsFault::kNone, false,
                         "the other side closed the connection in the TLS handshake"};
        break;
      }
      const bool reads = moved.kind == Moved::Kind::kWantRead;
      if (moved.kind != Moved::Kind::kFailed &&
          !WaitFor(channel_.fd(), reads ? POLLIN : POLLOUT, deadline)) {
        moved.trouble = {Fault::kTimeout, TlsFault::kNone, false,
                         "the TLS handshake was not done in time"};
        break;
      }
    }
    if (stop.stop_requested()) moved.trouble = Interrupted();
    if (moved.trouble.fault == Fault::kTls) exchange.phase = Phase::kTlsFailed;
    Fail(exchange, std::move(moved.trouble));
    return false;
  }

  // The request out, the answer in.  Leaves the connection open only when another
  // request may follow.
  void Converse(const Request& request, SteadyTime deadline, const std::stop_token& stop,
                Exchange& exchange) {
    Trouble trouble;
    exchange.phase = Phase::kPartlyWritten;
    if (Write(request, deadline, trouble)) exchange.phase = Phase::kWritten;
    const bool all_out = exchange.phase == Phase::kWritten;
    // What the other side still had to say explains a failed write: an early
    // answer, or an alert that refuses our certificate.
    if (all_out || parser_.any_bytes()) {
      Read(deadline, trouble);
    } else if (trouble.fault == Fault::kReset || trouble.fault == Fault::kClosed) {
      ReadRest(trouble);
    }
    // A stop shows as a broken connection: it is we who broke it.
    if (stop.stop_requested() && trouble.fault != Fault::kNone && !trouble.handshake_refused) {
      trouble = Interrupted();
    }
    if (trouble.handshake_refused && !parser_.has_status()) exchange.phase = Phase::kTlsFailed;
    if (parser_.has_status()) Take(exchange);
    if (all_out && parser_.reusable()) {
      idle_since_ = steady_clock::now();
      return;
    }
    if (all_out && parser_.state() == ResponseParser::State::kDone) {
      Close();  // whole, and the last one on this connection
      return;
    }
    Fail(exchange, std::move(trouble));
  }

  // Fills one record with what is next: small pieces share it.
  std::string_view Gather(std::span<const std::string_view>& pieces, std::string_view& rest) {
    while (out_.size() < kRecord) {
      if (rest.empty()) {
        if (pieces.empty()) break;
        rest = pieces.front();
        pieces = pieces.subspan(1);
      }
      const std::string_view first = rest.substr(0, kRecord - out_.size());
      out_ += first;
      rest.remove_prefix(first.size());
    }
    return out_;
  }

  // True when the last byte is in TLS' hands.  False with no trouble: an answer
  // has begun to come before that.
  bool Write(const Request& request, SteadyTime deadline, Trouble& trouble) {
    out_.assign(request.head);
    std::span<const std::string_view> pieces = request.body;
    std::string_view rest;  // of the piece that is being sent
    std::string_view now = Gather(pieces, rest);
    for (;;) {
      if (now.empty()) {
        out_.clear();
        now = rest.size() < kRecord ? Gather(pieces, rest) : std::exchange(rest, {});
        if (now.empty()) return true;
      }
      Moved moved = channel_.Write(now);
      if (moved.kind == Moved::Kind::kBytes) {
        now.remove_prefix(moved.bytes);
        continue;
      }
      if (moved.kind == Moved::Kind::kFailed || moved.kind == Moved::Kind::kEnd) {
        trouble = std::move(moved.trouble);
        if (trouble.fault == Fault::kNone) trouble = Closed();
        return false;
      }
      const bool reads = moved.kind == Moved::Kind::kWantRead;
      if (!WaitFor(channel_.fd(), reads ? POLLIN : POLLIN | POLLOUT, deadline)) {
        trouble = {Fault::kTimeout, TlsFault::kNone, false, "the request was not taken in time"};
        return false;
      }
      // An answer while we still write: the other side has made up its mind.
      if (!reads && !Look(trouble)) return false;
    }
  }

  // Reads what is there.  False when an answer has begun, or reading failed.
  bool Look(Trouble& trouble) {
    Moved moved = channel_.Read(buffer_);
    switch (moved.kind) {
      case Moved::Kind::kBytes:
        parser_.Feed({buffer_.data(), moved.bytes});
        return false;
      case Moved::Kind::kEnd:
        trouble = Closed();
        return false;
      case Moved::Kind::kFailed:
        trouble = std::move(moved.trouble);
        return false;
      default:
        return true;
    }
  }

  void Read(SteadyTime deadline, Trouble& trouble) {
    // Nothing can have come yet, as a rule: to wait first saves a read in vain.
    short events = POLLIN;
    while (parser_.state() == ResponseParser::State::kReading) {
      if (!WaitFor(channel_.fd(), events, deadline)) {
        trouble = {Fault::kTimeout, TlsFault::kNone, false, "no whole answer in time"};
        return;
      }
      // As far as TLS has something: its records may lie in our memory already,
      // where no wait on the socket would see them.
      Moved moved;
      do {
        moved = channel_.Read(buffer_);
        if (moved.kind == Moved::Kind::kBytes) parser_.Feed({buffer_.data(), moved.bytes});
      } while (moved.kind == Moved::Kind::kBytes &&
               parser_.state() == ResponseParser::State::kReading);
      if (moved.kind == Moved::Kind::kEnd || moved.kind == Moved::Kind::kFailed) {
        // Only a goodbye ends a body that has no length; a cut does not.
        if (moved.kind == Moved::Kind::kEnd) parser_.End();
        if (parser_.state() == ResponseParser::State::kDone) return;
        trouble = moved.kind == Moved::Kind::kEnd ? Closed() : std::move(moved.trouble);
        return;
      }
      events = moved.kind == Moved::Kind::kWantWrite ? POLLOUT : POLLIN;
    }
    if (parser_.state() == ResponseParser::State::kStopped) {
      trouble = {Fault::kMalformed, TlsFault::kNone, false,
                 "the answer is not HTTP, or larger than we read"};
    }
  }

  // After a write that failed: whatever has come before the connection broke.
  void ReadRest(Trouble& trouble) {
    for (;;) {
      Moved moved = channel_.Read(buffer_);
      if (moved.kind == Moved::Kind::kBytes) {
        if (parser_.Feed({buffer_.data(), moved.bytes}) != ResponseParser::State::kReading) return;
        continue;
      }
      if (moved.kind == Moved::Kind::kFailed && moved.trouble.fault == Fault::kTls) {
        trouble = std::move(moved.trouble);
      }
      return;
    }
  }

  void Take(Exchange& exchange) {
    exchange.phase = Phase::kStatusRead;
    exchange.status = parser_.status();
    exchange.content_type = parser_.content_type();
    exchange.retry_after = parser_.retry_after();
    exchange.date = parser_.date();
    exchange.head = parser_.head();
    exchange.body = std::move(parser_.body());
    exchange.body_whole = parser_.state() == ResponseParser::State::kDone;
  }

  // Nothing more may leave: a half-written record must stay half.
  void Fail(Exchange& exchange, Trouble trouble) {
    exchange.fault = trouble.fault;
    exchange.tls = trouble.tls;
    exchange.detail = std::move(trouble.detail);
    published_.ShutDown();
    Close();
  }

  static Trouble Interrupted() { return {Fault::kInterrupted, TlsFault::kNone, false, "stopping"}; }
  static Trouble Closed() {
    return {Fault::kClosed, TlsFault::kNone, false, "the other side closed the connection"};
  }

  const std::shared_ptr<const TlsContext> context_;
  const std::shared_ptr<Resolver> resolver_;
  const SessionSettings settings_;
  StoppableFd published_;
  TlsChannel channel_;
  ResponseParser parser_;
  SteadyTime idle_since_{};
  std::string out_;  // kept, so that a request costs no memory of its own
  std::array<char, 4096> buffer_;
};

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context,
                       std::shared_ptr<Resolver> resolver, SessionSettings settings)
    : impl_(std::make_unique<Impl>(std::move(context), std::move(resolver), std::move(settings))) {}
TlsSession::~TlsSession() = default;

Exchange TlsSession::Send(const Request& request, SteadyTime deadline,
                          const std::stop_token& stop) {
  return impl_->Send(request, deadline, stop);
}

void TlsSession::Close() {
  impl_->Close();
}

}  // namespace utboks

#include "producer/net/tls_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <chrono>
#include <condition_variable>
#include <latch>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "producer/net/credentials.h"
#include "producer/net/resolver.h"
#include "producer/net/tls_context.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"
#include "tests/support/tls_server.h"

namespace utboks {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::AnyOf;
using testing::CertificateSpec;
using testing::ClientSpec;
using testing::DeadPort;
using ::testing::HasSubstr;
using testing::HttpAnswer;
using testing::MakeAuthority;
using testing::MakeIdentity;
using testing::ServerPeer;
using testing::ServerSpec;
using testing::TempDir;
using testing::TestIdentity;
using testing::TlsServer;
using testing::TlsServerOptions;

// One authority, a server and a client of it; and strangers.
struct Pki {
  TestIdentity authority = MakeAuthority("test authority");
  TestIdentity stranger = MakeAuthority("another authority");
  TestIdentity server = MakeIdentity(ServerSpec(), authority);
  TestIdentity client = MakeIdentity(ClientSpec(), authority);
  TestIdentity strange_client = MakeIdentity(ClientSpec(), stranger);
};

const Pki& ThePki() {
  static const Pki pki;
  return pki;
}

constexpr std::string_view kHead =
    "POST /folkeregisteret/mottak/api/doedsfall_v1 HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Length: 7\r\n\r\n";
constexpr std::string_view kSevenBytes = "<melde>";

std::string HeadFor(std::size_t length) {
  return "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(length) +
         "\r\n\r\n";
}

class TlsSessionTest : public ::testing::Test {
 protected:
  static SteadyTime Far() { return steady_clock::now() + seconds(60); }

  static TlsServerOptions ServerOptions() {
    TlsServerOptions options;
    options.identity = &ThePki().server;
    options.client_authority = &ThePki().authority;
    return options;
  }

  std::shared_ptr<const Credentials> LoadCredentials(const TestIdentity& client,
                                                     const TestIdentity& trusted) {
    const testing::PkiFiles files = testing::WriteFiles(dir_.path(), client, trusted);
    CredentialSettings settings;
    settings.client_certificate = files.certificate;
    settings.client_key = files.key;
    settings.ca_file = files.authority;
    settings.organisation_number = "100101688";
    auto loaded = Credentials::Load(settings, SystemClock().Wall());
    EXPECT_TRUE(loaded.ok()) << loaded.status().text();
    return std::move(loaded).value();
  }

  TlsSession MakeSession(std::uint16_t port, const char* host = "localhost") {
    return MakeSession(port, host, LoadCredentials(ThePki().client, ThePki().authority));
  }

  TlsSession MakeSession(std::uint16_t port, const char* host,
                         const std::shared_ptr<const Credentials>& credentials) {
    auto server = ParseBaseUrl("https://" + std::string(host) + ":" + std::to_string(port));
    EXPECT_TRUE(server.ok());
    auto context = TlsContext::Make(*credentials, *server);
    EXPECT_TRUE(context.ok()) << context.status().text();
    return TlsSession(*context, resolver_, settings_);
  }

  static Exchange Post(TlsSession& session, SteadyTime deadline = Far(),
                       const std::stop_token& stop = {}) {
    const std::string_view body = kSevenBytes;
    return session.Send({kHead, std::span(&body, 1), false}, deadline, stop);
  }

  static Exchange SendBody(TlsSession& session, std::string_view head, std::string_view body,
                           const std::stop_token& stop = {}) {
    return session.Send({head, std::span(&body, 1), false}, Far(), stop);
  }

  TempDir dir_;
  std::shared_ptr<Resolver> resolver_ = std::make_shared<Resolver>();
  SessionSettings settings_;
};

TEST_F(TlsSessionTest, BytesArriveAsGivenAndTheConnectionIsKept) {
  TlsServer server(ServerOptions(), TlsServer::Always(HttpAnswer("202 Accepted", "<ok/>")));
  TlsSession session = MakeSession(server.port());
  for (int i = 0; i < 5; ++i) {
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.phase, Phase::kStatusRead) << exchange.detail;
    EXPECT_EQ(exchange.fault, Fault::kNone);
    EXPECT_EQ(exchange.status, 202);
    EXPECT_EQ(exchange.body, "<ok/>");
    EXPECT_TRUE(exchange.body_whole);
    EXPECT_EQ(exchange.kept_alive, i > 0);
  }
  EXPECT_EQ(server.connections(), 1);
  ASSERT_EQ(server.requests().size(), 5u);
  for (const std::string& request : server.requests()) {
    EXPECT_EQ(request, std::string(kHead) + std::string(kSevenBytes));
  }
}

TEST_F(TlsSessionTest, BothVersionsOfTlsAreSpoken) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsServerOptions options = ServerOptions();
    options.min_version = options.max_version = version;
    TlsServer server(options, TlsServer::Always(HttpAnswer("202 Accepted", "")));
    TlsSession session = MakeSession(server.port());
    for (int i = 0; i < 2; ++i) {
      const Exchange exchange = Post(session);
      EXPECT_EQ(exchange.status, 202);
      EXPECT_EQ(exchange.tls_version, version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    }
    EXPECT_EQ(server.connections(), 1);
  }
}

TEST_F(TlsSessionTest, ABodyInPiecesArrivesAsOne) {
  TlsServer server(ServerOptions(), TlsServer::Always(HttpAnswer("202 Accepted", "")));
  TlsSession session = MakeSession(server.port());
  const std::string large(100'001, 'l'), record(16'384, 'r'), tail(16'000, 't');
  const std::vector<std::vector<std::string_view>> bodies = {
      {},
      {""},
      {"a", "", "b"},
      {"head", large, "between", large, "end"},
      {large, record, tail},
      {record, record, "x", tail, tail, tail},
      {"", large, ""}};
  for (const auto& pieces : bodies) {
    std::string whole;
    for (const std::string_view piece : pieces) whole += piece;
    const std::string head = HeadFor(whole.size());
    const Exchange exchange = session.Send({head, pieces, false}, Far(), {});
    EXPECT_EQ(exchange.status, 202) << exchange.detail;
    EXPECT_TRUE(server.requests().back() == head + whole) << whole.size();
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(TlsSessionTest, LargeBodiesArriveWhole) {
  TlsServer server(ServerOptions(), TlsServer::Always(HttpAnswer("202 Accepted", "")));
  TlsSession session = MakeSession(server.port());
  for (const std::size_t size : {std::size_t{0}, std::size_t{16'000}, std::size_t{16'384},
                                 std::size_t{16'385}, std::size_t{3'000'001}}) {
    std::string body(size, 'x');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 23);
    const std::string head = HeadFor(size);
    const Exchange exchange = SendBody(session, head, body);
    EXPECT_EQ(exchange.status, 202) << exchange.detail;
    EXPECT_TRUE(server.requests().back() == head + body) << size;
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(TlsSessionTest, AddressesAreServersToo) {
  TlsServer server(ServerOptions(), TlsServer::Always(HttpAnswer("202 Accepted", "")));
  TlsSession session = MakeSession(server.port(), "127.0.0.1");
  EXPECT_EQ(Post(session).status, 202);
}

TEST_F(TlsSessionTest, HeadHasNoBodyWhateverItsLengthSays) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    if (!peer.Handshake()) return;
    while (peer.ReadRequest()) peer.Write("HTTP/1.1 405 No\r\nContent-Length: 900\r\n\r\n");
  });
  TlsSession session = MakeSession(server.port());
  for (int i = 0; i < 2; ++i) {
    const Exchange exchange =
        session.Send({"HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n", {}, true}, Far(), {});
    EXPECT_EQ(exchange.status, 405);
    EXPECT_TRUE(exchange.body_whole);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(TlsSessionTest, RedirectsAreAnswers) {
  TlsServer server(ServerOptions(),
                   TlsServer::Always(HttpAnswer("307 Temporary Redirect", "",
                                                "Location: https://elsewhere.example/\r\n")));
  TlsSession session = MakeSession(server.port());
  const Exchange exchange = Post(session);
  EXPECT_EQ(exchange.status, 307);
  EXPECT_THAT(exchange.head, HasSubstr("Location: "));
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(TlsSessionTest, InterimAnswersAndChunksAreRead) {
  TlsServer server(ServerOptions(),
                   TlsServer::Always("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 "
                                     "Accepted\r\nTransfer-Encoding: "
                                     "chunked\r\n\r\n3\r\n<ok\r\n2\r\n/>\r\n0\r\n\r\n"));
  TlsSession session = MakeSession(server.port());
  for (int i = 0; i < 2; ++i) {
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.status, 202);
    EXPECT_EQ(exchange.body, "<ok/>");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(TlsSessionTest, ConnectionCloseIsHeeded) {
  TlsServer server(ServerOptions(),
                   TlsServer::Always(HttpAnswer("202 Accepted", "ok", "Connection: close\r\n")));
  TlsSession session = MakeSession(server.port());
  for (int i = 0; i < 2; ++i) {
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.status, 202);
    EXPECT_FALSE(exchange.kept_alive);
    EXPECT_TRUE(exchange.body_whole);
  }
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(TlsSessionTest, BodyWithoutLengthEndsWithTheGoodbyeOnly) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest()) return;
    peer.Write("HTTP/1.1 202 Accepted\r\n\r\nwhole?");
    if (peer.number() == 1) peer.CloseWithGoodbye();
  });
  TlsSession session = MakeSession(server.port());
  Exchange exchange = Post(session);
  EXPECT_EQ(exchange.body, "whole?");
  EXPECT_TRUE(exchange.body_whole);
  exchange = Post(session);
  EXPECT_EQ(exchange.status, 202);
  EXPECT_EQ(exchange.body, "whole?");
  EXPECT_FALSE(exchange.body_whole);
  EXPECT_EQ(exchange.fault, Fault::kClosed);
}

// ---- connections that do not come about ----

TEST_F(TlsSessionTest, Refused) {
  const DeadPort nobody;
  TlsSession session = MakeSession(nobody.port());
  const Exchange exchange = Post(session);
  EXPECT_EQ(exchange.phase, Phase::kNotConnected);
  EXPECT_EQ(exchange.fault, Fault::kRefused);
  EXPECT_THAT(exchange.detail, HasSubstr("localhost"));
}

TEST_F(TlsSessionTest, NameWithoutAddress) {
  resolver_ = std::make_shared<Resolver>([](const std::string&) -> Result<Resolver::Addresses> {
    return Status(Code::kUnreachable, "no address for register.example: not known");
  });
  TlsSession session = MakeSession(443, "register.example");
  const Exchange exchange = Post(session);
  EXPECT_EQ(exchange.phase, Phase::kNotConnected);
  EXPECT_EQ(exchange.fault, Fault::kDns);
}

// A look-up that hangs until the test is over; it may outlive the test's body.
class HangingLookup {
 public:
  HangingLookup() : state_(std::make_shared<State>()) {}
  ~HangingLookup() {
    std::unique_lock lock(state_->mutex);
    state_->let_go = true;
    state_->changed.notify_all();
    state_->changed.wait(lock, [this] { return state_->inside == 0; });
  }
  Resolver::Lookup Make() {
    return [state = state_](const std::string&) -> Result<Resolver::Addresses> {
      std::unique_lock lock(state->mutex);
      ++state->inside;
      ++state->calls;
      state->changed.notify_all();
      state->changed.wait(lock, [&] { return state->let_go; });
      --state->inside;
      state->changed.notify_all();
      return Resolver::Addresses();
    };
  }
  void AwaitCall() {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [this] { return state_->inside > 0; });
  }
  int calls() {
    const std::lock_guard lock(state_->mutex);
    return state_->calls;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool let_go = false;
    int inside = 0, calls = 0;
  };
  std::shared_ptr<State> state_;
};

TEST_F(TlsSessionTest, NameServerThatHangsIsBoundedByTheConnectTimeout) {
  HangingLookup hanging;
  resolver_ = std::make_shared<Resolver>(hanging.Make());
  settings_.connect_timeout = Millis(30);
  TlsSession session = MakeSession(443, "register.example");
  for (int i = 0; i < 2; ++i) {
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.phase, Phase::kNotConnected);
    EXPECT_EQ(exchange.fault, Fault::kDns);
  }
  hanging.AwaitCall();
  EXPECT_EQ(hanging.calls(), 1);  // the second asked the same question
}

TEST_F(TlsSessionTest, NameServerThatHangsEndsWithAStop) {
  HangingLookup hanging;
  resolver_ = std::make_shared<Resolver>(hanging.Make());
  TlsSession session = MakeSession(443, "register.example");
  std::stop_source stop;
  std::jthread stopper([&] {
    hanging.AwaitCall();
    stop.request_stop();
  });
  const Exchange exchange = Post(session, Far(), stop.get_token());
  EXPECT_EQ(exchange.phase, Phase::kNotConnected);
  EXPECT_EQ(exchange.fault, Fault::kInterrupted);
}

TEST_F(TlsSessionTest, SecondAddressIsTriedWhenTheFirstRefuses) {
  TlsServer server(ServerOptions(), TlsServer::Always(HttpAnswer("202 Accepted", "")));
  resolver_ = std::make_shared<Resolver>([](const std::string&) -> Result<Resolver::Addresses> {
    Resolver system;
    Resolver::Addresses both;
    for (const char* address : {"127.0.0.2", "127.0.0.1"}) {
      const auto one = system.Resolve({address, 1, true}, Far(), {});
      both.push_back(one->front());
    }
    return both;
  });
  TlsSession session = MakeSession(server.port());
  EXPECT_EQ(Post(session).status, 202);
}

TEST_F(TlsSessionTest, ListenerThatNeverShakesHandsIsAConnectTimeout) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) { peer.AwaitEnd(); });
  settings_.connect_timeout = Millis(50);
  TlsSession session = MakeSession(server.port());
  const auto begun = steady_clock::now();
  const Exchange exchange = Post(session);
  EXPECT_EQ(exchange.phase, Phase::kNotConnected);
  EXPECT_EQ(exchange.fault, Fault::kTimeout);
  EXPECT_GE(steady_clock::now() - begun, Millis(50));
  EXPECT_TRUE(server.AwaitEnded(1));  // and nothing is left open
}

TEST_F(TlsSessionTest, CallersDeadlineBoundsTheConnectionToo) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) { peer.AwaitEnd(); });
  TlsSession session = MakeSession(server.port());
  settings_.connect_timeout = Millis(1'000);
  TlsSession quick = MakeSession(server.port());
  Exchange exchange = Post(quick, steady_clock::now() + Millis(500));
  EXPECT_EQ(exchange.phase, Phase::kNotConnected);
  EXPECT_EQ(exchange.fault, Fault::kTimeout);
  // Less than a tenth of connect_timeout: that says nothing of the site.
  exchange = Post(session, steady_clock::now() + Millis(50));
  EXPECT_EQ(exchange.phase, Phase::kNotConnected);
  EXPECT_EQ(exchange.fault, Fault::kDeadline);
}

TEST_F(TlsSessionTest, HandshakeThatBreaksIsNoTlsFailure) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    if (peer.number() == 1) {
      peer.Reset();
    } else {
      peer.Cut();
    }
  });
  // By its number: where a reset is seen before the handshake, localhost's other address
  // would be tried, and its refusal be what is told.
  TlsSession session = MakeSession(server.port(), "127.0.0.1");
  for (int i = 0; i < 2; ++i) {
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.phase, Phase::kNotConnected) << exchange.detail;
    EXPECT_THAT(exchange.fault, AnyOf(Fault::kReset, Fault::kClosed));
    EXPECT_EQ(exchange.tls, TlsFault::kNone);
  }
}

TEST_F(TlsSessionTest, StopInTheHandshake) {
  std::stop_source stop;
  TlsServer server(ServerOptions(), [&](ServerPeer& peer) {
    stop.request_stop();
    peer.AwaitEnd();
  });
  TlsSession session = MakeSession(server.port());
  const Exchange exchange = Post(session, Far(), stop.get_token());
  EXPECT_EQ(exchange.phase, Phase::kNotConnected);
  EXPECT_EQ(exchange.fault, Fault::kInterrupted);
}

TEST_F(TlsSessionTest, StopBeforeAndDeadlineBeforeSendNothing) {
  TlsServer server(ServerOptions(), TlsServer::Always(HttpAnswer("202 Accepted", "")));
  TlsSession session = MakeSession(server.port());
  std::stop_source stop;
  stop.request_stop();
  Exchange exchange = Post(session, Far(), stop.get_token());
  EXPECT_EQ(exchange.phase, Phase::kNotConnected);
  EXPECT_EQ(exchange.fault, Fault::kInterrupted);
  EXPECT_EQ(Post(session).status, 202);
  exchange = Post(session, steady_clock::now());
  EXPECT_EQ(exchange.phase, Phase::kConnected);
  EXPECT_EQ(exchange.fault, Fault::kDeadline);
  exchange = Post(session);  // the connection was sound, and still is
  EXPECT_EQ(exchange.status, 202);
  EXPECT_TRUE(exchange.kept_alive);
  // Stopped on a kept connection: nothing of the request leaves either.
  exchange = Post(session, Far(), stop.get_token());
  EXPECT_EQ(exchange.fault, Fault::kInterrupted);
  EXPECT_LT(exchange.phase, Phase::kPartlyWritten);
  EXPECT_EQ(server.requests().size(), 2u);
}

// ---- trust ----

TEST_F(TlsSessionTest, CertificateForAnotherNameIsRefusedOnLocalhostToo) {
  CertificateSpec spec = ServerSpec();
  spec.alternative_names = "DNS:register.example";
  const TestIdentity other = MakeIdentity(spec, ThePki().authority);
  TlsServerOptions options = ServerOptions();
  options.identity = &other;
  TlsServer server(options, TlsServer::Always(HttpAnswer("202 Accepted", "")));
  for (const char* host : {"localhost", "127.0.0.1"}) {
    TlsSession session = MakeSession(server.port(), host);
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.phase, Phase::kTlsFailed) << host;
    EXPECT_EQ(exchange.tls, TlsFault::kTheirsRefused);
    EXPECT_THAT(exchange.detail, HasSubstr("mismatch"));
  }
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(TlsSessionTest, UntrustedAndExpiredServersAreRefused) {
  CertificateSpec spec = ServerSpec();
  spec.from_days = -20;
  spec.to_days = -10;
  const TestIdentity expired = MakeIdentity(spec, ThePki().authority);
  const TestIdentity strange = MakeIdentity(ServerSpec(), ThePki().stranger);
  CertificateSpec client_only = ServerSpec();
  client_only.extended_usage = "clientAuth";
  const TestIdentity purpose = MakeIdentity(client_only, ThePki().authority);
  for (const TestIdentity* identity : {&expired, &strange, &purpose}) {
    TlsServerOptions options = ServerOptions();
    options.identity = identity;
    TlsServer server(options, TlsServer::Always(HttpAnswer("202 Accepted", "")));
    TlsSession session = MakeSession(server.port());
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.phase, Phase::kTlsFailed);
    EXPECT_EQ(exchange.fault, Fault::kTls);
    EXPECT_EQ(exchange.tls, TlsFault::kTheirsRefused);
    EXPECT_THAT(exchange.detail, HasSubstr("is not trusted: "));
    EXPECT_TRUE(server.requests().empty());
  }
}

TEST_F(TlsSessionTest, OnlyCaFileIsTrustedNotTheAuthorityOfOurOwnCertificate) {
  // Our client's chain must not widen whom we trust.
  TlsServer server(ServerOptions(), TlsServer::Always(HttpAnswer("202 Accepted", "")));
  TlsSession session =
      MakeSession(server.port(), "localhost", LoadCredentials(ThePki().client, ThePki().stranger));
  EXPECT_EQ(Post(session).tls, TlsFault::kTheirsRefused);
}

TEST_F(TlsSessionTest, RefusedClientCertificateIsATlsFailureInBothVersions) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsServerOptions options = ServerOptions();
    options.min_version = options.max_version = version;
    TlsServer server(options, TlsServer::Always(HttpAnswer("202 Accepted", "")));
    TlsSession session = MakeSession(server.port(), "localhost",
                                     LoadCredentials(ThePki().strange_client, ThePki().authority));
    // Small and large: the alert shows at the first read, or at a write.
    for (const std::size_t size : {std::size_t{7}, std::size_t{4'000'000}}) {
      SCOPED_TRACE(std::to_string(version) + "/" + std::to_string(size));
      const std::string body(size, 'x');
      const Exchange exchange = SendBody(session, HeadFor(size), body);
      EXPECT_EQ(exchange.phase, Phase::kTlsFailed) << exchange.detail;
      EXPECT_EQ(exchange.fault, Fault::kTls);
      EXPECT_EQ(exchange.tls, TlsFault::kOursRefused);
      EXPECT_THAT(exchange.detail, HasSubstr("alert"));
    }
    EXPECT_TRUE(server.requests().empty());
  }
}

TEST_F(TlsSessionTest, OldVersionsAreRefused) {
  TlsServerOptions options = ServerOptions();
  options.weak = true;
  options.min_version = options.max_version = TLS1_1_VERSION;
  TlsServer server(options, TlsServer::Always(HttpAnswer("202 Accepted", "")));
  TlsSession session = MakeSession(server.port());
  const Exchange exchange = Post(session);
  EXPECT_EQ(exchange.phase, Phase::kTlsFailed);
  EXPECT_EQ(exchange.tls, TlsFault::kOther);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(TlsSessionTest, ServerWithoutTlsIsATlsFailure) {
  TlsServer server({}, [](ServerPeer& peer) {
    peer.WritePlain("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    peer.AwaitEnd();
  });
  TlsSession session = MakeSession(server.port());
  const Exchange exchange = Post(session);
  EXPECT_EQ(exchange.phase, Phase::kTlsFailed);
  EXPECT_EQ(exchange.tls, TlsFault::kOther);
}

// ---- requests that break ----

TEST_F(TlsSessionTest, ResetBeforeTheLastByte) {
  TlsServerOptions options = ServerOptions();
  options.receive_buffer = 16 * 1024;
  TlsServer server(options, [](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadSome(20'000)) return;
    peer.Reset();
  });
  TlsSession session = MakeSession(server.port());
  const std::string body(32'000'000, 'x');
  const Exchange exchange = SendBody(session, HeadFor(body.size()), body);
  EXPECT_EQ(exchange.phase, Phase::kPartlyWritten);
  EXPECT_EQ(exchange.fault, Fault::kReset) << exchange.detail;
}

TEST_F(TlsSessionTest, RequestThatIsNotTakenIsBoundedInTime) {
  TlsServerOptions options = ServerOptions();
  options.receive_buffer = 16 * 1024;
  TlsServer server(options, [](ServerPeer& peer) {
    if (peer.Handshake()) peer.Pause(seconds(60));
  });
  settings_.response_timeout = Millis(50);
  TlsSession session = MakeSession(server.port());
  const std::string body(32'000'000, 'x');
  const Exchange exchange = SendBody(session, HeadFor(body.size()), body);
  EXPECT_EQ(exchange.phase, Phase::kPartlyWritten);
  EXPECT_EQ(exchange.fault, Fault::kTimeout);
}

TEST_F(TlsSessionTest, StopWhileWriting) {
  TlsServerOptions options = ServerOptions();
  options.receive_buffer = 16 * 1024;
  std::stop_source stop;
  TlsServer server(options, [&](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadSome(20'000)) return;
    stop.request_stop();
    peer.Pause(seconds(60));
  });
  TlsSession session = MakeSession(server.port());
  const std::string body(32'000'000, 'x');
  const Exchange exchange = SendBody(session, HeadFor(body.size()), body, stop.get_token());
  EXPECT_EQ(exchange.phase, Phase::kPartlyWritten);
  EXPECT_EQ(exchange.fault, Fault::kInterrupted);
}

TEST_F(TlsSessionTest, AnswerBeforeTheLastByteIsRead) {
  TlsServerOptions options = ServerOptions();
  options.receive_buffer = 16 * 1024;
  TlsServer server(options, [](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadSome(20'000)) return;
    peer.Write(HttpAnswer("413 Too Large", "no"));
    if (peer.number() == 1) peer.Pause(seconds(60));  // and reads no further
  });
  TlsSession session = MakeSession(server.port());
  const std::string body(32'000'000, 'x');
  for (int i = 0; i < 2; ++i) {
    const Exchange exchange = SendBody(session, HeadFor(body.size()), body);
    EXPECT_EQ(exchange.phase, Phase::kStatusRead) << exchange.detail;
    EXPECT_EQ(exchange.status, 413);
    EXPECT_FALSE(exchange.kept_alive);
  }
}

TEST_F(TlsSessionTest, NoStatusLineAfterTheLastByte) {
  struct Row {
    const char* what;
    std::string answer;
    std::function<void(ServerPeer&)> end;
    Fault fault;
  };
  const Row rows[] = {
      {"reset", "", [](ServerPeer& peer) { peer.Reset(); }, Fault::kReset},
      {"cut", "", [](ServerPeer& peer) { peer.Cut(); }, Fault::kClosed},
      {"goodbye", "", [](ServerPeer& peer) { peer.CloseWithGoodbye(); }, Fault::kClosed},
      {"cut in the status line", "HTTP/1.1 20", [](ServerPeer& peer) { peer.Cut(); },
       Fault::kClosed},
      {"cut before the status line's end", "HTTP/1.1 202 Accepted",
       [](ServerPeer& peer) { peer.CloseWithGoodbye(); }, Fault::kClosed},
      {"only an interim answer", "HTTP/1.1 100 Continue\r\n\r\n",
       [](ServerPeer& peer) { peer.CloseWithGoodbye(); }, Fault::kClosed},
      {"not HTTP", "220 mail.example ESMTP\r\n", [](ServerPeer& peer) { peer.AwaitEnd(); },
       Fault::kMalformed},
      {"a line without an end", std::string(40'000, 'x'), [](ServerPeer& peer) { peer.AwaitEnd(); },
       Fault::kMalformed},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    TlsServer server(ServerOptions(), [&](ServerPeer& peer) {
      if (!peer.Handshake() || !peer.ReadRequest()) return;
      peer.Write(row.answer);
      row.end(peer);
    });
    TlsSession session = MakeSession(server.port());
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.phase, Phase::kWritten);
    EXPECT_EQ(exchange.fault, row.fault) << exchange.detail;
    EXPECT_EQ(exchange.status, 0);
    EXPECT_EQ(server.requests().size(), 1u);
    EXPECT_EQ(server.connections(), 1);
  }
}

TEST_F(TlsSessionTest, StatusStandsThoughTheRestIsCut) {
  struct Row {
    const char* what;
    std::string answer;
    const char* body;
  };
  const Row rows[] = {
      {"in the head", "HTTP/1.1 202 Accepted\r\nContent-Ty", ""},
      {"in the body", "HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n<meldingMott",
       "<meldingMott"},
      {"in a chunk", "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n<meld",
       "<meld"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    TlsServer server(ServerOptions(), [&](ServerPeer& peer) {
      if (!peer.Handshake() || !peer.ReadRequest()) return;
      peer.Write(row.answer);
    });
    TlsSession session = MakeSession(server.port());
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.phase, Phase::kStatusRead);
    EXPECT_EQ(exchange.status, 202);
    EXPECT_EQ(exchange.fault, Fault::kClosed);
    EXPECT_EQ(exchange.body, row.body);
    EXPECT_FALSE(exchange.body_whole);
  }
}

TEST_F(TlsSessionTest, DrippingAnswerIsBoundedInTotal) {
  for (const bool status_first : {false, true}) {
    TlsServer server(ServerOptions(), [&](ServerPeer& peer) {
      if (!peer.Handshake() || !peer.ReadRequest()) return;
      if (status_first) peer.Write("HTTP/1.1 202 Accepted\r\nContent-Length: 1000000\r\n\r\n");
      // Each byte comes long before any timeout of a single read.
      const std::string drip = status_first ? "x" : "H";
      while (peer.Write(drip) && peer.Pause(Millis(5))) {
      }
    });
    settings_.response_timeout = Millis(1'000);  // for a slow machine to come to the drip
    TlsSession session = MakeSession(server.port());
    const auto begun = steady_clock::now();
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.fault, Fault::kTimeout) << exchange.detail;
    EXPECT_EQ(exchange.phase, status_first ? Phase::kStatusRead : Phase::kWritten);
    EXPECT_GE(steady_clock::now() - begun, Millis(1'000));
    EXPECT_TRUE(server.AwaitEnded(1));
  }
}

TEST_F(TlsSessionTest, CallersDeadlineBoundsTheAnswer) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest()) return;
    if (peer.Write(HttpAnswer("202 Accepted", "")) && peer.ReadRequest()) peer.AwaitEnd();
  });
  TlsSession session = MakeSession(server.port());
  // On a slow machine a handshake would take all the time given.
  ASSERT_EQ(Post(session).phase, Phase::kStatusRead);
  const Exchange exchange = Post(session, steady_clock::now() + Millis(500));
  EXPECT_EQ(exchange.phase, Phase::kWritten);
  EXPECT_EQ(exchange.fault, Fault::kTimeout);
}

TEST_F(TlsSessionTest, StopWhileWaitingForTheAnswer) {
  std::stop_source stop;
  TlsServer server(ServerOptions(), [&](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest()) return;
    stop.request_stop();
    peer.AwaitEnd();
  });
  TlsSession session = MakeSession(server.port());
  const Exchange exchange = Post(session, Far(), stop.get_token());
  EXPECT_EQ(exchange.phase, Phase::kWritten);
  EXPECT_EQ(exchange.fault, Fault::kInterrupted);
}

TEST_F(TlsSessionTest, HugeHeadAndBodyAreBounded) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest()) return;
    if (peer.number() == 1) {
      peer.Write("HTTP/1.1 500 No\r\n");
      while (peer.Write("X-Filler: " + std::string(1000, 'x') + "\r\n")) {
      }
    } else {
      peer.Write("HTTP/1.1 500 No\r\nContent-Length: 999999999999\r\n\r\n");
      while (peer.Write(std::string(10'000, 'b'))) {
      }
    }
  });
  TlsSession session = MakeSession(server.port());
  Exchange exchange = Post(session);
  EXPECT_EQ(exchange.status, 500);
  EXPECT_LE(exchange.head.size(), kMostHead);
  exchange = Post(session);
  EXPECT_EQ(exchange.status, 500);
  EXPECT_EQ(exchange.body.size(), kMostBody);
  EXPECT_FALSE(exchange.body_whole);
  EXPECT_TRUE(server.AwaitEnded(2));
}

// ---- kept-alive connections ----

TEST_F(TlsSessionTest, ConnectionClosedWhileIdleIsNoticedBeforeTheNextRequest) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const char* how : {"goodbye", "cut", "reset", "chatter"}) {
      SCOPED_TRACE(std::string(how) + std::to_string(version));
      TlsServerOptions options = ServerOptions();
      options.min_version = options.max_version = version;
      std::latch answered(1), ended(1);
      TlsServer server(options, [&](ServerPeer& peer) {
        if (!peer.Handshake() || !peer.ReadRequest()) return;
        peer.Write(HttpAnswer("202 Accepted", ""));
        if (peer.number() > 1) return peer.AwaitEnd();
        answered.wait();
        if (how[0] == 'g') peer.CloseWithGoodbye();
        if (how[1] == 'u') peer.Cut();
        if (how[0] == 'r') peer.Reset();
        if (how[1] == 'h') peer.Write("HTTP/1.1 202 Accepted\r\n\r\n");  // nobody asked
        ended.count_down();
        if (how[1] == 'h') peer.AwaitEnd();
      });
      TlsSession session = MakeSession(server.port());
      EXPECT_EQ(Post(session).status, 202);
      answered.count_down();
      ended.wait();
      const Exchange exchange = Post(session);
      EXPECT_EQ(exchange.status, 202) << exchange.detail;
      EXPECT_FALSE(exchange.kept_alive);
      EXPECT_EQ(server.connections(), 2);
      EXPECT_EQ(server.requests().size(), 2u);
    }
  }
}

TEST_F(TlsSessionTest, ConnectionClosedUnderTheRequestIsUnansweredAndNotRepeated) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest()) return;
    peer.Write(HttpAnswer("202 Accepted", ""));
    if (peer.number() == 1) peer.ReadRequest();  // the second, and goes
  });
  TlsSession session = MakeSession(server.port());
  EXPECT_EQ(Post(session).status, 202);
  const Exchange exchange = Post(session);
  EXPECT_EQ(exchange.phase, Phase::kWritten);
  EXPECT_TRUE(exchange.kept_alive);
  EXPECT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(Post(session).status, 202);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(TlsSessionTest, ConnectionIdleBeyondTheLimitIsClosedByUs) {
  TlsServer server(ServerOptions(), TlsServer::Always(HttpAnswer("202 Accepted", "")));
  settings_.idle_limit = Millis(0);
  TlsSession session = MakeSession(server.port());
  EXPECT_EQ(Post(session).status, 202);
  EXPECT_FALSE(Post(session).kept_alive);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(TlsSessionTest, CloseEndsTheConnection) {
  TlsServer server(ServerOptions(), TlsServer::Always(HttpAnswer("202 Accepted", "")));
  TlsSession session = MakeSession(server.port());
  EXPECT_EQ(Post(session).status, 202);
  session.Close();
  EXPECT_TRUE(server.AwaitEnded(1));
  EXPECT_FALSE(Post(session).kept_alive);
}

// ---- through a proxy ----

TEST_F(TlsSessionTest, TunnelThroughAProxy) {
  // The proxy is the server itself: it answers CONNECT, then shakes hands.
  std::string asked;
  TlsServer server(ServerOptions(), [&](ServerPeer& peer) {
    asked = peer.ReadPlainHead().value_or("");
    peer.WritePlain("HTTP/1.1 200 Connection established\r\n\r\n");
    TlsServer::Always(HttpAnswer("202 Accepted", ""))(peer);
  });
  settings_.proxy = Endpoint{"127.0.0.1", server.port(), true};
  resolver_ = std::make_shared<Resolver>([](const std::string&) -> Result<Resolver::Addresses> {
    return Status(Code::kUnreachable, "the proxy looks names up, not we");
  });
  TlsSession session = MakeSession(443, "localhost");
  EXPECT_EQ(Post(session).status, 202);
  EXPECT_TRUE(Post(session).kept_alive);
  EXPECT_EQ(asked, "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n");
}

TEST_F(TlsSessionTest, ProxyThatRefuses) {
  struct Row {
    std::string answer;
    Fault fault;
    int status;
  };
  const Row rows[] = {
      {HttpAnswer("407 Proxy Authentication Required", "<html>"), Fault::kProxy, 407},
      {HttpAnswer("502 Bad Gateway", ""), Fault::kProxy, 502},
      {"SOCKS?\r\n", Fault::kProxy, 0},
      {"", Fault::kClosed, 0},
      {"HTTP/1.1 200 Conn", Fault::kClosed, 0},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.answer);
    TlsServer server({}, [&](ServerPeer& peer) {
      if (peer.ReadPlainHead()) peer.WritePlain(row.answer);
    });
    settings_.proxy = Endpoint{"127.0.0.1", server.port(), true};
    TlsSession session = MakeSession(443, "localhost");
    const Exchange exchange = Post(session);
    EXPECT_EQ(exchange.phase, Phase::kNotConnected);
    EXPECT_EQ(exchange.fault, row.fault) << exchange.detail;
    EXPECT_EQ(exchange.proxy_status, row.status);
    EXPECT_EQ(exchange.status, 0);
  }
}

TEST_F(TlsSessionTest, ProxyThatHangsIsAConnectTimeout) {
  TlsServer server({}, [](ServerPeer& peer) { peer.AwaitEnd(); });
  settings_.proxy = Endpoint{"127.0.0.1", server.port(), true};
  settings_.connect_timeout = Millis(50);
  TlsSession session = MakeSession(443, "localhost");
  const Exchange exchange = Post(session);
  EXPECT_EQ(exchange.phase, Phase::kNotConnected);
  EXPECT_EQ(exchange.fault, Fault::kTimeout);
}

TEST_F(TlsSessionTest, ServersNameIsCheckedThroughTheProxyToo) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    peer.ReadPlainHead();
    peer.WritePlain("HTTP/1.1 200 OK\r\n\r\n");
    TlsServer::Always(HttpAnswer("202 Accepted", ""))(peer);
  });
  settings_.proxy = Endpoint{"127.0.0.1", server.port(), true};
  TlsSession session = MakeSession(443, "register.example");
  EXPECT_EQ(Post(session).tls, TlsFault::kTheirsRefused);
}

}  // namespace
}  // namespace utboks

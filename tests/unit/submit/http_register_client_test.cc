#include "producer/submit/http_register_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <chrono>
#include <latch>
#include <memory>
#include <stop_token>
#include <string>

#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"
#include "tests/support/tls_server.h"

namespace utboks {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::CertificateSpec;
using testing::ClientSpec;
using testing::DeadPort;
using ::testing::HasSubstr;
using testing::HttpAnswer;
using testing::MakeAuthority;
using testing::MakeIdentity;
using testing::ManualClock;
using testing::ServerPeer;
using testing::ServerSpec;
using ::testing::StartsWith;
using testing::TempDir;
using testing::TestIdentity;
using testing::TlsServer;
using testing::TlsServerOptions;

struct Pki {
  TestIdentity authority = MakeAuthority("test authority");
  TestIdentity server = MakeIdentity(ServerSpec(), authority);
  TestIdentity client = MakeIdentity(ClientSpec(), authority);
};

const Pki& ThePki() {
  static const Pki pki;
  return pki;
}

const std::string kReceipt = HttpAnswer(
    "202 Accepted",
    "<meldingMottatt><folkeregisterReferanse>ref-1</folkeregisterReferanse>"
    "<avsendersMeldingsidentifikator>id-1</avsendersMeldingsidentifikator></meldingMottatt>",
    "Content-Type: application/xml\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\n");

class HttpRegisterClientTest : public ::testing::Test {
 protected:
  HttpRegisterClientTest() : clock_(SystemClock().Wall()) {}

  static SteadyTime Far() { return steady_clock::now() + seconds(60); }

  static TlsServerOptions ServerOptions() {
    TlsServerOptions options;
    options.identity = &ThePki().server;
    options.client_authority = &ThePki().authority;
    return options;
  }

  std::shared_ptr<const Credentials> LoadCredentials(const TestIdentity& client) {
    const testing::PkiFiles files = testing::WriteFiles(dir_.path(), client, ThePki().authority);
    auto loaded = Credentials::Load(
        {files.certificate, files.key, "", files.authority, "100101688"}, clock_.Wall());
    EXPECT_TRUE(loaded.ok()) << loaded.status().text();
    return std::move(loaded).value();
  }

  HttpRegisterClient MakeClient(std::uint16_t port) {
    return MakeClient(port, LoadCredentials(ThePki().client));
  }

  HttpRegisterClient MakeClient(std::uint16_t port,
                                std::shared_ptr<const Credentials> credentials) {
    settings_.base_url = "https://localhost:" + std::to_string(port) + "/";
    auto site = RegisterSite::Make(settings_, std::move(credentials), clock_);
    EXPECT_TRUE(site.ok()) << site.status().text();
    return HttpRegisterClient(*site);
  }

  static Payload Message(std::string document = "<melding/>") {
    Payload payload;
    payload.ressurs = "doedsfall_v1";
    payload.identifikator = SensitiveText("id-1");
    payload.document = SensitiveText(std::move(document));
    return payload;
  }

  ManualClock clock_;
  TempDir dir_;
  RegisterSettings settings_;
};

TEST_F(HttpRegisterClientTest, RequestIsAsDocumentedAndTheBytesAreOurs) {
  TlsServer server(ServerOptions(), TlsServer::Always(kReceipt));
  HttpRegisterClient client = MakeClient(server.port());
  const std::string document("<?xml version=\"1.0\"?>\r\n<melding>\xC3\xA6\n</melding>\n\n");
  const Outcome outcome = client.Submit(Message(document), Far(), {});
  EXPECT_EQ(outcome.verdict, Verdict::kAccepted) << outcome.reason;
  EXPECT_EQ(outcome.reference, "ref-1");
  ASSERT_TRUE(outcome.server_date);
  EXPECT_EQ(client.last_failure(), "");
  ASSERT_EQ(server.requests().size(), 1u);
  const std::string request = server.requests().front();
  EXPECT_THAT(request, StartsWith("POST /folkeregisteret/mottak/api/doedsfall_v1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nHost: localhost:" + std::to_string(server.port()) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAccept: application/xml\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/xml; charset=UTF-8\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nUser-Agent: utboks/"));
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), document);
}

TEST_F(HttpRegisterClientTest, ProbeAndItsMessageShareAConnection) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    if (!peer.Handshake()) return;
    while (const auto request = peer.ReadRequest()) {
      peer.Write(request->starts_with("HEAD ") ? "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                                               : kReceipt);
    }
  });
  HttpRegisterClient client = MakeClient(server.port());
  const HeadResult head = client.Head("doedsfall_v1", Far(), {});
  EXPECT_TRUE(head.answered);
  EXPECT_EQ(head.http_status, 200);
  EXPECT_EQ(client.Submit(Message(), Far(), {}).verdict, Verdict::kAccepted);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(server.requests().front(),
              StartsWith("HEAD /folkeregisteret/mottak/api/doedsfall_v1 HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests().front(), HasSubstr("\r\nAccept: application/xml\r\n"));
}

TEST_F(HttpRegisterClientTest, ConnectionThatBreaksUnderALargeMessageIsReplacedOnce) {
  // The first connection serves one request and then takes no more than a piece.
  TlsServerOptions options = ServerOptions();
  options.receive_buffer = 16 * 1024;
  TlsServer server(options, [](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest()) return;
    peer.Write(kReceipt);
    if (peer.number() > 1) return peer.AwaitEnd();
    peer.ReadSome(20'000);
    peer.Reset();
  });
  HttpRegisterClient client = MakeClient(server.port());
  EXPECT_EQ(client.Submit(Message(), Far(), {}).verdict, Verdict::kAccepted);
  const Outcome outcome = client.Submit(Message(std::string(32'000'000, 'x')), Far(), {});
  EXPECT_EQ(outcome.verdict, Verdict::kAccepted) << outcome.reason;
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(HttpRegisterClientTest, AFreshConnectionThatBreaksIsNotReplaced) {
  TlsServerOptions options = ServerOptions();
  options.receive_buffer = 16 * 1024;
  TlsServer server(options, [](ServerPeer& peer) {
    if (peer.Handshake() && peer.ReadSome(20'000)) peer.Reset();
  });
  HttpRegisterClient client = MakeClient(server.port());
  const Outcome outcome = client.Submit(Message(std::string(32'000'000, 'x')), Far(), {});
  EXPECT_EQ(outcome.reason, "send-reset");
  EXPECT_EQ(outcome.scope, Scope::kSite);
  EXPECT_EQ(outcome.result, AttemptResult::kNotSent);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(client.last_failure(), HasSubstr("localhost"));
}

TEST_F(HttpRegisterClientTest, ConnectionClosedWhileIdleLosesAndRepeatsNothing) {
  std::latch answered(1), closed(1);
  TlsServer server(ServerOptions(), [&](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest()) return;
    peer.Write(kReceipt);
    if (peer.number() > 1) return peer.AwaitEnd();
    answered.wait();
    peer.CloseWithGoodbye();
    closed.count_down();
  });
  HttpRegisterClient client = MakeClient(server.port());
  EXPECT_EQ(client.Submit(Message(), Far(), {}).verdict, Verdict::kAccepted);
  answered.count_down();
  closed.wait();
  EXPECT_EQ(client.Submit(Message(), Far(), {}).verdict, Verdict::kAccepted);
  EXPECT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpRegisterClientTest, UnansweredIsInDoubtAndNeverRepeated) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest()) return;
    if (peer.number() == 1) return;
    peer.Write(kReceipt);
    peer.ReadRequest();  // and goes without a word
  });
  HttpRegisterClient client = MakeClient(server.port());
  for (const char* expected : {"unanswered-", "", "unanswered-"}) {
    const Outcome outcome = client.Submit(Message(), Far(), {});
    if (expected[0] == '\0') {
      EXPECT_EQ(outcome.verdict, Verdict::kAccepted);
    } else {
      EXPECT_EQ(outcome.verdict, Verdict::kInDoubt);
      EXPECT_THAT(outcome.reason, StartsWith(expected));
    }
  }
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST_F(HttpRegisterClientTest, HeadIsAskedAgainWhenItsOldConnectionWasGone) {
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest()) return;
    peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    peer.ReadRequest();  // and goes without a word
  });
  HttpRegisterClient client = MakeClient(server.port());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(client.Head("doedsfall_v1", Far(), {}).answered);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpRegisterClientTest, MixedAnswerEndsTheConnection) {
  TlsServer server(ServerOptions(), TlsServer::Always(kReceipt));
  HttpRegisterClient client = MakeClient(server.port());
  Payload other = Message();
  other.identifikator = SensitiveText("id-2");
  EXPECT_TRUE(client.Submit(other, Far(), {}).mixed_answer);
  EXPECT_TRUE(server.AwaitEnded(1));
  EXPECT_EQ(client.Submit(Message(), Far(), {}).verdict, Verdict::kAccepted);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpRegisterClientTest, ExpiredCertificateIsNotEvenShown) {
  CertificateSpec spec = ClientSpec();
  spec.to_days = 1;
  TlsServer server(ServerOptions(), TlsServer::Always(kReceipt));
  HttpRegisterClient client =
      MakeClient(server.port(), LoadCredentials(MakeIdentity(spec, ThePki().authority)));
  EXPECT_EQ(client.Submit(Message(), Far(), {}).verdict, Verdict::kAccepted);
  clock_.Advance(std::chrono::hours(48));
  const Outcome outcome = client.Submit(Message(), Far(), {});
  EXPECT_EQ(outcome.verdict, Verdict::kRetry);
  EXPECT_EQ(outcome.scope, Scope::kSite);
  EXPECT_EQ(outcome.gate, GateEffect::kClose);
  EXPECT_EQ(outcome.result, AttemptResult::kNotSent);
  EXPECT_TRUE(outcome.credential);
  EXPECT_FALSE(outcome.counted);
  EXPECT_EQ(outcome.reason, "certificate-expired");
  const HeadResult head = client.Head("doedsfall_v1", Far(), {});
  EXPECT_TRUE(head.asked);
  EXPECT_FALSE(head.answered);
  EXPECT_TRUE(head.credential);
  EXPECT_EQ(head.reason, "certificate-expired");
  EXPECT_TRUE(server.AwaitEnded(1));  // the kept connection was closed
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpRegisterClientTest, AttachmentsGoIntoTheCataloguesParts) {
  TlsServer server(ServerOptions(), TlsServer::Always(kReceipt));
  settings_.forms["farskap_v1.vedlegg"] = {
      {"melding", "application/xml", ""},
      {{"vedlegg", "application/pdf", 1}, {"melding2", "application/xml", 1}}};
  HttpRegisterClient client = MakeClient(server.port());
  Payload payload = Message("<melding/>");
  payload.ressurs = "farskap_v1.vedlegg";
  payload.attachments = {
      {SensitiveText("mor.xml"), "application/xml", SharedText("<x/>")},
      {SensitiveText("f.pdf"), "application/pdf", SharedText(std::string(40'000, 'p'))}};
  EXPECT_EQ(client.Submit(payload, Far(), {}).verdict, Verdict::kAccepted);
  EXPECT_EQ(client.Submit(payload, Far(), {}).verdict, Verdict::kAccepted);
  ASSERT_EQ(server.requests().size(), 2u);
  const std::string request = server.requests()[0];
  EXPECT_EQ(request, server.requests()[1]) << "the same bytes each time";
  EXPECT_THAT(request,
              StartsWith("POST /folkeregisteret/mottak/api/farskap_v1.vedlegg HTTP/1.1\r\n"));
  const std::string before_boundary = "\r\nContent-Type: multipart/form-data; boundary=";
  const std::size_t at = request.find(before_boundary);
  ASSERT_NE(at, std::string::npos);
  const std::size_t boundary_at = at + before_boundary.size();
  const std::string line =
      "--" + request.substr(boundary_at, request.find('\r', boundary_at) - boundary_at);
  const auto part = [&](const std::string& disposition, const std::string& type,
                        const std::string& content) {
    return line + "\r\nContent-Disposition: form-data; " + disposition +
           "\r\nContent-Type: " + type + "\r\nContent-Transfer-Encoding: binary\r\n\r\n" + content +
           "\r\n";
  };
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4),
            part("name=\"melding\"", "application/xml", "<melding/>") +
                part("name=\"melding2\"; filename=\"mor.xml\"", "application/xml", "<x/>") +
                part("name=\"vedlegg\"; filename=\"f.pdf\"", "application/pdf",
                     std::string(40'000, 'p')) +
                line + "--\r\n");

  // The catalogue has changed since it was taken in: a person must look.
  payload.attachments[1].type = "text/plain";
  const Outcome outcome = client.Submit(payload, Far(), {});
  EXPECT_EQ(outcome.verdict, Verdict::kHold);
  EXPECT_EQ(outcome.result, AttemptResult::kNotSent);
  EXPECT_EQ(outcome.reason, "attachment-unsupported");
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(HttpRegisterClientTest, WhatWouldBeHalfAMessageOrAnotherPathIsHeldUnsent) {
  TlsServer server(ServerOptions(), TlsServer::Always(kReceipt));
  HttpRegisterClient client = MakeClient(server.port());
  Payload payload = Message();
  payload.attachments.emplace_back();
  Outcome outcome = client.Submit(payload, Far(), {});
  EXPECT_EQ(outcome.verdict, Verdict::kHold);
  EXPECT_EQ(outcome.result, AttemptResult::kNotSent);
  EXPECT_EQ(outcome.reason, "attachment-unsupported");
  for (const char* ressurs : {"", "..", "a/b", "a b", "a\r\nX: y", "a?b", "\xC3\xB8"}) {
    payload = Message();
    payload.ressurs = ressurs;
    outcome = client.Submit(payload, Far(), {});
    EXPECT_EQ(outcome.verdict, Verdict::kHold) << ressurs;
    EXPECT_EQ(outcome.reason, "ressurs-invalid");
    EXPECT_FALSE(client.Head(ressurs, Far(), {}).asked);
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpRegisterClientTest, FailuresComeBackJudged) {
  const DeadPort nobody;
  HttpRegisterClient client = MakeClient(nobody.port());
  Outcome outcome = client.Submit(Message(), Far(), {});
  EXPECT_EQ(outcome.reason, "connect-refused");
  EXPECT_EQ(outcome.gate, GateEffect::kClose);
  EXPECT_THAT(client.last_failure(), HasSubstr("connecting to localhost:"));
  EXPECT_EQ(client.Head("doedsfall_v1", Far(), {}).reason, "connect-refused");
  std::stop_source stop;
  stop.request_stop();
  outcome = client.Submit(Message(), Far(), stop.get_token());
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_EQ(outcome.result, AttemptResult::kNotSent);
}

TEST_F(HttpRegisterClientTest, DeadlineThatHasPassedSendsNothing) {
  TlsServer server(ServerOptions(), TlsServer::Always(kReceipt));
  HttpRegisterClient client = MakeClient(server.port());
  for (const bool connected : {false, true}) {
    if (connected) {
      EXPECT_EQ(client.Submit(Message(), Far(), {}).verdict, Verdict::kAccepted);
    }
    const Outcome outcome = client.Submit(Message(), steady_clock::now(), {});
    EXPECT_EQ(outcome.reason, "deadline");
    EXPECT_EQ(outcome.result, AttemptResult::kNotSent);
    EXPECT_EQ(outcome.gate, GateEffect::kNone);
    EXPECT_FALSE(client.Head("doedsfall_v1", steady_clock::now(), {}).asked);
  }
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpRegisterClientTest, ResponseTimeoutIsInDoubt) {
  settings_.response_timeout = Millis(50);
  TlsServer server(ServerOptions(), [](ServerPeer& peer) {
    if (peer.Handshake() && peer.ReadRequest()) peer.AwaitEnd();
  });
  HttpRegisterClient client = MakeClient(server.port());
  const Outcome outcome = client.Submit(Message(), Far(), {});
  EXPECT_EQ(outcome.verdict, Verdict::kInDoubt);
  EXPECT_EQ(outcome.reason, "unanswered-timeout");
}

TEST_F(HttpRegisterClientTest, RefusedCertificateIsACredentialFailureInBothVersions) {
  const TestIdentity strange = MakeIdentity(ClientSpec(), MakeAuthority("another authority"));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsServerOptions options = ServerOptions();
    options.min_version = options.max_version = version;
    TlsServer server(options, TlsServer::Always(kReceipt));
    HttpRegisterClient client = MakeClient(server.port(), LoadCredentials(strange));
    const Outcome outcome = client.Submit(Message(), Far(), {});
    EXPECT_EQ(outcome.reason, "credential");
    EXPECT_EQ(outcome.scope, Scope::kSite);
    EXPECT_EQ(outcome.result, AttemptResult::kNotSent);
    EXPECT_TRUE(outcome.credential);
    EXPECT_TRUE(client.Head("doedsfall_v1", Far(), {}).credential);
  }
}

TEST_F(HttpRegisterClientTest, SettingsThatDoNotFitAreRefused) {
  const auto credentials = LoadCredentials(ThePki().client);
  RegisterSettings settings;
  settings.base_url = "http://localhost:1";
  EXPECT_EQ(RegisterSite::Make(settings, credentials, clock_).code(), Code::kConfig);
  settings.base_url = "https://localhost:1";
  EXPECT_EQ((*RegisterSite::Make(settings, credentials, clock_))->host(), "localhost");
  settings.proxy = "proxy.example";
  EXPECT_EQ(RegisterSite::Make(settings, credentials, clock_).code(), Code::kConfig);
}

}  // namespace
}  // namespace utboks

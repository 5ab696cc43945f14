// A server that is not the register, at its worst: each reading ends, in time, with the
// page or one line.
#include "producer/net/page_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>

#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"
#include "tests/support/tls_server.h"

namespace utboks {
namespace {

using std::chrono::seconds;
using testing::DeadPort;
using ::testing::HasSubstr;
using testing::HttpAnswer;
using testing::MakeAuthority;
using testing::MakeIdentity;
using ::testing::Not;
using testing::ServerPeer;
using testing::TestIdentity;
using testing::TlsServer;
using testing::TlsServerOptions;

const TestIdentity& Authority() {
  static const TestIdentity authority = MakeAuthority("feed authority");
  return authority;
}

class PageReaderTest : public ::testing::Test {
 protected:
  PageReaderTest() {
    const TestIdentity unused = MakeIdentity(testing::ClientSpec(), Authority());
    settings_.ca_file = testing::WriteFiles(dir_.path(), unused, Authority()).authority;
    options_.identity = &identity_;
  }

  Result<PageReader::Page> Read(std::uint16_t port, const std::string& tag = "",
                                const std::string& host = "localhost",
                                const std::stop_token& stop = {}) {
    settings_.address =
        *ParsePageAddress("https://" + host + ":" + std::to_string(port) + "/dok/rss.xml?a=b");
    auto reader = PageReader::Make(settings_);
    EXPECT_TRUE(reader.ok()) << reader.status().text();
    return (*reader)->Read(tag, stop);
  }

  Result<PageReader::Page> ReadFrom(TlsServer::Handler handler, const std::string& tag = "") {
    TlsServer server(options_, std::move(handler));
    return Read(server.port(), tag);
  }

  // What it says when it does not read.
  std::string Refusal(TlsServer::Handler handler) {
    const auto page = ReadFrom(std::move(handler));
    EXPECT_EQ(page.code(), Code::kUnreachable);
    EXPECT_EQ(page.status().text().find('\n'), std::string::npos);
    return page.status().text();
  }

  testing::TempDir dir_;
  TestIdentity identity_ = MakeIdentity(testing::ServerSpec(), Authority());
  TlsServerOptions options_;
  PageSettings settings_;
};

TEST_F(PageReaderTest, ThePageAndItsTag) {
  const std::string body(400'000, 'x');  // as large as the register's
  TlsServer server(options_,
                   TlsServer::Always(HttpAnswer("200 OK", body, "ETag: W/\"6a-5f\"\r\n")));
  const auto page = Read(server.port());
  ASSERT_TRUE(page.ok()) << page.status().text();
  EXPECT_TRUE(page->changed);
  EXPECT_EQ(page->body, body);
  EXPECT_EQ(page->tag, "W/\"6a-5f\"");
  const std::string request = server.requests().at(0);
  EXPECT_TRUE(request.starts_with("GET /dok/rss.xml?a=b HTTP/1.1\r\nHost: localhost:"));
  EXPECT_THAT(request, Not(HasSubstr("If-None-Match")));
}

TEST_F(PageReaderTest, AnUnchangedPageIsNotSentAgain) {
  TlsServer server(options_,
                   TlsServer::Always("HTTP/1.1 304 Not Modified\r\nETag: \"v2\"\r\n\r\n"));
  const auto page = Read(server.port(), "\"v1\"");
  ASSERT_TRUE(page.ok()) << page.status().text();
  EXPECT_FALSE(page->changed);
  EXPECT_EQ(page->tag, "\"v1\"");
  EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nIf-None-Match: \"v1\"\r\n"));
  // Who has none was not asked for it.
  EXPECT_EQ(Read(server.port()).code(), Code::kUnreachable);
}

TEST_F(PageReaderTest, ATagThatCouldNotBeSentBackIsNone) {
  for (const char* header : {"ETag: v1\r\n", "ETag: \"a b\"\r\n", "ETag: \"\xC3\xB8\"\r\n", ""}) {
    const auto page = ReadFrom(TlsServer::Always(HttpAnswer("200 OK", "x", header)));
    ASSERT_TRUE(page.ok());
    EXPECT_EQ(page->tag, "") << header;
  }
  const std::string longest = "ETag: \"" + std::string(300, 'x') + "\"\r\n";
  EXPECT_EQ(ReadFrom(TlsServer::Always(HttpAnswer("200 OK", "x", longest)))->tag, "");
}

TEST_F(PageReaderTest, AnythingButThePageIsOneLine) {
  EXPECT_THAT(Refusal(TlsServer::Always(HttpAnswer("503 Service Unavailable", "x"))),
              HasSubstr("HTTP 503"));
  EXPECT_THAT(Refusal(TlsServer::Always(HttpAnswer("204 No Content", ""))), HasSubstr("HTTP 204"));
  EXPECT_THAT(Refusal(TlsServer::Always(HttpAnswer("301 Moved Permanently", "",
                                                   "Location: https://status.example/\r\n"))),
              HasSubstr("sends us to https://status.example/, which is not followed"));
  EXPECT_THAT(Refusal(TlsServer::Always(HttpAnswer("302 Found", "", "Location: \x1b[2J x\r\n"))),
              HasSubstr("sends us to another address"));
  EXPECT_THAT(Refusal(TlsServer::Always("SSH-2.0-OpenSSH_9.2\r\n")), HasSubstr("not HTTP"));
  EXPECT_THAT(Refusal([](ServerPeer& peer) {
                if (peer.Handshake() && peer.ReadRequest()) {
                  peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                }
              }),
              HasSubstr("closed"));
  EXPECT_THAT(Refusal([](ServerPeer& peer) { peer.Reset(); }), Not(HasSubstr("HTTP")));
}

TEST_F(PageReaderTest, OnlyWhoItShouldBeIsRead) {
  const TestIdentity stranger = MakeAuthority("another authority");
  const TestIdentity not_trusted = MakeIdentity(testing::ServerSpec(), stranger);
  options_.identity = &not_trusted;
  const auto answer = TlsServer::Always(HttpAnswer("200 OK", "x"));
  EXPECT_THAT(Refusal(answer), HasSubstr("certificate"));
  testing::CertificateSpec other = testing::ServerSpec();
  other.alternative_names = "DNS:other.example";
  const TestIdentity other_name = MakeIdentity(other, Authority());
  options_.identity = &other_name;
  EXPECT_THAT(Refusal(answer), HasSubstr("certificate"));
  testing::CertificateSpec old = testing::ServerSpec();
  old.from_days = -20;
  old.to_days = -10;
  const TestIdentity expired = MakeIdentity(old, Authority());
  options_.identity = &expired;
  EXPECT_THAT(Refusal(answer), HasSubstr("certificate"));
}

TEST_F(PageReaderTest, NoCertificateOfOursIsShown) {
  options_.client_authority = &Authority();  // it insists on one
  EXPECT_EQ(ReadFrom(TlsServer::Always(HttpAnswer("200 OK", "x"))).code(), Code::kUnreachable);
}

TEST_F(PageReaderTest, NobodyThere) {
  const DeadPort port;
  EXPECT_EQ(Read(port.port()).code(), Code::kUnreachable);
}

// A hundred megabytes, said or not, and heads without end.
TEST_F(PageReaderTest, WhatIsTooLargeIsNotReadOn) {
  const std::string megabyte(1 << 20, 'x');
  const auto flood = [&](const std::string& head) {
    return [&megabyte, head](ServerPeer& peer) {
      if (!peer.Handshake() || !peer.ReadRequest() || !peer.Write(head)) return;
      for (int i = 0; i < 100 && peer.Write(megabyte); ++i) continue;
    };
  };
  EXPECT_THAT(Refusal(flood("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")),
              HasSubstr("larger than we read"));
  EXPECT_THAT(Refusal(flood("HTTP/1.1 200 OK\r\n\r\n")), HasSubstr("larger than we read"));
  EXPECT_THAT(Refusal([](ServerPeer& peer) {
                if (!peer.Handshake() || !peer.ReadRequest()) return;
                peer.Write("HTTP/1.1 200 OK\r\n");
                while (peer.Write("X-Endless: yes\r\n")) continue;
              }),
              HasSubstr("larger than we read"));
}

// A byte now and then keeps nobody: the time is of the whole.
TEST_F(PageReaderTest, ADripEndsWhenTheTimeIsOver) {
  settings_.whole_time = Millis(300);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(Refusal([](ServerPeer& peer) {
                if (!peer.Handshake() || !peer.ReadRequest()) return;
                peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                while (peer.Write("x") && peer.Pause(Millis(5))) continue;
              }),
              HasSubstr("time"));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, Millis(300));
  // In the handshake too.
  EXPECT_THAT(Refusal([](ServerPeer& peer) { peer.AwaitEnd(); }), HasSubstr("time"));
}

TEST_F(PageReaderTest, AStopEndsAReading) {
  std::promise<void> reading;
  TlsServer server(options_, [&](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest()) return;
    reading.set_value();
    peer.AwaitEnd();
  });
  std::stop_source stop;
  auto page = std::async(std::launch::async, [&] {
    return Read(server.port(), "", "localhost", stop.get_token()).code();
  });
  reading.get_future().wait();
  stop.request_stop();
  EXPECT_EQ(page.get(), Code::kCancelled);
}

TEST_F(PageReaderTest, ThroughAProxy) {
  TlsServer server(options_, [](ServerPeer& peer) {
    const auto connect = peer.ReadPlainHead();
    if (!connect || !connect->starts_with("CONNECT localhost:1 HTTP/1.1\r\n")) return;
    peer.WritePlain("HTTP/1.1 200 Connection established\r\n\r\n");
    if (peer.Handshake() && peer.ReadRequest()) peer.Write(HttpAnswer("200 OK", "page"));
  });
  settings_.proxy = *ParseProxy("127.0.0.1:" + std::to_string(server.port()));
  const auto page = Read(1);
  ASSERT_TRUE(page.ok()) << page.status().text();
  EXPECT_EQ(page->body, "page");
}

TEST_F(PageReaderTest, AuthoritiesThatCannotBeReadAreNamed) {
  settings_.address = *ParsePageAddress("https://localhost/");
  settings_.ca_file = dir_.File("none.pem");
  const auto reader = PageReader::Make(settings_);
  EXPECT_EQ(reader.code(), Code::kConfig);
  EXPECT_THAT(reader.status().text(), HasSubstr("none.pem"));
}

}  // namespace
}  // namespace utboks

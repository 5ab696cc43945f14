// Operating notices while a worker delivers: shown beside the gates, and nothing else,
// whatever the feed does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "queue/base/mutex.h"
#include "tests/support/eventually.h"
#include "tests/support/feed_text.h"
#include "tests/support/log_watch.h"
#include "tests/support/test_pki.h"
#include "tests/support/tls_server.h"
#include "tests/system/agency.h"

namespace utboks::testing {
namespace {

using ::testing::HasSubstr;

const TestIdentity& FeedAuthority() {
  static const TestIdentity authority = MakeAuthority("feed authority");
  return authority;
}

// Whoever asks gets what the test said last.
class FeedServer {
 public:
  FeedServer()
      : identity_(MakeIdentity(ServerSpec(), FeedAuthority())),
        server_({.identity = &identity_}, [this](ServerPeer& peer) {
          if (!peer.Handshake()) return;
          while (peer.ReadRequest()) {
            if (!peer.Write(answer())) return;
          }
        }) {
    Serve(std::vector<FeedItem>());
  }

  void Serve(const std::vector<FeedItem>& items) { Answer(HttpAnswer("200 OK", FeedText(items))); }
  void Answer(std::string answer) {
    MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }
  // Waits until whoever reads has taken in what is served now: it asks again only then.
  bool AwaitTakenIn() { return server_.AwaitRequests(server_.requests().size() + 2); }
  std::string url() const {
    return "https://localhost:" + std::to_string(server_.port()) + "/rss.xml";
  }

 private:
  std::string answer() {
    MutexLock lock(mutex_);
    return answer_;
  }

  const TestIdentity identity_;
  Mutex mutex_;
  std::string answer_ UTBOKS_GUARDED_BY(mutex_);
  TlsServer server_;  // last: its threads use all of the above
};

void Configure(Agency& agency, const std::string& url) {
  agency.Set("notices.urls", "[\"" + url + "\"]");
  agency.SetText("notices.poll_interval", "1s");
  agency.SetText("notices.ca_file", agency.File("feed-ca.pem", FeedAuthority().CertificatePem()));
}

// The notice that status shows; "" for none.
std::string Shown(Agency& agency) {
  const Json status = agency.Status();
  if (status->isNull("notice")) return "";
  const Json notice = status->getObject("notice");
  return Get(notice, "title") + ", " + Get(notice, "state");
}

void ExpectUntouched(Agency& agency) {
  const Json status = agency.Status();
  EXPECT_EQ(status->getArray("alarms")->size(), 0U);
  for (std::size_t i = 0; i < status->getArray("gates")->size(); ++i) {
    const Json gate = status->getArray("gates")->getObject(static_cast<unsigned>(i));
    EXPECT_EQ(Get(gate, "state"), "open") << Get(gate, "name");
  }
  EXPECT_EQ(agency.Run({"status", "--check"}).code(), 0);
}

const FeedItem kOlder{"Driftsproblemer løst 17.11", "lost-17.11", "",
                      "<p>Problemene med våre tjenester er nå løst.</p>\n"};
const FeedItem kStop{"Stans i mottak fra Produsenter", "stans-i-mottak",
                     "Wed, 12 May 2021 13:32:00 GMT", "<p>Feil Oppstod: 13:00</p>\n"};

TEST(Notices, TheLatestIsShownBesideTheGatesAndChangesNothing) {
  FeedServer feed;
  SimulatorFixture reg;
  Agency agency(reg);
  Configure(agency, feed.url());
  feed.Serve({kOlder});
  agency.StartWorker();
  ASSERT_TRUE(Eventually([&] { return Shown(agency) == kOlder.title + ", resolved"; }));

  feed.Serve({kStop, kOlder});
  ASSERT_TRUE(Eventually([&] { return Shown(agency) == kStop.title + ", open"; }));
  const std::string first_seen = Get(agency.Status()->getObject("notice"), "first_seen");
  EXPECT_THAT(agency.Run({"status"}).out,
              HasSubstr("register's notice: \"Stans i mottak fra Produsenter\": open; first seen"));
  ExpectUntouched(agency);
  EXPECT_TRUE(agency.AwaitState(agency.Enqueue({1}).at(0), "accepted"));

  // It goes, and comes back changed.
  feed.Serve({kOlder});
  ASSERT_TRUE(feed.AwaitTakenIn());
  EXPECT_EQ(Shown(agency), kStop.title + ", open") << "gone is not over";
  agency.StopWorker();
  agency.StartWorker();
  feed.Serve({kStop, kOlder});
  ASSERT_TRUE(feed.AwaitTakenIn());
  EXPECT_EQ(Get(agency.Status()->getObject("notice"), "first_seen"), first_seen);
  FeedItem solved = kStop;
  solved.description += "<p>LØST: 14:30</p>\n";
  feed.Serve({solved, kOlder});
  ASSERT_TRUE(Eventually([&] { return Shown(agency) == kStop.title + ", resolved"; }));
  EXPECT_EQ(Get(agency.Status()->getObject("notice"), "first_seen"), first_seen);

  // The feed ends, in two ways; what was known stays, and nobody is called.
  LogWatch::Expect("notices-unread");
  feed.Answer(HttpAnswer("503 Service Unavailable", "<html>"));
  ASSERT_TRUE(feed.AwaitTakenIn());
  feed.Answer(HttpAnswer("200 OK", "<!DOCTYPE rss [<!ENTITY a \"ha\">]><rss>&a;</rss>"));
  ASSERT_TRUE(feed.AwaitTakenIn());
  EXPECT_EQ(Shown(agency), kStop.title + ", resolved");
  ExpectUntouched(agency);
  EXPECT_TRUE(agency.AwaitState(agency.Enqueue({2}).at(0), "accepted"));
  agency.StopWorker();
  EXPECT_EQ(LogWatch::Count("notices-unread"), 1) << "said once";
  EXPECT_EQ(LogWatch::Count("register-notice"), 2) << "new, and changed";
}

TEST(Notices, DoctorLooksAtEachFeed) {
  FeedServer feed;
  SimulatorFixture reg;
  Agency agency(reg);
  Configure(agency, feed.url());
  const auto verdict = [&] {
    for (const Json& line : agency.Ask({"doctor"})) {
      if (Get(line, "check") == "notices") return Get(line, "verdict") + " " + Get(line, "text");
    }
    return std::string();
  };
  feed.Serve({kStop, kOlder});
  EXPECT_EQ(verdict(), "OK " + feed.url() + " is an RSS feed of 2 items");
  feed.Answer(HttpAnswer("301 Moved Permanently", "", "Location: https://status.example/\r\n"));
  EXPECT_THAT(verdict(), HasSubstr("WARN " + feed.url() + " cannot be read: it answers 301"));
}

TEST(Notices, OnlyHttpsIsTaken) {
  Agency agency;
  agency.Set("notices.urls", "[\"http://feed.example/rss.xml\"]");
  ExpectRefused(agency.Run({"status"}), 78, {"[notices] urls must be https://"});
}

// ---- feeds at their worst ----

struct Kind {
  const char* name;
  TlsServer::Handler handler;
  bool slow = false;      // it keeps a reading for longer than the test takes
  bool stranger = false;  // its certificate is nobody's we trust
};
void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

class HostileFeed : public ::testing::TestWithParam<Kind> {};

TlsServer::Handler Answering(const std::string& answer) {
  return TlsServer::Always(answer);
}

// A head, and then this until the reader has enough.
TlsServer::Handler Endless(std::string head, std::string piece, Millis pause) {
  return [=](ServerPeer& peer) {
    if (!peer.Handshake() || !peer.ReadRequest() || !peer.Write(head)) return;
    while (peer.Write(piece) && (pause.count() == 0 || peer.Pause(pause))) continue;
  };
}

std::string ManyItems() {
  std::string items;
  for (int i = 0; i < 100'000; ++i) items += "<item><title>Driftsproblemer</title></item>";
  return HttpAnswer("200 OK", "<rss><channel>" + items + "</channel></rss>");
}

TEST_P(HostileFeed, DoesNotReachTheWorker) {
  if (!GetParam().slow) LogWatch::Expect("notices-unread");
  const TestIdentity authority = MakeAuthority("another authority");
  const TestIdentity identity =
      MakeIdentity(ServerSpec(), GetParam().stranger ? authority : FeedAuthority());
  TlsServer feed({.identity = &identity}, GetParam().handler);
  SimulatorFixture reg;
  Agency agency(reg);
  Configure(agency, "https://localhost:" + std::to_string(feed.port()) + "/rss.xml");
  agency.StartWorker();
  if (GetParam().slow) {
    ASSERT_TRUE(Eventually([&] { return feed.connections() > 0; }));
  } else {
    ASSERT_TRUE(agency.worker().AwaitErr(R"("event":"notices-unread")")) << agency.worker().Err();
  }
  for (const std::string& id : agency.Enqueue({1, 2, 3})) {
    EXPECT_TRUE(agency.AwaitState(id, "accepted"));
  }
  EXPECT_EQ(Shown(agency), "");
  ExpectUntouched(agency);
  agency.StopWorker();  // whatever it reads just now
}

INSTANTIATE_TEST_SUITE_P(
    EveryKind, HostileFeed,
    ::testing::Values(
        Kind{"Silent", [](ServerPeer& peer) { peer.AwaitEnd(); }, true},
        Kind{"SilentAfterTheRequest",
             [](ServerPeer& peer) {
               if (peer.Handshake() && peer.ReadRequest()) peer.AwaitEnd();
             },
             true},
        Kind{"Reset", [](ServerPeer& peer) { peer.Reset(); }},
        Kind{"Dripping",
             Endless("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", "<", Millis(20)), true},
        Kind{"EndlessHeaders", Endless("HTTP/1.1 200 OK\r\n", "X-More: yes\r\n", Millis(0))},
        Kind{"EndlessBody",
             Endless("HTTP/1.1 200 OK\r\n\r\n", std::string(1 << 16, 'x'), Millis(0))},
        Kind{"HundredMegabytes", Endless("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n",
                                         std::string(1 << 16, 'x'), Millis(0))},
        Kind{"ManyItems", Answering(ManyItems())},
        Kind{"NotXml", Answering(HttpAnswer("200 OK", "\x01\x02\xff{}"))},
        Kind{"Redirect",
             Answering(HttpAnswer("302 Found", "", "Location: https://localhost:1/\r\n"))},
        Kind{"BillionLaughs",
             Answering(HttpAnswer(
                 "200 OK",
                 "<!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
                 "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><rss><channel><item><title>&c;"
                 "</title></item></channel></rss>"))},
        Kind{"AnotherCertificate", Answering(HttpAnswer("200 OK", "<rss/>")), false, true}),
    [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace utboks::testing

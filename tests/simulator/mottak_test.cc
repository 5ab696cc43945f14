// Every documented answer, as a plain client sees it.
#include "tests/simulator/mottak.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "tests/simulator/plain_client.h"
#include "tests/support/read_file.h"
#include "tests/support/simulator_fixture.h"

namespace utboks::simulator {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::JournalLine;
using testing::SimulatorFixture;
using ::testing::StartsWith;

constexpr std::string_view kRessurs = "doedsfall_v1";
constexpr std::string_view kXmlType = "application/xml; charset=UTF-8";

void ExpectFeilmelding(const Reply& reply, int status) {
  EXPECT_EQ(reply.end, Reply::End::kWhole);
  EXPECT_EQ(reply.status, status);
  EXPECT_EQ(reply.headers.at("content-type"), kXmlType);
  EXPECT_THAT(reply.body, HasSubstr("<folkeregisterFeilmelding>"));
  EXPECT_EQ(reply.Element("httpStatus"), std::to_string(status));
  EXPECT_EQ(reply.Element("alvorlighetsgrad"), "WARNING");
  EXPECT_THAT(reply.Element("feilkode"), StartsWith("ske.folkeregister.mottak."));
  EXPECT_NE(reply.Element("feilmelding"), "");
}

TEST(MottakAnswers, AValidMessageGetsAReceipt) {
  SimulatorFixture reg;
  PlainClient client(reg.port());
  const std::string document = DeathNotice("id-1 æ&amp;");
  const Reply reply = client.Post(kRessurs, document);
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.headers.at("content-type"), kXmlType);
  EXPECT_EQ(reply.Element("avsendersMeldingsidentifikator"), "id-1 æ&amp;");
  EXPECT_EQ(reply.Element("folkeregisterReferanse").size(), 36U);

  const std::vector<JournalLine> lines = reg.Journal();
  ASSERT_EQ(lines.size(), 2U);
  for (const JournalLine& line : lines) {
    EXPECT_EQ(line.request, 1U);
    EXPECT_EQ(line.connection, 1U);
    EXPECT_EQ(line.client, "100101688");
    EXPECT_EQ(line.method, "POST");
    EXPECT_EQ(line.ressurs, kRessurs);
    EXPECT_EQ(line.identifier, "id-1 æ&");
    EXPECT_EQ(line.bytes, document.size());
    EXPECT_EQ(line.sha256.size(), 64U);
    EXPECT_EQ(line.send, 1U);
  }
  EXPECT_EQ(lines[0].event, "begin");
  EXPECT_EQ(lines[1].event, "end");
  EXPECT_TRUE(lines[1].accepted);
  EXPECT_EQ(lines[1].status, 202);
  EXPECT_EQ(lines[1].sent, "whole");
  EXPECT_EQ(lines[1].reference, reply.Element("folkeregisterReferanse"));
}

TEST(MottakAnswers, TheHashIsOfTheBodyAsSent) {
  SimulatorFixture reg({.validate = false});
  PlainClient(reg.port()).Post(kRessurs, "abc");
  EXPECT_EQ(reg.Journal().at(1).sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(MottakAnswers, TheSameAgainGetsANewReference) {
  SimulatorFixture reg;
  PlainClient client(reg.port());
  const std::string document = DeathNotice("again");
  const Reply first = client.Post(kRessurs, document);
  const Reply second = client.Post(kRessurs, document);
  EXPECT_EQ(second.status, 202);
  EXPECT_NE(first.Element("folkeregisterReferanse"), second.Element("folkeregisterReferanse"));
  const auto accepted = reg.Accepted();
  ASSERT_EQ(accepted.size(), 2U);
  EXPECT_EQ(accepted[0].identifier, accepted[1].identifier);
  EXPECT_EQ(accepted[0].sha256, accepted[1].sha256);
  EXPECT_EQ(accepted[0].send, 1U);
  EXPECT_EQ(accepted[1].send, 2U);
  EXPECT_EQ(accepted[1].connection, 1U);  // kept alive
}

TEST(MottakAnswers, WhatIsNotValidGets400) {
  SimulatorFixture reg;
  PlainClient client(reg.port());
  const std::string valid = DeathNotice("x");
  std::string invalid = valid;
  invalid.replace(invalid.find("<kilde>"), 7, "<kjlde>");
  for (const std::string& document :
       {std::string(), std::string("no xml"), std::string("<x/>"), valid.substr(0, 400), invalid,
        "<!DOCTYPE x [<!ENTITY e 'v'>]>" + valid.substr(valid.find("<meldingOmDoedsfall"))}) {
    const Reply reply = client.Post(kRessurs, document);
    ExpectFeilmelding(reply, 400);
    EXPECT_NE(reply.Element("tilleggsinformasjon"), "");
  }
  ExpectFeilmelding(client.Post("annullering_av_doedsfall_v1", valid), 400);
  EXPECT_TRUE(reg.Accepted().empty());
}

// One part of a form whose boundary is "b".
std::string FormPartText(const std::string& disposition, const std::string& type,
                         const std::string& content) {
  return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\nContent-Type: " + type +
         "\r\n\r\n" + content + "\r\n";
}

TEST(MottakAnswers, AttachmentsAreThoseThatTheDocumentNames) {
  SimulatorFixture reg;
  PlainClient client(reg.port());
  const std::string document = testing::ReadFile(
      UTBOKS_SOURCE_DIR "/schemas/examples/RekvisisjonAvDNummer_5.0_med_vedlegg.xml");
  const std::string xml = FormPartText("name=\"rekvisisjon\"; filename=\"x.xml\"",
                                       "application/xml; charset=UTF-8", document);
  const auto file = [](const std::string& name, const std::string& part = "vedlegg",
                       const std::string& content = std::string("%PDF\r\n\0\xff", 8)) {
    return FormPartText("name=\"" + part + "\"; filename=\"" + name + "\"", "application/pdf",
                        content);
  };
  const auto post = [&](const std::string& parts,
                        const std::string& type = "multipart/form-data; boundary=b") {
    return client.Post("rekvisisjon_av_dnummer_v5.vedlegg", parts + "--b--\r\n",
                       "Accept: application/xml\r\nContent-Type: " + type + "\r\n");
  };
  const std::string pass = file("pass.pdf"), request = file("rekvisisjon.pdf");
  const Reply reply = post(xml + pass + request);
  EXPECT_EQ(reply.status, 202) << reply.body;
  EXPECT_EQ(reply.Element("avsendersMeldingsidentifikator"), "eksempel-rekvisisjon-v5-2");
  EXPECT_EQ(reg.Accepted().at(0).identifier, "eksempel-rekvisisjon-v5-2");
  EXPECT_EQ(post(request + pass + xml).status, 202) << "in any order";
  for (const std::string& parts :
       {std::string(), xml, pass + request, xml + pass, xml + pass + request + file("annet.pdf"),
        xml + pass + pass + request, xml + xml + pass + request, xml + file("Pass.pdf") + request,
        xml + file("pass.pdf", "vedlegg1") + request,
        xml + file("pass.pdf", "vedlegg", "") + request}) {
    ExpectFeilmelding(post(parts), 400);
  }
  ExpectFeilmelding(post(xml + pass + request, "application/xml"), 400);
  ExpectFeilmelding(post(xml + pass + request, "multipart/form-data; boundary=c"), 400);
  ExpectFeilmelding(client.Post("rekvisisjon_av_dnummer_v5.vedlegg", document), 400);
  EXPECT_EQ(reg.Accepted().size(), 2U);
}

TEST(MottakAnswers, WithoutOrganisationNumberIs401) {
  SimulatorFixture reg;
  PlainClient client(reg.port(), {.certificate = "no-org-client"});
  ExpectFeilmelding(client.Post(kRessurs, DeathNotice("x")), 401);
  EXPECT_EQ(client.Head(kRessurs).status, 401);
  EXPECT_EQ(reg.Journal().back().client, "");
}

TEST(MottakAnswers, TheOldPlaceOfTheNumberIsKnown) {
  SimulatorFixture reg;
  PlainClient client(reg.port(), {.certificate = "seid1-client"});
  EXPECT_EQ(client.Post(kRessurs, DeathNotice("x")).status, 202);
  EXPECT_EQ(reg.Journal().back().client, "100101688");
}

TEST(MottakAnswers, OutsideTheAgreementIs403) {
  SimulatorFixture reg({.scenario = "not_in_agreement = [\"doedsfall_v1\"]"});
  PlainClient client(reg.port());
  const Reply reply = client.Post(kRessurs, DeathNotice("x"));
  ExpectFeilmelding(reply, 403);
  EXPECT_THAT(reply.Element("feilkode"), EndsWith("KonsumentManglerTilgangException"));
  EXPECT_THAT(reply.Element("feilmelding"), HasSubstr("doedsfall_v1"));
  EXPECT_EQ(client.Head(kRessurs).status, 403);
  EXPECT_EQ(client.Head("annullering_av_doedsfall_v1").status, 200);
}

TEST(MottakAnswers, AnUnknownUriIs404) {
  SimulatorFixture reg;
  PlainClient client(reg.port());
  ExpectFeilmelding(client.Post("doedsfall_v9", DeathNotice("x")), 404);
  EXPECT_EQ(client.Head("doedsfall_v9").status, 404);
  for (const char* path : {"/", "/folkeregisteret/mottak/api/", "/folkeregisteret/mottak/api/a/b",
                           "/folkeregisteret/tilbakemelding/api/v2/hendelser?seq=1", "*"}) {
    ExpectFeilmelding(
        client.Exchange(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path)), 404);
  }
}

TEST(MottakAnswers, AQueryDoesNotMatter) {
  SimulatorFixture reg;
  EXPECT_EQ(PlainClient(reg.port()).Post("doedsfall_v1?x=y", DeathNotice("x")).status, 202);
  EXPECT_EQ(reg.Journal().back().ressurs, kRessurs);
}

TEST(MottakAnswers, AnotherMethodIs405) {
  SimulatorFixture reg;
  const Reply reply =
      PlainClient(reg.port())
          .Exchange(
              "GET /folkeregisteret/mottak/api/doedsfall_v1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ExpectFeilmelding(reply, 405);
  EXPECT_EQ(reply.headers.at("allow"), "POST, HEAD");
}

TEST(MottakAnswers, WithoutAcceptOfXmlIs406) {
  SimulatorFixture reg;
  PlainClient client(reg.port());
  ExpectFeilmelding(client.Post(kRessurs, DeathNotice("x"), ""), 406);
  ExpectFeilmelding(client.Post(kRessurs, DeathNotice("x"), "Accept: */*\r\n"), 406);
  EXPECT_EQ(client.Post(kRessurs, DeathNotice("x"), "Accept: text/html, application/xml;q=0.9\r\n")
                .status,
            202);
}

TEST(MottakAnswers, BeyondTheRateIs429InMilliseconds) {
  SimulatorFixture reg({.scenario = "rate_limit_per_minute = 3"});
  PlainClient client(reg.port());
  EXPECT_EQ(client.Post(kRessurs, DeathNotice("1")).status, 202);
  EXPECT_EQ(client.Head(kRessurs).status, 200);  // counts too
  EXPECT_EQ(PlainClient(reg.port()).Post(kRessurs, DeathNotice("2")).status, 202);
  const Reply reply = client.Post(kRessurs, DeathNotice("3"));
  ExpectFeilmelding(reply, 429);
  const int wait = std::stoi(reply.headers.at("retry-after"));
  EXPECT_GT(wait, 1000);  // seconds would be at most 60
  EXPECT_LE(wait, 60'000);
  EXPECT_EQ(client.Head(kRessurs).status, 429);
}

TEST(MottakAnswers, HeadTellsWhatAPostWouldMeet) {
  SimulatorFixture reg;
  const Reply reply = PlainClient(reg.port()).Head(kRessurs);
  EXPECT_EQ(reply.end, Reply::End::kWhole);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(reg.Journal().back().method, "HEAD");
  EXPECT_FALSE(reg.Journal().back().accepted);
}

TEST(MottakAnswers, ABodyWithoutLengthOrTooLongIsRefusedAndTheConnectionEnds) {
  SimulatorFixture reg;
  PlainClient client(reg.port());
  const std::string line =
      "POST /folkeregisteret/mottak/api/doedsfall_v1 HTTP/1.1\r\n"
      "Host: localhost\r\nAccept: application/xml\r\n";
  EXPECT_EQ(client.Exchange(line + "\r\n").status, 411);
  EXPECT_FALSE(client.connected());
  EXPECT_EQ(client.Exchange(line + "Content-Length: 99999999999\r\n\r\n").status, 413);
  EXPECT_FALSE(client.connected());
}

TEST(MottakAnswers, AChunkedBodyAndExpectContinueAreUnderstood) {
  SimulatorFixture reg({.validate = false});
  PlainClient client(reg.port());
  const std::string line =
      "POST /folkeregisteret/mottak/api/doedsfall_v1 HTTP/1.1\r\n"
      "Host: localhost\r\nAccept: application/xml\r\n";
  EXPECT_EQ(
      client.Exchange(line + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
          .status,
      202);
  EXPECT_EQ(reg.Journal().back().bytes, 3U);
  const Reply both = client.Exchange(line + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_THAT(both.bytes, StartsWith("HTTP/1.1 100 Continue\r\n\r\n"));
}

TEST(MottakAnswers, AClientThatGoesInTheMiddleLeavesNothing) {
  SimulatorFixture reg;
  PlainClient client(reg.port());
  ASSERT_TRUE(
      client.Send("POST /folkeregisteret/mottak/api/doedsfall_v1 HTTP/1.1\r\n"
                  "Host: localhost\r\nContent-Length: 1000\r\n\r\n<melding"));
  client.Disconnect();
  EXPECT_EQ(PlainClient(reg.port()).Post(kRessurs, DeathNotice("x")).status, 202);
  const auto lines = reg.Journal();
  ASSERT_EQ(lines.size(), 2U);  // the second client's only
  EXPECT_EQ(lines[0].identifier, "x");
}

TEST(MottakAnswers, WhatIsNoHttpEndsTheConnection) {
  SimulatorFixture reg;
  PlainClient client(reg.port());
  EXPECT_EQ(client.Exchange("\x16\x03\x01 nonsense\r\n\r\n\r\n").end, Reply::End::kClosed);
  EXPECT_EQ(client.Post(kRessurs, DeathNotice("x")).status, 202);
}

class NotLetIn : public ::testing::TestWithParam<const char*> {};

TEST_P(NotLetIn, GetsATlsAlertAndNoAnswer) {
  SimulatorFixture reg;
  const Reply reply =
      PlainClient(reg.port(), {.certificate = GetParam()}).Post(kRessurs, DeathNotice("x"));
  EXPECT_EQ(reply.bytes, "");
  // With TLS 1.3 the alert comes at the first read, or the connection is reset first.
  EXPECT_THAT(reply.end, ::testing::AnyOf(Reply::End::kHandshake, Reply::End::kReset));
  EXPECT_TRUE(reg.Journal().empty());
}

INSTANTIATE_TEST_SUITE_P(All, NotLetIn, ::testing::Values("", "expired-client", "other-ca-client"));

TEST(MottakAnswers, ManyConnectionsAtOnceAreServed) {
  SimulatorFixture reg({.validate = false});
  constexpr int kThreads = 16;
  constexpr int kEach = 20;
  std::vector<std::thread> threads;
  std::atomic<int> accepted = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      PlainClient client(reg.port());
      for (int i = 0; i < kEach; ++i) {
        accepted += client.Post(kRessurs, DeathNotice(fmt::format("{}-{}", t, i))).status == 202;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, kThreads * kEach);
  std::set<std::string> references;
  std::set<std::uint64_t> connections;
  for (const JournalLine& line : reg.Accepted()) {
    references.insert(line.reference);
    connections.insert(line.connection);
  }
  EXPECT_EQ(references.size(), static_cast<std::size_t>(kThreads * kEach));
  EXPECT_EQ(connections.size(), static_cast<std::size_t>(kThreads));
}

TEST(MottakAnswers, AnIdleConnectionIsClosedAfterItsTime) {
  SimulatorFixture reg({.scenario = "keep_alive_timeout = \"20ms\""});
  PlainClient client(reg.port());
  EXPECT_EQ(client.Post(kRessurs, DeathNotice("x")).status, 202);
  EXPECT_EQ(client.Receive().end, Reply::End::kClosed);
}

TEST(MottakAnswers, AConnectionMayBearOnlySoManyRequests) {
  SimulatorFixture reg({.scenario = "requests_per_connection = 2"});
  PlainClient client(reg.port());
  EXPECT_EQ(client.Head(kRessurs).headers.at("connection"), "Keep-Alive");
  EXPECT_EQ(client.Head(kRessurs).headers.at("connection"), "Close");
  EXPECT_FALSE(client.connected());
}

}  // namespace
}  // namespace utboks::simulator

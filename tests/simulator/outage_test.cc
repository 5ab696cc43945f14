// Every kind of step, as a plain client sees it and as the journal tells it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "producer/net/http_date.h"
#include "tests/simulator/plain_client.h"
#include "tests/support/eventually.h"
#include "tests/support/simulator_fixture.h"

namespace utboks::simulator {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using End = Reply::End;
using testing::JournalLine;
using testing::SimulatorFixture;

constexpr std::string_view kRessurs = "doedsfall_v1";

Reply Post(PlainClient& client, std::string_view identifier = "x") {
  return client.Post(kRessurs, DeathNotice(identifier));
}

// The last "end" line.
JournalLine Last(const SimulatorFixture& reg) {
  JournalLine last;
  for (const JournalLine& line : reg.Journal()) {
    if (line.event == "end") last = line;
  }
  return last;
}

SimulatorFixture::Spec With(std::string_view scenario) {
  return {.scenario = std::string(scenario)};
}

TEST(Outage, RefuseShutsThePortBeforeTheAnswerThatBeginsItAndCutsTheRest) {
  SimulatorFixture reg(With("step = [{kind='refuse', name='outage', after_requests=2}]"));
  PlainClient idle(reg.port());
  PlainClient client(reg.port());
  EXPECT_EQ(Post(idle).status, 202);
  const Reply last = Post(client);
  EXPECT_EQ(last.status, 202);
  EXPECT_EQ(last.headers.at("connection"), "Close");
  EXPECT_EQ(idle.Receive().end, End::kClosed);
  PlainClient late(reg.port());
  EXPECT_EQ(Post(late).end, End::kRefused);
  const JournalLine step = reg.Journal().back();
  EXPECT_EQ(step.event, "step");
  EXPECT_EQ(step.name, "outage");
  EXPECT_EQ(step.kind, "refuse");
  EXPECT_TRUE(step.on);
}

TEST(Outage, RefuseEndsAndNobodyElseGotThePort) {
  SimulatorFixture reg(With("step = [{kind='refuse', after_requests=1, for='100ms'}]"));
  PlainClient client(reg.port());
  EXPECT_EQ(Post(client).status, 202);
  EXPECT_TRUE(testing::Eventually([&] { return Post(client).status == 202; }));
  int ons = 0;
  double begun = 0;
  double ended = 0;
  for (const JournalLine& line : reg.Journal()) {
    if (line.event != "step") continue;
    ++ons;
    (line.on ? begun : ended) = line.mono_ms;
  }
  EXPECT_EQ(ons, 2);
  EXPECT_GE(ended - begun, 99.0);
}

TEST(Outage, RefuseFromTheStartAnswersNobody) {
  SimulatorFixture reg(With("step = [{kind='refuse'}]"));
  PlainClient client(reg.port());
  EXPECT_EQ(Post(client).end, End::kRefused);
}

TEST(Outage, RefuseMayLeaveOpenConnectionsAlone) {
  SimulatorFixture reg(With("step = [{kind='refuse', after_requests=2, kept_alive='serve'}]"));
  PlainClient client(reg.port());
  PlainClient idle(reg.port());
  Post(idle);
  Post(client);
  PlainClient late(reg.port());
  EXPECT_EQ(Post(late).end, End::kRefused);
  EXPECT_EQ(Post(client).status, 202);
  EXPECT_EQ(Post(idle).status, 202);
}

TEST(Outage, RefuseMayLetAnswersUnderWayFinish) {
  // The slow one is under way when the quick one's answer shuts the door.
  SimulatorFixture reg(With(R"(
    step = [{kind='refuse', after_requests=1, kept_alive='finish'},
            {kind='latency', delay='300ms', identifier_prefix='slow'}])"));
  PlainClient slow(reg.port());
  PlainClient quick(reg.port());
  ASSERT_TRUE(slow.Send(""));
  std::thread busy([&] {
    const Reply reply = Post(slow, "slow");
    EXPECT_EQ(reply.status, 202);
    EXPECT_EQ(reply.headers.at("connection"), "Close");
  });
  ASSERT_TRUE(reg.Await([](const JournalLine& line) { return line.identifier == "slow"; }));
  EXPECT_EQ(Post(quick, "quick").status, 202);
  EXPECT_EQ(Post(quick, "quick").end, End::kRefused);
  busy.join();
}

TEST(Outage, ACutRequestUnderWayIsDealtWithButNotAnswered) {
  SimulatorFixture reg(With(R"(
    step = [{kind='refuse', after_requests=1},
            {kind='latency', delay='300ms', identifier_prefix='slow'}])"));
  PlainClient slow(reg.port());
  PlainClient quick(reg.port());
  std::thread busy([&] { EXPECT_THAT(Post(slow, "slow").end, AnyOf(End::kClosed, End::kReset)); });
  ASSERT_TRUE(reg.Await([](const JournalLine& line) { return line.identifier == "slow"; }));
  EXPECT_EQ(Post(quick, "quick").status, 202);
  busy.join();
  ASSERT_TRUE(reg.Await(
      [](const JournalLine& line) { return line.event == "end" && line.identifier == "slow"; }));
  EXPECT_EQ(Last(reg).sent, "cut");
  EXPECT_TRUE(Last(reg).accepted);
}

TEST(Outage, StallNeverAnswersTheHandshake) {
  SimulatorFixture reg(With("step = [{kind='stall'}]"));
  PlainClient client(reg.port(), {.patience = Millis(50)});
  EXPECT_EQ(Post(client).end, End::kSilent);
  EXPECT_EQ(reg.Journal().size(), 1U);  // the step's own line
}

TEST(Outage, StallEndsWithItsStep) {
  SimulatorFixture reg(With("step = [{kind='stall', for='1s'}]"));
  PlainClient client(reg.port());
  EXPECT_THAT(Post(client).end, AnyOf(End::kHandshake, End::kReset));
  ASSERT_TRUE(reg.Await([](const JournalLine& line) { return line.event == "step" && !line.on; }));
  EXPECT_EQ(Post(client).status, 202);
}

TEST(Outage, ResetBeforeTheHandshake) {
  SimulatorFixture reg(With("step = [{kind='reset', at='connect'}]"));
  PlainClient client(reg.port());
  EXPECT_EQ(Post(client).end, End::kReset);
}

TEST(Outage, ResetInTheMiddleOfARequest) {
  SimulatorFixture reg(With("step = [{kind='reset', name='rst', at='request'}]"));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.end, End::kReset);
  EXPECT_EQ(reply.bytes, "");
  const JournalLine line = Last(reg);
  EXPECT_EQ(line.sent, "reset");
  EXPECT_EQ(line.step, "rst");
  EXPECT_EQ(line.identifier, "x");
  EXPECT_EQ(line.sha256, "");  // not read whole
  EXPECT_FALSE(line.accepted);
  EXPECT_EQ(line.status, 0);
}

TEST(Outage, ResetInTheMiddleMeetsOnlyWhomItIsFor) {
  SimulatorFixture reg(With("step = [{kind='reset', identifier_prefix='bad'}]"));
  PlainClient client(reg.port());
  EXPECT_EQ(Post(client, "good").status, 202);
  EXPECT_EQ(Post(client, "bad").end, End::kReset);
  EXPECT_EQ(client.Head(kRessurs).status, 200);
  EXPECT_EQ(Last(reg).send, 1U);
}

TEST(Outage, ResetBeforeTheAnswerOfARequestDealtWith) {
  SimulatorFixture reg(With("step = [{kind='reset', at='processed'}]"));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.end, End::kReset);
  EXPECT_EQ(reply.bytes, "");
  EXPECT_TRUE(Last(reg).accepted);
  EXPECT_EQ(Last(reg).status, 202);
  EXPECT_EQ(Last(reg).sent, "reset");
}

TEST(Outage, ResetInTheMiddleOfTheAnswer) {
  SimulatorFixture reg(With("step = [{kind='reset', at='answer'}]"));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.end, End::kReset);
  EXPECT_TRUE(Last(reg).accepted);
}

struct LostCase {
  const char* at;
  int status;  // that the client sees
  bool header_end;
};
class LostAnswer : public ::testing::TestWithParam<LostCase> {};

TEST_P(LostAnswer, IsAcceptedAndCutOff) {
  SimulatorFixture reg(With(fmt::format("step = [{{kind='lost', at='{}'}}]", GetParam().at)));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.end, End::kClosed);
  EXPECT_EQ(reply.status, GetParam().status);
  EXPECT_EQ(reply.bytes.find("\r\n\r\n") != std::string::npos, GetParam().header_end);
  const JournalLine line = Last(reg);
  EXPECT_TRUE(line.accepted);
  EXPECT_EQ(line.status, 202);
  EXPECT_EQ(line.sent, "lost");
  EXPECT_EQ(line.reference.size(), 36U);
}

INSTANTIATE_TEST_SUITE_P(All, LostAnswer,
                         ::testing::Values(LostCase{"before-status", 0, false},
                                           LostCase{"after-status", 202, false},
                                           LostCase{"in-body", 202, true}));

TEST(Outage, LostOnlyTheFirstTime) {
  SimulatorFixture reg(With("step = [{kind='lost', attempts=1}]"));
  PlainClient client(reg.port());
  EXPECT_EQ(Post(client).end, End::kClosed);
  EXPECT_EQ(Post(client).status, 202);
  EXPECT_EQ(reg.Accepted().size(), 2U);
}

TEST(Outage, HangReadsAndNeverAnswers) {
  SimulatorFixture reg(With("step = [{kind='hang', name='h', hold='30ms'}]"));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.end, End::kClosed);
  EXPECT_EQ(reply.bytes, "");
  const JournalLine line = Last(reg);
  EXPECT_EQ(line.sent, "hang");
  EXPECT_EQ(line.step, "h");
  EXPECT_FALSE(line.accepted);
  EXPECT_EQ(line.sha256.size(), 64U);
}

TEST(Outage, HangMayHaveTakenTheMessage) {
  SimulatorFixture reg(With("step = [{kind='hang', hold='30ms', accepted=true}]"));
  PlainClient client(reg.port());
  EXPECT_EQ(Post(client).end, End::kClosed);
  EXPECT_TRUE(Last(reg).accepted);
  EXPECT_EQ(Last(reg).sent, "hang");
}

TEST(Outage, HangEndsWithItsWindow) {
  // Begun by a request, not by the clock: a slow handshake must not outlast it.
  SimulatorFixture reg(With("step = [{kind='hang', after_requests=1, for='1s'}]"));
  PlainClient client(reg.port());
  EXPECT_EQ(Post(client).status, 202);
  EXPECT_EQ(Post(client).end, End::kClosed);
  EXPECT_EQ(Post(client).status, 202);
}

TEST(Outage, HangHoldsUntilTheClientGoesAndNeverTheSimulatorsEnd) {
  SimulatorFixture reg(With("step = [{kind='hang'}]"));
  PlainClient client(reg.port(), {.patience = Millis(20)});
  EXPECT_EQ(Post(client).end, End::kSilent);
  // The fixture's end joins every thread: it would hang with a hanging one.
}

TEST(Outage, SlowDripsTheSameAnswer) {
  SimulatorFixture reg(With("step = [{kind='slow', name='s', bytes=16, interval='1ms'}]"));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.Element("avsendersMeldingsidentifikator"), "x");
  EXPECT_EQ(Last(reg).sent, "slow");
  EXPECT_EQ(Post(client).status, 202);  // and the connection goes on
}

TEST(Outage, LatencyDelaysTheDecision) {
  SimulatorFixture reg(With("latency = '40ms'"));
  PlainClient client(reg.port());
  EXPECT_EQ(Post(client).status, 202);
  double begun = 0;
  double ended = 0;
  for (const JournalLine& line : reg.Journal()) {
    if (line.event == "begin") begun = line.mono_ms;
    if (line.event == "end") ended = line.mono_ms;
  }
  EXPECT_GE(ended - begun, 40.0);
}

// A clock that is off decides nothing: whatever else goes wrong has its date too.
TEST(Outage, AClockThatIsOffDatesTheAnswers) {
  SimulatorFixture reg(
      With("step = [{kind='clock', behind='2h'}, {kind='error', status=503, for_requests=1}]"));
  PlainClient client(reg.port());
  for (const int status : {503, 202}) {
    const Reply reply = Post(client);
    EXPECT_EQ(reply.status, status);
    const auto date = ParseHttpDate(reply.headers.at("date"));
    ASSERT_TRUE(date);
    const Millis behind = SystemClock().Wall() - *date;
    EXPECT_GE(behind, std::chrono::hours(2));
    EXPECT_LE(behind, std::chrono::minutes(125));
  }
}

TEST(Outage, ErrorIsTheRegistersOwn) {
  SimulatorFixture reg(With("step = [{kind='error', name='e', for_requests=2}]"));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.Element("httpStatus"), "500");
  EXPECT_THAT(reply.body, HasSubstr("<folkeregisterFeilmelding>"));
  EXPECT_EQ(Last(reg).step, "e");
  EXPECT_FALSE(Last(reg).accepted);
  EXPECT_EQ(client.Head(kRessurs).status, 500) << "which counts for nothing";
  EXPECT_EQ(Post(client).status, 500);
  EXPECT_EQ(Post(client).status, 202);
}

TEST(Outage, ErrorMaySayAnything) {
  SimulatorFixture reg(
      With("step = [{kind='error', status=400, feilkode='x.y', feilmelding='Authorization er "
           "ugyldig'}]"));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Element("feilkode"), "x.y");
  EXPECT_EQ(reply.Element("feilmelding"), "Authorization er ugyldig");
}

TEST(Outage, PoisonIsForOneMessage) {
  // The hash of "poison" begins so.
  SimulatorFixture reg(With("step = [{kind='error', identifier_sha256='5743abdd'}]"));
  PlainClient client(reg.port());
  EXPECT_EQ(Post(client, "good").status, 202);
  EXPECT_EQ(Post(client, "poison").status, 500);
  EXPECT_EQ(Post(client, "good").status, 202);
}

TEST(Outage, AStepMayBeForSomeResources) {
  SimulatorFixture reg(With("step = [{kind='error', status=404, resources=['doedsfall_v1']}]"));
  PlainClient client(reg.port());
  EXPECT_EQ(client.Head(kRessurs).status, 404);
  EXPECT_EQ(client.Head("annullering_av_doedsfall_v1").status, 200);
}

TEST(Outage, AProxyAnswersWithAPageOfItsOwn) {
  SimulatorFixture reg(With("step = [{kind='proxy'}]"));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.headers.at("content-type"), StartsWith("text/html"));
  EXPECT_THAT(reply.body, HasSubstr("<h1>503 Service Unavailable</h1>"));
}

TEST(Outage, AFirewallShowsASupportId) {
  SimulatorFixture reg(With("step = [{kind='firewall', status=400}]"));
  PlainClient client(reg.port());
  const Reply reply = Post(client, "1");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.headers.at("content-type"), StartsWith("text/html"));
  EXPECT_THAT(reply.body, ::testing::ContainsRegex("Your support ID is: [0-9]{5,}"));
  EXPECT_NE(Post(client, "2").body, reply.body);
}

TEST(Outage, ThrottleSaysHowLong) {
  SimulatorFixture reg(With(R"(
    step = [{kind='throttle', retry_after='1500ms', for_requests=1},
            {kind='throttle', retry_after_text='Wed, 21 Oct 2026 07:28:00 GMT', for_requests=1},
            {kind='throttle', retry_after_text='', for_requests=1}])"));
  PlainClient client(reg.port());
  Reply reply = Post(client);
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers.at("retry-after"), "1500");
  EXPECT_EQ(Post(client).headers.at("retry-after"), "Wed, 21 Oct 2026 07:28:00 GMT");
  reply = Post(client);
  EXPECT_EQ(reply.status, 429);
  EXPECT_FALSE(reply.headers.contains("retry-after"));
  EXPECT_EQ(Post(client).status, 202);
}

TEST(Outage, AnyAnswerCanBeGiven) {
  SimulatorFixture reg(With(R"(
    [[step]]
    kind = "answer"
    status = 302
    content_type = "text/plain"
    body = "elsewhere"
    headers = { Location = "https://example.org/" })"));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.headers.at("content-type"), "text/plain");
  EXPECT_EQ(reply.headers.at("location"), "https://example.org/");
  EXPECT_EQ(reply.body, "elsewhere");
  EXPECT_FALSE(Last(reg).accepted);
}

struct ReceiptCase {
  const char* keys;
  int status;
  const char* identifier;
  bool has_reference;
};
class OddReceipt : public ::testing::TestWithParam<ReceiptCase> {};

TEST_P(OddReceipt, IsSentAndTheMessageIsAccepted) {
  SimulatorFixture reg(With(fmt::format("step = [{{kind='receipt', {}}}]", GetParam().keys)));
  PlainClient client(reg.port());
  const Reply reply = Post(client);
  EXPECT_EQ(reply.status, GetParam().status);
  EXPECT_EQ(reply.Element("avsendersMeldingsidentifikator"), GetParam().identifier);
  EXPECT_EQ(reply.Element("folkeregisterReferanse").size() == 36U, GetParam().has_reference);
  EXPECT_TRUE(Last(reg).accepted);
  EXPECT_EQ(client.Post(kRessurs, "<no/>").status, 400);  // what is not valid is not taken
}

INSTANTIATE_TEST_SUITE_P(All, OddReceipt,
                         ::testing::Values(ReceiptCase{"status=201", 201, "x", true},
                                           ReceiptCase{"form='other-identifier'", 202, "x-annen",
                                                       true},
                                           ReceiptCase{"form='no-identifier'", 202, "", true},
                                           ReceiptCase{"form='garbage'", 202, "", false},
                                           ReceiptCase{"form='empty'", 202, "", false}));

TEST(Outage, SharesAreMetAndTheSameSeedRepeatsThem) {
  constexpr std::string_view kText = "step = [{kind='error', share=0.5}]";
  std::vector<int> runs[2];
  for (auto& run : runs) {
    SimulatorFixture reg({.scenario = std::string(kText), .seed = 11, .validate = false});
    PlainClient client(reg.port());
    for (int i = 0; i < 60; ++i) run.push_back(Post(client, std::to_string(i)).status);
  }
  EXPECT_EQ(runs[0], runs[1]);
  EXPECT_GT(std::count(runs[0].begin(), runs[0].end(), 500), 15);
  EXPECT_GT(std::count(runs[0].begin(), runs[0].end(), 202), 15);
}

TEST(Outage, EveryAnswerIsInTheJournalBeforeItIsSeen) {
  SimulatorFixture reg(With("step = [{kind='lost', share=0.3}, {kind='error', share=0.3}]"));
  PlainClient client(reg.port());
  for (int i = 0; i < 100; ++i) {
    Post(client, std::to_string(i));
    const auto lines = reg.Journal();
    const auto ends = std::count_if(lines.begin(), lines.end(),
                                    [](const JournalLine& line) { return line.event == "end"; });
    ASSERT_EQ(ends, i + 1);
  }
}

}  // namespace
}  // namespace utboks::simulator

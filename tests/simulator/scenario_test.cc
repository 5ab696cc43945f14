#include "tests/simulator/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace utboks::simulator {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

Scenario Parse(std::string_view text) {
  auto scenario = ParseScenario(text, "s.toml");
  EXPECT_TRUE(scenario.ok()) << scenario.status().text();
  return scenario.ok() ? scenario.value() : Scenario();
}

TEST(Scenario, EmptyIsTheRegisterAsDocumented) {
  const Scenario scenario = Parse("");
  EXPECT_EQ(scenario.rate_limit_per_minute, 60'000U);
  EXPECT_TRUE(scenario.steps.empty());
  EXPECT_TRUE(scenario.not_in_agreement.empty());
}

TEST(Scenario, ReadsEveryKeyOfARequestStep) {
  const Scenario scenario = Parse(R"(
    rate_limit_per_minute = 1200
    not_in_agreement = ["farskap_v1"]
    keep_alive_timeout = "2s"
    requests_per_connection = 7
    latency = ["10ms", "80ms"]
    [[step]]
    name = "poison"
    kind = "error"
    status = 400
    feilkode = "K"
    feilmelding = "F"
    from = "1m"
    until = "2h"
    resources = ["doedsfall_v1"]
    method = "POST"
    identifier_prefix = "p-"
    identifier_sha256 = "0a"
    attempts = 3
    share = 0.25
    delay = "5ms"
    for_requests = 9)");
  EXPECT_EQ(scenario.rate_limit_per_minute, 1200U);
  EXPECT_EQ(scenario.not_in_agreement, std::vector<std::string>{"farskap_v1"});
  EXPECT_EQ(scenario.keep_alive_timeout, seconds(2));
  EXPECT_EQ(scenario.requests_per_connection, 7U);
  ASSERT_EQ(scenario.steps.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<Latency>(scenario.steps[0].action));
  EXPECT_EQ(scenario.steps[0].delay.low, Millis(10));
  EXPECT_EQ(scenario.steps[0].delay.high, Millis(80));
  const Step& step = scenario.steps[1];
  EXPECT_EQ(step.name, "poison");
  EXPECT_EQ(std::get<Error>(step.action).status, 400);
  EXPECT_EQ(std::get<Error>(step.action).feilkode, "K");
  EXPECT_EQ(std::get<Error>(step.action).feilmelding, "F");
  EXPECT_EQ(step.from, Moment(Millis(minutes(1))));
  EXPECT_EQ(step.until, Moment(Millis(hours(2))));
  EXPECT_EQ(step.resources, std::vector<std::string>{"doedsfall_v1"});
  EXPECT_EQ(step.method, "POST");
  EXPECT_EQ(step.identifier_prefix, "p-");
  EXPECT_EQ(step.identifier_sha256, "0a");
  EXPECT_EQ(step.attempts, 3U);
  EXPECT_DOUBLE_EQ(step.share, 0.25);
  EXPECT_EQ(step.delay.high, Millis(5));
  EXPECT_EQ(step.for_requests, 9U);
  EXPECT_FALSE(step.AtTheDoor());
}

TEST(Scenario, TimesOfTheCalendarCarryTheirZone) {
  const Scenario scenario = Parse(R"(
    [[step]]
    kind = "refuse"
    from = 2026-11-24T10:00:00+02:00
    until = 2026-11-24T08:00:01.250Z)");
  const WallTime eight = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + hours(8);
  EXPECT_EQ(scenario.steps[0].from, Moment(eight));
  EXPECT_EQ(scenario.steps[0].until, Moment(eight + Millis(1250)));
  EXPECT_TRUE(scenario.steps[0].AtTheDoor());
  EXPECT_EQ(scenario.steps[0].name, "refuse 1");
}

TEST(Scenario, EveryKindHasItsDefaults) {
  const Scenario scenario = Parse(R"(
    step = [{kind="refuse"}, {kind="stall"}, {kind="reset"}, {kind="hang"}, {kind="slow"},
            {kind="lost"}, {kind="latency", delay="1s"}, {kind="error"}, {kind="proxy"},
            {kind="firewall"}, {kind="throttle"}, {kind="answer"}, {kind="receipt"},
            {kind="clock", behind="2h"}])");
  const auto& steps = scenario.steps;
  ASSERT_EQ(steps.size(), 14U);
  EXPECT_EQ(std::get<Refuse>(steps[0].action).kept_alive, KeptAlive::kCut);
  EXPECT_TRUE(std::holds_alternative<Stall>(steps[1].action));
  EXPECT_EQ(std::get<Reset>(steps[2].action).at, ResetAt::kRequest);
  EXPECT_EQ(std::get<Hang>(steps[3].action).hold, minutes(10));
  EXPECT_EQ(std::get<Slow>(steps[4].action).bytes, 1U);
  EXPECT_EQ(std::get<Lost>(steps[5].action).at, LostAt::kBeforeStatus);
  EXPECT_EQ(steps[6].delay.low, seconds(1));
  EXPECT_EQ(std::get<Error>(steps[7].action).status, 500);
  EXPECT_EQ(std::get<Page>(steps[8].action).status, 503);
  EXPECT_FALSE(std::get<Page>(steps[8].action).firewall);
  EXPECT_EQ(std::get<Page>(steps[9].action).status, 403);
  EXPECT_TRUE(std::get<Page>(steps[9].action).firewall);
  EXPECT_EQ(std::get<Throttle>(steps[10].action).retry_after, "1000");
  EXPECT_EQ(std::get<Fixed>(steps[11].action).status, 200);
  EXPECT_EQ(std::get<Receipt>(steps[12].action).form, ReceiptForm::kOwn);
  EXPECT_EQ(std::get<ClockOff>(steps[13].action).ahead, -hours(2));
}

TEST(Scenario, RetryAfterIsMillisecondsOrAnyTextOrNone) {
  const Scenario scenario = Parse(R"(
    step = [{kind="throttle", retry_after="2s"}, {kind="throttle", retry_after_text="soon"},
            {kind="throttle", retry_after_text=""}])");
  EXPECT_EQ(std::get<Throttle>(scenario.steps[0].action).retry_after, "2000");
  EXPECT_EQ(std::get<Throttle>(scenario.steps[1].action).retry_after, "soon");
  EXPECT_EQ(std::get<Throttle>(scenario.steps[2].action).retry_after, std::nullopt);
}

struct Bad {
  std::string_view text;
  std::string_view says;
};

class BadScenario : public ::testing::TestWithParam<Bad> {};

TEST_P(BadScenario, IsRefusedWithItsLine) {
  const auto scenario = ParseScenario(GetParam().text, "s.toml");
  ASSERT_FALSE(scenario.ok());
  EXPECT_EQ(scenario.code(), Code::kConfig);
  EXPECT_THAT(scenario.status().text(),
              AllOf(HasSubstr("s.toml: line "), HasSubstr(std::string(GetParam().says))));
  EXPECT_EQ(scenario.status().text().find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadScenario,
    ::testing::Values(
        Bad{"latncy = \"1s\"", "does not know \"latncy\""},
        Bad{"\n\n[[step]]\nkind = \"error\"\nstatsu = 500", "line 5: step 1: does not know"},
        Bad{"x = ", "line 1"}, Bad{"[[step]]\nkind = \"explode\"", "kind takes one of refuse"},
        Bad{"[[step]]", "kind takes one of"}, Bad{"step = 3", "[[step]]"},
        Bad{"step = [3]", "step 1 is not a table"}, Bad{"latency = 20", "latency takes a duration"},
        Bad{"latency = \"20\"", "latency takes a duration"},
        Bad{"latency = \"-1s\"", "latency takes a duration"},
        Bad{"latency = \"99999999999d\"", "latency takes a duration"},
        Bad{"latency = [\"2s\", \"1s\"]", "the shorter one first"},
        Bad{"rate_limit_per_minute = -1", "whole number from 0"},
        Bad{"rate_limit_per_minute = \"many\"", "whole number from 0"},
        Bad{"not_in_agreement = \"x\"", "list of texts"},
        Bad{"not_in_agreement = [1]", "list of texts"},
        Bad{"[[step]]\nkind=\"error\"\nstatus=302", "status takes a whole number from 400"},
        Bad{"[[step]]\nkind=\"error\"\nshare=1.5", "share takes a number from 0 to 1"},
        Bad{"[[step]]\nkind=\"error\"\nshare=\"half\"", "share takes a number from 0 to 1"},
        Bad{"[[step]]\nkind=\"error\"\nmethod=\"GET\"", "method takes"},
        Bad{"[[step]]\nkind=\"error\"\nidentifier_sha256=\"XY\"", "hexadecimal"},
        Bad{"[[step]]\nkind=\"error\"\nfor_requests=0", "for_requests takes"},
        Bad{"[[step]]\nkind=\"error\"\nfrom=\"1s\"\nafter_requests=2", "from or after_requests"},
        Bad{"[[step]]\nkind=\"error\"\nfor=\"1s\"\nuntil=\"2s\"", "for or until"},
        Bad{"[[step]]\nkind=\"error\"\nfrom=\"2s\"\nuntil=\"1s\"", "until must lie after from"},
        Bad{"[[step]]\nkind=\"error\"\nfrom=2026-11-24T10:00:00", "needs a time zone"},
        Bad{"[[step]]\nkind=\"latency\"", "latency needs a delay"},
        Bad{"[[step]]\nkind=\"clock\"", "clock needs ahead or behind"},
        Bad{"[[step]]\nkind=\"clock\"\nahead=\"1s\"\nbehind=\"1s\"", "ahead or behind"},
        Bad{"[[step]]\nkind=\"reset\"\nat=\"noon\"", "at takes one of"},
        Bad{"[[step]]\nkind=\"refuse\"\nshare=0.5", "does not know \"share\""},
        Bad{"[[step]]\nkind=\"stall\"\nfor_requests=1", "does not know \"for_requests\""},
        Bad{"[[step]]\nkind=\"hang\"\naccepted=1", "true or false"},
        Bad{"[[step]]\nkind=\"slow\"\nbytes=0", "bytes takes"},
        Bad{"[[step]]\nkind=\"answer\"\nheaders=1", "headers takes a table"},
        Bad{"[[step]]\nkind=\"answer\"\nbody=1", "body takes a text"},
        Bad{"[[step]]\nkind=\"throttle\"\nretry_after=\"1s\"\nretry_after_text=\"1\"",
            "not both"}));

TEST(Scenario, AFileThatIsNotThereIsUnreadable) {
  const auto scenario = ReadScenario("/no/such/scenario.toml");
  EXPECT_EQ(scenario.code(), Code::kUnreadable);
}

TEST(Scenario, IsReadFromItsFile) {
  const testing::TempDir folder;
  const std::string path = folder.File("s.toml");
  std::ofstream(path) << "rate_limit_per_minute = 5";
  const auto scenario = ReadScenario(path);
  ASSERT_TRUE(scenario.ok());
  EXPECT_EQ(scenario->rate_limit_per_minute, 5U);
}

}  // namespace
}  // namespace utboks::simulator

// Every kind of outage the simulated register knows, short: afterwards everything is
// delivered, in order for each person, byte for byte the same each time it was sent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <set>

#include "tests/support/log_watch.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

constexpr int kPersons = 3;
constexpr int kEach = 3;

struct Kind {
  const char* name;
  const char* scenario;
  // Whether some message is sent more than once to be accepted.
  bool doubt = false;
};
void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

class Outage : public ::testing::TestWithParam<Kind> {};

TEST_P(Outage, IsSurvived) {
  SimulatorFixture reg({.scenario = GetParam().scenario});
  Agency agency(reg);
  // Alarms come and go with an outage, and whether a tick falls into it is chance.
  LogWatch::Allow("alarm-raised");
  agency.Set("delivery.in_doubt_resends", "50");
  for (int person = 1; person <= kPersons; ++person) {
    std::vector<int> letters;
    for (int i = 0; i < kEach; ++i) letters.push_back(i * kPersons + person);
    agency.Enqueue(letters, person);
  }
  agency.Drain();
  for (const auto& [id, state] : agency.States()) EXPECT_EQ(state, "accepted") << id;

  std::map<std::string, std::set<std::string>> bytes;
  std::map<std::string, std::vector<std::string>> in_order;  // by person
  std::set<std::string> seen;
  for (const JournalLine& line : reg.Accepted()) {
    bytes[line.identifier].insert(line.sha256);
    if (!seen.insert(line.identifier).second) continue;
    const int letter = std::stoi(line.identifier.substr(line.identifier.rfind('-') + 1));
    in_order[std::to_string((letter - 1) % kPersons + 1)].push_back(line.identifier);
  }
  EXPECT_EQ(bytes.size(), static_cast<std::size_t>(kPersons * kEach)) << "not all accepted";
  for (const auto& [identifier, hashes] : bytes) EXPECT_EQ(hashes.size(), 1U) << identifier;
  for (const auto& [person, letters] : in_order) {
    std::vector<std::string> wanted;
    for (int i = 0; i < kEach; ++i) {
      wanted.push_back(Agency::Identifier(i * kPersons + std::stoi(person)));
    }
    EXPECT_EQ(letters, wanted) << "overtaken";
  }
  if (!GetParam().doubt) {
    EXPECT_EQ(reg.Accepted().size(), bytes.size()) << "sent twice without a doubt";
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryKind, Outage,
    ::testing::Values(
        Kind{"RefusedAndCut", "step = [{kind='refuse', after_requests=2, for='400ms'}]", true},
        Kind{"RefusedOnceAnswered",
             "step = [{kind='refuse', kept_alive='finish', after_requests=2, for='400ms'}]"},
        Kind{"RefusedToNewConnections",
             "step = [{kind='refuse', kept_alive='serve', after_requests=2, for='400ms'}]"},
        Kind{"RefusedFromTheStart", "step = [{kind='refuse', for='600ms'}]"},
        Kind{"StalledHandshake", "step = [{kind='stall', for='600ms'}]"},
        Kind{"ResetOnConnecting", "step = [{kind='reset', at='connect', for='600ms'}]"},
        Kind{"ResetInTheRequest", "step = [{kind='reset', at='request', for_requests=3}]", true},
        Kind{"ResetAfterItWasTaken", "step = [{kind='reset', at='processed', for_requests=3}]",
             true},
        Kind{"ResetInTheAnswer", "step = [{kind='reset', at='answer', for_requests=3}]", true},
        Kind{"Hanging", "step = [{kind='hang', hold='200ms', for_requests=3}]", true},
        Kind{"HangingThoughTaken",
             "step = [{kind='hang', hold='200ms', accepted=true, for_requests=3}]", true},
        Kind{"Slow", "step = [{kind='slow', interval='2ms', bytes=10, for_requests=3}]"},
        Kind{"AnswerLost", "step = [{kind='lost', for_requests=3}]", true},
        Kind{"AnswerLostAfterItsStatus",
             "step = [{kind='lost', at='after-status', "
             "for_requests=3}]"},
        Kind{"AnswerLostInItsBody", "step = [{kind='lost', at='in-body', for_requests=3}]"},
        Kind{"Status500", "step = [{kind='error', status=500, for_requests=4}]"},
        Kind{"Status503FromAProxy", "step = [{kind='proxy', for_requests=4}]"},
        Kind{"Status504FromAProxy", "step = [{kind='proxy', status=504, for_requests=4}]"},
        Kind{"Status408", "step = [{kind='error', status=408, for_requests=4}]"},
        Kind{"Status404ForAWhile", "step = [{kind='error', status=404, for='600ms'}]"},
        Kind{"Status403", "step = [{kind='error', status=403, for_requests=4}]"},
        Kind{"Status406", "step = [{kind='error', status=406, for_requests=4}]"},
        Kind{"Status401", "step = [{kind='error', status=401, for_requests=4}]"},
        Kind{"AuthorizationIn400",
             "step = [{kind='error', status=400, feilmelding='Authorization "
             "mangler', for_requests=4}]"},
        Kind{"Throttled", "step = [{kind='throttle', retry_after='300ms', for_requests=2}]"},
        Kind{"ThrottledWithADate",
             "step = [{kind='throttle', retry_after_text='Fri, 31 Dec 1999 "
             "23:59:59 GMT', for_requests=2}]"},
        Kind{"ThrottledWithoutATime",
             "step = [{kind='throttle', retry_after_text='', for_requests=2}]"},
        Kind{"ReceiptInGarbage", "step = [{kind='receipt', form='garbage', for_requests=3}]"},
        Kind{"ReceiptEmpty", "step = [{kind='receipt', form='empty', for_requests=3}]"},
        Kind{"ReceiptWithoutIdentifier",
             "step = [{kind='receipt', form='no-identifier', for_requests=3}]"},
        Kind{"ReceiptOfAnother",
             "step = [{kind='receipt', form='other-identifier', "
             "for_requests=2}]",
             true},
        Kind{"ReceiptWithAnotherStatus", "step = [{kind='receipt', status=201, for_requests=2}]"},
        Kind{"OneRequestAConnection", "requests_per_connection = 1"},
        Kind{"ConnectionsClosedAtOnceWhenIdle", "keep_alive_timeout = '5ms'\nlatency = '10ms'"},
        Kind{"AFifthOfEverything",
             "step = [{kind='error', share=0.2}, {kind='lost', share=0.2}, {kind='reset', "
             "share=0.2}, {kind='latency', delay=['0ms', '20ms']}]",
             true}),
    [](const ::testing::TestParamInfo<Kind>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace utboks::testing

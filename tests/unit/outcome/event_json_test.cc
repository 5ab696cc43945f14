// The one shape of an event: what stands in it, and what never does.
#include "producer/outcome/event_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace utboks {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const StreamName kStream = {"0193e2a0-0000-7000-8000-000000000001", 255};

EventView Accepted() {
  EventView event;
  event.id = 12;
  event.at = WallFromMillis(1'795'000'000'123);
  event.event = "accepted";
  event.message = Uuid{1, 2, 3};
  event.identifikator = SensitiveText("sak-9");
  event.ressurs = "doedsfall_v1";
  event.from = State::kSending;
  event.to = State::kAccepted;
  event.actor = "worker";
  event.reference = "ref-1";
  return event;
}

TEST(EventJson, OfAMessageItHasAllFieldsInOneOrder) {
  EXPECT_EQ(EventJson(Accepted(), kStream).Text(),
            R"({"version":1,"stream":"0193e2a0-0000-7000-8000-000000000001.ff","event_id":12,)"
            R"("time":"2026-11-18T11:06:40.123Z","event":"accepted",)"
            R"("id":"01020300-0000-0000-0000-000000000000",)"
            R"("avsendersMeldingsidentifikator":"sak-9","ressurs":"doedsfall_v1",)"
            R"("from":"sending","state":"accepted","reason":null,"actor":"worker",)"
            R"("folkeregisterReferanse":"ref-1"})");
}

TEST(EventJson, OfAGateItSaysWhichAndNamesNoMessage) {
  EventView event;
  event.id = 3;
  event.event = "closed";
  event.ressurs = "";
  event.reason = "outage";
  const std::string text = EventJson(event, kStream).Text();
  EXPECT_THAT(text, HasSubstr(R"("concerns":"site")"));
  EXPECT_THAT(text, Not(HasSubstr(R"("id":)")));
  EXPECT_THAT(text, Not(HasSubstr(R"("state":)")));
}

TEST(EventJson, ARefusalIsItsError) {
  EventView event = Accepted();
  event.event = "rejected";
  event.from.reset();
  event.to = State::kRejected;
  event.ressurs = "";
  event.identifikator = SensitiveText("");
  event.refusal = SensitiveText(R"({"code":"invalid","text":"no","violations":[]})");
  const std::string text = EventJson(event, kStream).Text();
  EXPECT_THAT(text, HasSubstr(R"("error":{"code":"invalid","text":"no","violations":[]})"));
  EXPECT_THAT(text, HasSubstr(R"("ressurs":null,"from":null)"));
  EXPECT_THAT(text, HasSubstr(R"("avsendersMeldingsidentifikator":null)"));
}

TEST(EventJson, NobodysNumberAndNobodysReasonStandInIt) {
  EventView event = Accepted();
  event.identifikator = SensitiveText("sak 13097248022");
  event.why = SensitiveText("kari said so");
  event.correlation = SensitiveText("13097248022");
  const std::string text = EventJson(event, kStream).Text();
  EXPECT_THAT(text, Not(HasSubstr("13097248022")));
  EXPECT_THAT(text, Not(HasSubstr("kari")));
}

}  // namespace
}  // namespace utboks

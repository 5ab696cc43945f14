// What is told of a refused delivery, and what is not.
#include "producer/intake/refused_letter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace utboks {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

amqp::Delivery Given() {
  amqp::Delivery delivery;
  delivery.type = "doedsfall_v1";
  delivery.content_type = "application/xml";
  delivery.message_id = SensitiveText("id 7");
  delivery.body = SensitiveText("<hemmelig/>");
  delivery.headers = {{"order-key", SensitiveText("a")}, {"x-death", SensitiveText("b")}};
  return delivery;
}

Answer Refused() {
  Answer answer;
  answer.status = Status(Code::kInvalid, "the value is not one of those allowed");
  answer.violations = {{"pattern", 3, 4, "/a/b", "the value does not fit", false},
                       {"odd", 0, 0, "", "look at it", true}};
  answer.more_violations = 2;
  return answer;
}

TEST(RejectedLetter, TellsWhatIsWrongToWhomItBelongs) {
  const amqp::Letter letter =
      RejectedLetter("ut", "doedsfall_v1", Given(), Refused(), Uuid{}, WallFromMillis(0));
  EXPECT_EQ(letter.exchange, "ut");
  EXPECT_EQ(letter.routing_key, "rejected.doedsfall_v1");
  EXPECT_EQ(letter.correlation_id.reveal(), "id 7");
  EXPECT_EQ(letter.message_id.reveal(), FormatUuid(Uuid{}));
  EXPECT_EQ(letter.body.reveal(),
            R"({"version":1,"id":"00000000-0000-0000-0000-000000000000",)"
            R"("at":"1970-01-01T00:00:00.000Z","event":"rejected","ressurs":"doedsfall_v1",)"
            R"("error":{"code":"invalid","text":"the value is not one of those allowed",)"
            R"("violations":[{"rule":"pattern","line":3,"column":4,"path":"/a/b",)"
            R"("text":"the value does not fit"},{"rule":"odd","line":0,"column":0,"path":"",)"
            R"("text":"look at it","warning":true}],"more":2}})");
}

TEST(RejectedLetter, CorrelationIsTheCallersOwnWhereItGaveOne) {
  amqp::Delivery delivery = Given();
  delivery.correlation_id = SensitiveText("sak 1");
  const amqp::Letter letter =
      RejectedLetter("ut", "doedsfall_v1", delivery, Refused(), Uuid{}, WallFromMillis(0));
  EXPECT_EQ(letter.correlation_id.reveal(), "sak 1");
}

TEST(RejectedLetter, TypeThatIsNoResourceIsNotRepeated) {
  amqp::Delivery delivery = Given();
  delivery.type = "hemmelig";
  const amqp::Letter letter =
      RejectedLetter("ut", "", delivery, Refused(), Uuid{}, WallFromMillis(0));
  EXPECT_EQ(letter.routing_key, "rejected.unknown");
  EXPECT_THAT(letter.body.reveal(), HasSubstr(R"("ressurs":null)"));
  EXPECT_THAT(letter.body.reveal(), Not(HasSubstr("hemmelig")));
}

TEST(SetAsideLetter, IsTheDeliveryAsItCameWithAReason) {
  const amqp::Letter letter = SetAsideLetter("inn.dead", Given(), "because");
  EXPECT_EQ(letter.exchange, "");
  EXPECT_EQ(letter.routing_key, "inn.dead");
  EXPECT_EQ(letter.type, "doedsfall_v1");
  EXPECT_EQ(letter.content_type, "application/xml");
  EXPECT_EQ(letter.message_id.reveal(), "id 7");
  EXPECT_EQ(letter.body.reveal(), "<hemmelig/>");
  const std::vector<std::pair<std::string, std::string>> headers = {{"order-key", "a"},
                                                                    {"utboks-reason", "because"}};
  EXPECT_EQ(letter.headers, headers);
}

}  // namespace
}  // namespace utboks

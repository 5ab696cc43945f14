// How an event goes to a broker.
#include "producer/outcome/outcome_letter.h"

#include <gtest/gtest.h>

namespace utboks {
namespace {

const StreamName kStream = {"store", 16};

EventView Event(const std::string& word, const std::string& ressurs) {
  EventView event;
  event.id = 7;
  event.event = word;
  event.ressurs = ressurs;
  event.message = Uuid{1};
  event.correlation = SensitiveText("sak 1");
  return event;
}

TEST(OutcomeLetter, KeyIdAndCorrelation) {
  const amqp::Letter letter = OutcomeLetter("ut", Event("held", "vigsel_v1"), kStream);
  EXPECT_EQ(letter.exchange, "ut");
  EXPECT_EQ(letter.routing_key, "held.vigsel_v1");
  EXPECT_EQ(letter.type, "held");
  EXPECT_EQ(letter.content_type, "application/json");
  EXPECT_EQ(letter.message_id.reveal(), "store.10.7");
  EXPECT_EQ(letter.correlation_id.reveal(), "sak 1");
  EXPECT_EQ(letter.body.reveal().front(), '{');
}

TEST(OutcomeLetter, WhatIsOfNoResourceHasAKeyAllTheSame) {
  EXPECT_EQ(OutcomeLetter("ut", Event("rejected", ""), kStream).routing_key, "rejected.unknown");
}

}  // namespace
}  // namespace utboks

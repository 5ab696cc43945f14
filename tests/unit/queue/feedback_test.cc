#include "queue/feedback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace utboks {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

FeedbackEvent Event(const std::string& reference, bool decision) {
  FeedbackEvent event;
  event.reference = reference;
  event.decision = decision;
  return event;
}

MessageFacts Facts(State state, const std::string& reference = {}) {
  MessageFacts facts;
  facts.state = state;
  facts.reference = reference;
  return facts;
}

TEST(FeedbackTest, WhatAnEventMeansInEachState) {
  struct Case {
    State state;
    bool has_receipt;
    std::optional<Cause> accepted;
    bool closes;  // by a decision
    bool late;
  };
  const Case cases[] = {
      {State::kDue, false, Cause::kLateReceipt, true, false},
      {State::kSending, false, Cause::kLateReceipt, true, false},
      {State::kInDoubt, false, Cause::kFeed, true, false},
      {State::kHeld, false, Cause::kLateReceipt, true, false},
      {State::kRejected, false, Cause::kLateReceipt, true, true},
      {State::kCancelled, false, Cause::kLateReceipt, true, true},
      {State::kClosed, false, Cause::kLateReceipt, true, true},
      {State::kClosed, true, std::nullopt, false, false},
      {State::kAccepted, true, std::nullopt, true, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(StateName(c.state));
    const MessageFacts facts = Facts(c.state, c.has_receipt ? "ref-1" : "");
    for (const bool decision : {false, true}) {
      const FeedbackEffect effect = Weigh(facts, true, c.has_receipt, Event("ref-1", decision));
      EXPECT_FALSE(effect.orphan);
      EXPECT_EQ(effect.accepted, c.accepted);
      EXPECT_EQ(effect.closes, decision && c.closes);
      EXPECT_EQ(effect.takes_reference, !c.has_receipt);
      if (c.late) {
        EXPECT_THAT(effect.alarms, ElementsAre("accepted-late"));
      } else {
        EXPECT_THAT(effect.alarms, IsEmpty());
      }
      EXPECT_TRUE(!effect.accepted || LegalEdge(c.state, State::kAccepted, *effect.accepted));
    }
  }
}

TEST(FeedbackTest, AnEventOfWhatWasNeverSentIsAnOrphan) {
  for (const State state : {State::kDue, State::kHeld, State::kCancelled}) {
    const FeedbackEffect effect = Weigh(Facts(state), false, false, Event("ref-1", true));
    EXPECT_TRUE(effect.orphan);
    EXPECT_FALSE(effect.accepted);
    EXPECT_FALSE(effect.closes);
    EXPECT_FALSE(effect.takes_reference);
  }
}

TEST(FeedbackTest, AnotherReferenceIsASecondRegistrationAndClosesNothing) {
  for (const State state : {State::kAccepted, State::kClosed, State::kSending}) {
    const FeedbackEffect effect = Weigh(Facts(state, "ref-1"), true, true, Event("ref-2", true));
    EXPECT_THAT(effect.alarms, ElementsAre("double"));
    EXPECT_FALSE(effect.accepted);
    EXPECT_FALSE(effect.closes);
    EXPECT_FALSE(effect.takes_reference);
  }
}

TEST(FeedbackTest, AReceiptWithoutAReferenceGetsTheEvents) {
  const FeedbackEffect effect = Weigh(Facts(State::kAccepted), true, true, Event("ref-1", false));
  EXPECT_TRUE(effect.takes_reference);
  EXPECT_FALSE(effect.accepted);
  EXPECT_THAT(effect.alarms, IsEmpty());
  EXPECT_FALSE(Weigh(Facts(State::kAccepted), true, true, Event("", false)).takes_reference);
}

TEST(FeedbackTest, ADoubtWaitsOnlyForAFeedThatIsReadAndSpeaks) {
  const WallTime now = WallFromMillis(1'700'000'000'000);
  EXPECT_TRUE(FeedIsLive(now, false, now));
  EXPECT_TRUE(FeedIsLive(now - kFeedFresh, false, now));
  EXPECT_FALSE(FeedIsLive(now - kFeedFresh - Millis(1), false, now)) << "read too long ago";
  EXPECT_FALSE(FeedIsLive(now, true, now)) << "silent";
  EXPECT_FALSE(FeedIsLive(std::nullopt, false, now)) << "never read";
  EXPECT_FALSE(FeedIsLive(now + Millis(1), false, now)) << "the clock was put back";
}

}  // namespace
}  // namespace utboks

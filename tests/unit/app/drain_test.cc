#include "producer/app/drain.h"

#include <gtest/gtest.h>

namespace utboks::app {
namespace {

MessageView Waiting(WaitsFor::Kind kind, int attempts = 0, const std::string& gate = "") {
  MessageView message;
  message.state = State::kDue;
  message.waits_for.kind = kind;
  message.waits_for.gate = gate;
  message.attempts = attempts;
  return message;
}

Gate Marked(const std::string& name, bool outage, bool paused, bool blame_run) {
  Gate gate;
  gate.name = name;
  gate.outage = outage;
  gate.paused = paused;
  gate.blame_run = blame_run;
  return gate;
}

TEST(DrainTest, IsOverWhenNothingIsLeftAndStuckWhenOnlyAPersonCanMoveIt) {
  using Kind = WaitsFor::Kind;
  struct Case {
    const char* what;
    std::vector<MessageView> left;
    std::int64_t sending;
    std::vector<Gate> gates;
    DrainState state;
  };
  const Case cases[] = {
      {"nothing left", {}, 0, {}, DrainState::kDone},
      {"the last is being sent", {}, 1, {}, DrainState::kMoving},
      {"could go now", {Waiting(Kind::kRate)}, 0, {}, DrainState::kMoving},
      {"backs off", {Waiting(Kind::kTime, 1)}, 0, {}, DrainState::kMoving},
      {"not before tomorrow", {Waiting(Kind::kTime, 0)}, 0, {}, DrainState::kStuck},
      {"behind a held head", {Waiting(Kind::kHead)}, 0, {}, DrainState::kStuck},
      {"behind a head that moves",
       {Waiting(Kind::kHead), Waiting(Kind::kTime, 2)},
       0,
       {},
       DrainState::kMoving},
      {"an outage ends by itself",
       {Waiting(Kind::kGate, 0, "r")},
       0,
       {Marked("r", true, false, false)},
       DrainState::kMoving},
      {"a pause does not",
       {Waiting(Kind::kGate, 0, "r")},
       0,
       {Marked("r", true, true, false)},
       DrainState::kStuck},
      {"nor does a blame run",
       {Waiting(Kind::kGate, 0, "r")},
       0,
       {Marked("r", false, false, true)},
       DrainState::kStuck},
      {"the site is paused",
       {Waiting(Kind::kGate, 0, "")},
       0,
       {Marked("", false, true, false)},
       DrainState::kStuck},
  };
  for (const Case& c : cases) {
    Overview overview;
    overview.states = {{State::kDue, static_cast<std::int64_t>(c.left.size())},
                       {State::kSending, c.sending}};
    overview.gates = c.gates;
    EXPECT_EQ(LookAtDrain(overview, c.left), c.state) << c.what;
  }
}

TEST(DrainTest, IsNotOverWhenTheLastWasClaimedBetweenTheTwoLooks) {
  Overview overview;
  overview.states = {{State::kInDoubt, 1}};
  EXPECT_EQ(LookAtDrain(overview, {}), DrainState::kMoving);
}

// A replay job that runs sets more due; one that has stopped waits for a person.
TEST(DrainTest, IsNotOverWhileAReplayJobRuns) {
  using Kind = WaitsFor::Kind;
  const auto look = [](ReplayPhase phase, const std::vector<MessageView>& left,
                       const std::vector<Gate>& gates) {
    Overview overview;
    overview.states = {{State::kDue, static_cast<std::int64_t>(left.size())}};
    overview.gates = gates;
    overview.replays.resize(1);
    overview.replays[0].progress.phase = phase;
    return LookAtDrain(overview, left);
  };
  EXPECT_EQ(look(ReplayPhase::kCanary, {}, {}), DrainState::kMoving);
  EXPECT_EQ(look(ReplayPhase::kGrowing, {}, {}), DrainState::kMoving);
  EXPECT_EQ(look(ReplayPhase::kStopped, {}, {}), DrainState::kDone);
  const std::vector<MessageView> blocked = {Waiting(Kind::kHead)};
  EXPECT_EQ(look(ReplayPhase::kGrowing, blocked, {}), DrainState::kMoving);
  EXPECT_EQ(look(ReplayPhase::kStopped, blocked, {}), DrainState::kStuck);
  EXPECT_EQ(look(ReplayPhase::kGrowing, {Waiting(Kind::kGate, 0, "r")},
                 {Marked("r", false, true, false)}),
            DrainState::kStuck);
}

// The list that is looked at is of a later moment than the overview before it.
TEST(DrainTest, NothingIsStuckThatMovedBetweenTwoLooks) {
  const auto look = [](std::int64_t due, std::int64_t sending, std::int64_t last_event) {
    Overview overview;
    overview.states = {{State::kDue, due}, {State::kSending, sending}};
    overview.last_event = last_event;
    return overview;
  };
  const Overview before = look(3, 0, 7);
  EXPECT_TRUE(StoodStill(before, 3, look(3, 0, 7)));
  EXPECT_FALSE(StoodStill(before, 2, look(2, 1, 7))) << "a head was claimed before the list";
  EXPECT_FALSE(StoodStill(before, 2, look(3, 0, 7))) << "claimed, and handed back after it";
  EXPECT_FALSE(StoodStill(before, 3, look(2, 1, 7))) << "claimed after the list";
  EXPECT_FALSE(StoodStill(before, 2, look(2, 0, 8))) << "claimed and taken";
  EXPECT_FALSE(StoodStill(before, 3, look(3, 0, 9))) << "one was taken, another came";
}

TEST(DrainTest, WhatIsBeingSentIsLeftToo) {
  Overview overview;
  overview.states = {
      {State::kDue, 2}, {State::kSending, 1}, {State::kInDoubt, 4}, {State::kHeld, 8}};
  EXPECT_EQ(LeftIn(overview), 7);
}

}  // namespace
}  // namespace utboks::app

#include "queue/gate_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/breaker.h"
#include "queue/probe.h"

namespace utboks {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GateChangeTest : public ::testing::Test {
 protected:
  std::vector<std::string> Changes(const Gate& before) const {
    std::vector<std::string> words;
    for (const GateChange& change : ChangesOf(before, gate_, now_)) {
      words.push_back(std::string(change.event) + (change.reason.empty() ? "" : " ") +
                      change.reason);
    }
    return words;
  }
  Gate gate_;
  DeliverySettings settings_;
  WallTime now_ = WallFromMillis(1'700'000'000'000);
  std::unique_ptr<Random> random_ = SeededRandom(1);
};

TEST_F(GateChangeTest, ClosingAndOpeningAreToldOnceEach) {
  const Gate open = gate_;
  EXPECT_THAT(Changes(open), IsEmpty());
  CountFailure(gate_, 1, "http-500", true, settings_, now_, *random_);
  CountFailure(gate_, 2, "http-500", true, settings_, now_, *random_);
  EXPECT_THAT(Changes(open), IsEmpty()) << "two failures close nothing";
  CountFailure(gate_, 3, "http-502", true, settings_, now_, *random_);
  EXPECT_THAT(Changes(open), ElementsAre("gate-closed http-502"));
  const Gate closed = gate_;
  CloseGate(gate_, "http-404", settings_, now_, *random_);
  BeginProbe(gate_, settings_, now_);
  EXPECT_THAT(Changes(closed), IsEmpty()) << "closed already, whatever for";
  const Gate probed = gate_;
  OpenGate(gate_);
  EXPECT_THAT(Changes(probed), ElementsAre("gate-opened http-404"));
}

TEST_F(GateChangeTest, OpeningAndClosingInOneGo) {
  CloseGate(gate_, "connect-refused", settings_, now_, *random_);
  const Gate closed = gate_;
  OpenGate(gate_);
  now_ += Millis(1);
  CloseGate(gate_, "tls", settings_, now_, *random_);
  EXPECT_THAT(Changes(closed), ElementsAre("gate-opened connect-refused", "gate-closed tls"));
}

TEST_F(GateChangeTest, ABlameRunIsTold) {
  const Gate open = gate_;
  for (MessageSeq seq = 1; seq <= settings_.blame_run; ++seq) {
    CountBlame(gate_, seq, settings_, now_);
  }
  EXPECT_THAT(Changes(open), ElementsAre("blame-run"));
}

TEST_F(GateChangeTest, A429IsToldOnceWhileItLasts) {
  const Gate open = gate_;
  Throttle(gate_, now_ + Millis(500));
  EXPECT_THAT(Changes(open), ElementsAre("throttled"));
  const Gate silent = gate_;
  Throttle(gate_, now_ + Millis(900));
  EXPECT_THAT(Changes(silent), IsEmpty()) << "the silence only lasts longer";
  now_ += Millis(900);
  const Gate over = gate_;
  Throttle(gate_, now_ + Millis(100));
  EXPECT_THAT(Changes(over), ElementsAre("throttled"));
}

TEST_F(GateChangeTest, WhatPersonsDoIsTheirsToTell) {
  const Gate open = gate_;
  Pause(gate_, now_ + Millis(10), now_);
  EXPECT_THAT(Changes(open), IsEmpty());
  const Gate paused = gate_;
  Resume(gate_, now_);
  EXPECT_THAT(Changes(paused), IsEmpty()) << "left to a probe";
  const Gate resumed = gate_;
  gate_.outage_reason = "connect-refused";
  EXPECT_THAT(Changes(resumed), ElementsAre("gate-closed connect-refused"))
      << "and the probe found it down";
  const Gate down = gate_;
  OpenGate(gate_);
  EXPECT_THAT(Changes(down), ElementsAre("gate-opened connect-refused"));
}

}  // namespace
}  // namespace utboks

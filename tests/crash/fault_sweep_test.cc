// The n-th call of the store or of the register fails, for every n, once and for a
// while: nothing is lost, altered, overtaken or left behind, and afterwards all is
// delivered.  What happens meanwhile is scenario.h's.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/crash/scenario.h"
#include "tests/crash/sweep.h"

namespace utboks::testing {
namespace {

constexpr int kAWhile = 5;

class FaultSweep : public QuietTest {
 protected:
  static void SweepStore(StoreCall call, bool after_effect, Code code = Code::kBusy) {
    for (const int times : {1, kAWhile}) {
      Sweep({}, [&](int n) {
        Stage stage;
        stage.store_faults = {{{call, n, times}, after_effect, code}};
        Scenario run(stage);
        run.Go();
        if (HasFailure()) {
          ADD_FAILURE() << "call " << n << ", " << times << " times:" << run.States();
        }
        return run.store().Met(0) > 0 && !HasFailure();
      });
    }
  }

  static void SweepClient(ClientCall call, ClientFault kind) {
    for (const int times : {1, kAWhile}) {
      Sweep({}, [&](int n) {
        Stage stage;
        stage.client_kind = kind;
        stage.client_fault = {call, n, times};
        Scenario run(stage);
        run.Go();
        if (HasFailure()) {
          ADD_FAILURE() << "request " << n << ", " << times << " times:" << run.States();
        }
        return run.client_faults().plan.Met() > 0 && !HasFailure();
      });
    }
  }
};

TEST_F(FaultSweep, TheScenarioGoesThroughAllItSaysWithoutAnyFault) {
  Scenario run{Stage()};
  run.Go();
  const std::set<std::string> seen = run.Seen();
  for (const char* event :
       {"queued", "retry/http-500", "retry/connect-refused", "in_doubt/unanswered-timeout",
        "held/http-413", "held/lifetime", "held/operator", "released", "replayed", "replayed/job 1",
        "accepted"}) {
    EXPECT_TRUE(seen.contains(event)) << event;
  }
  EXPECT_TRUE(run.probed()) << "no gate was probed";
}

TEST_F(FaultSweep, InsertFails) {
  SweepStore(StoreCall::kInsert, false);
}
TEST_F(FaultSweep, InsertMeetsAFullDisk) {
  SweepStore(StoreCall::kInsert, false, Code::kFull);
}
TEST_F(FaultSweep, InsertLosesItsAnswer) {
  SweepStore(StoreCall::kInsert, true);
}
TEST_F(FaultSweep, RecoverDeadFails) {
  SweepStore(StoreCall::kRecoverDead, false);
}
TEST_F(FaultSweep, TickFails) {
  SweepStore(StoreCall::kTick, false);
}
TEST_F(FaultSweep, ClaimFails) {
  SweepStore(StoreCall::kClaim, false);
}
TEST_F(FaultSweep, ClaimMeetsAFullDisk) {
  SweepStore(StoreCall::kClaim, false, Code::kFull);
}
TEST_F(FaultSweep, LoadFails) {
  SweepStore(StoreCall::kLoad, false);
}
TEST_F(FaultSweep, SettleFails) {
  SweepStore(StoreCall::kSettle, false);
}
TEST_F(FaultSweep, SettleLosesItsAnswer) {
  SweepStore(StoreCall::kSettle, true);
}
TEST_F(FaultSweep, ClaimProbeFails) {
  SweepStore(StoreCall::kClaimProbe, false);
}
TEST_F(FaultSweep, SettleProbeFails) {
  SweepStore(StoreCall::kSettleProbe, false);
}
TEST_F(FaultSweep, SettleProbeLosesItsAnswer) {
  SweepStore(StoreCall::kSettleProbe, true);
}
TEST_F(FaultSweep, ClaimHeadFails) {
  SweepStore(StoreCall::kClaimHead, false);
}
TEST_F(FaultSweep, LearnHeadFails) {
  SweepStore(StoreCall::kLearnHead, false);
}
TEST_F(FaultSweep, LearnHeadLosesItsAnswer) {
  SweepStore(StoreCall::kLearnHead, true);
}
TEST_F(FaultSweep, ADecisionFails) {
  SweepStore(StoreCall::kDo, false);
}
TEST_F(FaultSweep, ADecisionLosesItsAnswer) {
  SweepStore(StoreCall::kDo, true);
}

TEST_F(FaultSweep, ATurnOfAJobFails) {
  SweepStore(StoreCall::kNextReplay, false);
}
TEST_F(FaultSweep, ATurnOfAJobLosesItsAnswer) {
  SweepStore(StoreCall::kNextReplay, true);
}
TEST_F(FaultSweep, AJobsSendFails) {
  SweepStore(StoreCall::kSendReplay, false);
}
TEST_F(FaultSweep, AJobsSendLosesItsAnswer) {
  SweepStore(StoreCall::kSendReplay, true);
}

TEST_F(FaultSweep, ARequestIsNotSent) {
  SweepClient(ClientCall::kSubmit, ClientFault::kNotSent);
}
TEST_F(FaultSweep, ARequestIsLost) {
  SweepClient(ClientCall::kSubmit, ClientFault::kRequestLost);
}
TEST_F(FaultSweep, AnAnswerIsLost) {
  SweepClient(ClientCall::kSubmit, ClientFault::kAnswerLost);
}
TEST_F(FaultSweep, TheRegisterAnswersWith500) {
  SweepClient(ClientCall::kSubmit, ClientFault::kServerError);
}
TEST_F(FaultSweep, AProbeIsNotAnswered) {
  SweepClient(ClientCall::kHead, ClientFault::kNotSent);
}

// Something is handed back only where what was claimed could not be begun.
TEST_F(FaultSweep, HandBackFailsWhereLoadDid) {
  for (const bool after_effect : {false, true}) {
    Sweep({}, [&](int n) {
      Stage stage;
      stage.store_faults = {{{StoreCall::kHandBack, n, kAWhile}, after_effect, Code::kBusy},
                            {{StoreCall::kLoad, 2, kAWhile}, false, Code::kBusy}};
      Scenario run(stage);
      run.Go();
      return run.store().Met(0) > 0 && !HasFailure();
    });
  }
}

}  // namespace
}  // namespace utboks::testing

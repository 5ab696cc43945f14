// The n-th call of the store or of the register fails, for every n, once and for a
// while: nothing is lost, altered, overtaken or left behind, and afterwards all is
// delivered.
//
// The scenario (two persons, three messages each) goes through a refused
// connection, a retry, a doubt, a person's hold and release, a message the
// register will not have and its replay as a job, and one that fails until its lifetime
// is over and is replayed.  An operator loop stands for the person.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "producer/ops/replay_jobs.h"
#include "producer/submit/dispatcher.h"
#include "queue/base/log.h"
#include "queue/open_store.h"
#include "queue/reason.h"
#include "tests/crash/scale.h"
#include "tests/crash/witness.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_register.h"
#include "tests/support/fault_client.h"
#include "tests/support/fault_store.h"

namespace utboks::testing {
namespace {

constexpr const char* kRessurs = "doedsfall_v1";
constexpr int kAWhile = 5;
constexpr Millis kLifetime{60'000};  // the least there is
// Runs that go at the same time: they mostly wait.
constexpr int kAtOnce = 6;
constexpr int kMoreOfTheFirst = 20;

// Real time, whose wall clock a test can set forward: a lifetime passes at once.
class JumpingClock final : public Clock {
 public:
  WallTime Wall() const override { return SystemClock().Wall() + Millis(ahead_.load()); }
  SteadyTime Steady() const override { return SystemClock().Steady(); }
  bool WaitUntil(SteadyTime until, const std::stop_token& stop) override {
    return SystemClock().WaitUntil(until, stop);
  }
  void Jump(Millis by) { ahead_ += by.count(); }

 private:
  std::atomic<Millis::rep> ahead_{0};
};

class AcceptAll final : public Revalidator {
 public:
  Result<Accepted> Check(const Payload&) override { return Accepted(); }
};

// The log of failing calls is long and says nothing here.
class Quiet final : public LogSink {
 public:
  void Write(const LogRecord&) override {}
};

DeliverySettings Quick() {
  DeliverySettings settings;
  settings.rate_limit_per_minute = 0;
  settings.max_in_flight = 4;
  settings.backoff_min = Millis(10);
  settings.backoff_max = Millis(20);
  settings.lifetime = kLifetime;
  settings.probe_interval = Millis(10);
  settings.probe_interval_max = Millis(20);
  settings.stop_timeout = Millis(5'000);
  settings.in_doubt = DoubtPolicy::kResend;
  settings.in_doubt_resends = 1'000;
  return settings;
}

// One run of the scenario under one fault.
class Scenario {
 public:
  Scenario(const std::vector<StoreFault>& store_faults, ClientFault kind,
           FaultPlan<ClientCall>::Fault client_fault)
      : client_faults_{kind, FaultPlan<ClientCall>(client_fault)},
        register_([this](const std::string& name, int time) { return Answer(name, time); }) {
    StoreOptions options;
    options.url = "sqlite::memory:";
    options.environment = "test";
    options.organisation_number = "100101688";
    options.worker = "w";
    options.delivery = Quick();
    options.create = true;
    options.clock = &clock_;
    real_ = OpenStore(options).value();
    store_ = std::make_unique<FaultStore>(*real_, store_faults);
  }

  // Everything from the first insert to the last acceptance; breaches fail the test.
  void Go() {
    PutAll();
    Decide(Decision::kHold, "a3");
    std::unique_ptr<Dispatcher> dispatcher = StartDispatcher();
    ASSERT_NE(dispatcher, nullptr);
    const bool done = Eventually([&] { return LookAfter(); });
    dispatcher->Stop();
    EXPECT_TRUE(dispatcher->Failure().ok()) << dispatcher->Failure().text();
    EXPECT_TRUE(done) << "not all was delivered:" << States();
    EXPECT_EQ(CountIn(State::kSending), 0U);
    EXPECT_EQ(CountIn(State::kAccepted), kAll.size());
    witness_.CheckPromise({{"a1", "a2", "a3"}, {"b1", "b2", "b3"}});
    CheckHistory();
  }

  // One HEAD is asked at the start, whatever happens.
  bool probed() const { return register_.heads() > 1; }
  const FaultStore& store() const { return *store_; }
  const ClientFaults& client_faults() const { return client_faults_; }
  std::set<std::string> Seen() const { return seen_; }

  std::string States() {
    std::string text;
    for (const MessageView& view : Views()) {
      text += " " + view.identifikator.reveal() + "=" + std::string(StateName(view.state)) + "/" +
              view.reason;
    }
    return text;
  }

 private:
  inline static const std::vector<std::string> kAll = {"a1", "b1", "a2", "b2", "a3", "b3"};

  Outcome Answer(const std::string& name, int time) {
    if (name == "a1" && time == 1) return FaultClient::Failure(ClientFault::kServerError);
    if (name == "a2" && time == 1) return FaultClient::Failure(ClientFault::kNotSent);
    if (name == "b1" && !expired_) return FaultClient::Failure(ClientFault::kServerError);
    if (name == "b2" && time == 1) {
      Outcome outcome;
      outcome.verdict = Verdict::kHold;
      outcome.scope = Scope::kMessage;
      outcome.result = AttemptResult::kAnswered;
      outcome.http_status = 413;
      outcome.reason = "http-413";
      return outcome;
    }
    if (name == "b3" && time == 1) return FaultClient::Failure(ClientFault::kAnswerLost);
    return FakeRegister::Accept();
  }

  // What a caller that waits for its acknowledgement does: the same again until it
  // has one.
  void PutAll() {
    for (const std::string& name : kAll) {
      NewRow row;
      row.ressurs = kRessurs;
      row.identifikator = SensitiveText(name);
      row.document = SensitiveText("<melding>" + name + "</melding>");
      row.order_keys.emplace_back(name.substr(0, 1));
      row.actor = "test";
      ASSERT_TRUE(Eventually([&] {
        const auto done = store_->Insert({&row, 1}, InsertMode::kEachAlone);
        if (!done.ok()) return false;
        EXPECT_TRUE((*done)[0].status.ok()) << (*done)[0].status.text();
        ids_[name] = (*done)[0].id;
        return true;
      }));
    }
  }

  void Decide(Decision decision, const std::string& name) {
    Act act;
    act.decision = decision;
    act.ids = {ids_.at(name)};
    act.actor = "cli:kari";
    ASSERT_TRUE(Eventually([&] { return store_->Do(act).ok(); }));
  }

  // As the service manager does: one that could not start is started again.
  std::unique_ptr<Dispatcher> StartDispatcher() {
    std::unique_ptr<Dispatcher> started;
    Eventually([&] {
      started = std::make_unique<Dispatcher>(
          *store_,
          [this] {
            return witness_.Watch(
                std::make_unique<FaultClient>(register_.Client(), client_faults_));
          },
          DispatcherSettings{Quick(), Millis(70'000), {kRessurs}, {kRessurs}}, clock_);
      if (started->Start().ok()) return true;
      started.reset();
      return false;
    });
    return started;
  }

  std::vector<MessageView> Views() {
    Filter filter;
    filter.limit = 0;
    return real_->List(filter).value();
  }
  std::size_t CountIn(State state) {
    const std::vector<MessageView> views = Views();
    return static_cast<std::size_t>(std::count_if(
        views.begin(), views.end(), [&](const MessageView& view) { return view.state == state; }));
  }

  // One look of the person who watches; true when all is accepted.
  bool LookAfter() {
    bool all = JobMovesOn();
    for (const MessageView& view : Views()) {
      const std::string name = view.identifikator.reveal();
      all = all && view.state == State::kAccepted;
      if (view.state == State::kHeld) {
        if (view.reason == reason::kLifetime) expired_ = true;
        if (view.reason == reason::kOperator) {
          // A while, so that those before it have passed it.
          if (StateOf("a2") == State::kAccepted) Decide(Decision::kRelease, name);
        } else if (view.reason == reason::kLifetime || job_ != 0) {
          Decide(Decision::kReplay, name);
        } else {
          BeginJob(name);
        }
      }
      // It has failed so often that its gate was probed: now its lifetime goes by.
      if (name == "b1" && !expired_ && view.attempts >= jump_at_ && probed()) {
        clock_.Jump(2 * kLifetime);
        jump_at_ = view.attempts + 3;
      }
    }
    return all;
  }
  void BeginJob(const std::string& name) {
    NewReplay job;
    job.actor = "cli:kari";
    job_ = real_->BeginReplay(job).value();
    ASSERT_TRUE(real_->AddToReplay(job_, {&ids_.at(name), 1}).ok());
    ASSERT_TRUE(real_->StartReplay(job_).ok());
  }
  // One step of the worker, whatever comes of it; true when the job is over.
  bool JobMovesOn() {
    if (job_ == 0) return true;
    AcceptAll accept_all;
    if (!ReplayJobs(*store_, *store_, accept_all).Step().ok()) return false;
    const ReplayPhase phase = real_->ListReplays(job_).value()[0].progress.phase;
    EXPECT_NE(phase, ReplayPhase::kStopped);
    return !IsRunning(phase);
  }
  State StateOf(const std::string& name) { return real_->Find(name, false).value()[0].state; }

  // The store tells the same story: accepted once each, and a repeat only after a
  // request without an answer or one that was not taken.
  void CheckHistory() {
    for (const auto& [name, id] : ids_) {
      const std::vector<EventView> events = real_->Events(0, 0, id).value();
      EXPECT_EQ(std::count_if(events.begin(), events.end(),
                              [](const EventView& e) { return e.event == "accepted"; }),
                1)
          << name;
      for (const EventView& event : events) {
        seen_.insert(event.event + (event.reason.empty() ? "" : "/" + event.reason));
      }
      const std::vector<AttemptView> attempts = real_->Attempts(id, false).value();
      int taken = 0;
      for (const AttemptView& attempt : attempts) {
        EXPECT_NE(attempt.result, AttemptResult::kOpen) << name;
        if (attempt.http_status == 202) ++taken;
      }
      EXPECT_EQ(taken, 1) << name;
    }
    for (const AlarmView& alarm : real_->Look().value().alarms) {
      EXPECT_NE(alarm.name, "double");
      EXPECT_NE(alarm.name, "accepted-late");
    }
  }

  JumpingClock clock_;
  std::unique_ptr<Store> real_;
  std::unique_ptr<FaultStore> store_;
  ClientFaults client_faults_;
  FakeRegister register_;
  Witness witness_;
  std::map<std::string, Uuid> ids_;
  std::int64_t job_ = 0;
  std::set<std::string> seen_;
  std::atomic<bool> expired_{false};
  int jump_at_ = 2;
};

class FaultSweep : public ::testing::Test {
 protected:
  FaultSweep() { SwapLogSink(std::make_shared<Quiet>(), LogLevel::kError); }
  ~FaultSweep() override { SwapLogSink(nullptr, LogLevel::kInfo); }

  // Runs `one` for n = 1, 2, … until a run ends before its n-th call comes, several
  // at a time.  `one` says whether the fault was met.
  static void Sweep(const std::function<bool(int)>& one) {
    std::atomic<int> next{1};
    std::atomic<bool> over{false};
    std::atomic<int> met{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kAtOnce; ++i) {
      threads.emplace_back([&] {
        while (!over && next <= kMostFaults) {
          const int n = next++;
          bool comes = one(n);
          // Some calls are made only where another thread was not quicker: a HEAD is learnt
          // at the start, or by a probe before that.
          for (int more = 0; n == 1 && !comes && more < kMoreOfTheFirst && !HasFailure(); ++more) {
            comes = one(n);
          }
          if (comes) {
            ++met;
          } else {
            over = true;
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_GE(met, 1) << "no run came as far as the first fault";
    ::testing::Test::RecordProperty("faults_met", met);
  }

  static void SweepStore(StoreCall call, bool after_effect, Code code = Code::kBusy) {
    for (const int times : {1, kAWhile}) {
      Sweep([&](int n) {
        Scenario run({{{call, n, times}, after_effect, code}}, {}, {});
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
      Sweep([&](int n) {
        Scenario run({}, kind, {call, n, times});
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
  Scenario run({}, {}, {});
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
    Sweep([&](int n) {
      const StoreFault hand_back{{StoreCall::kHandBack, n, kAWhile}, after_effect, Code::kBusy};
      Scenario run({hand_back, {{StoreCall::kLoad, 2, kAWhile}, false, Code::kBusy}}, {}, {});
      run.Go();
      return run.store().Met(0) > 0 && !HasFailure();
    });
  }
}

}  // namespace
}  // namespace utboks::testing

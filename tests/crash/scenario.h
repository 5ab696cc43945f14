// Two persons, three messages each, and all that can become of them: a refused
// connection, a retry, a doubt, a person's hold and release, a message the register will
// not have and its replay as a job, and one that fails until its lifetime is over and is
// replayed.  A real dispatcher sends them to a register without a network; an operator
// loop stands for the person.
//
// What is to be shown is that under any fault of the store, of its connection or of the
// register nothing is lost, altered, overtaken or left behind.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "producer/submit/dispatcher.h"
#include "queue/open_store.h"
#include "tests/crash/witness.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_register.h"
#include "tests/support/fault_client.h"
#include "tests/support/fault_store.h"

namespace utboks::testing {

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

// Where a scenario is played, and what goes wrong.
struct Stage {
  // Empty: a store in memory, the worker's and the watcher's at once.  Else the worker's
  // goes by `url` and is opened as often as it takes, and the watcher's by `watch_url`.
  std::string url, watch_url, key_file;
  std::vector<StoreFault> store_faults;
  ClientFault client_kind = ClientFault::kNotSent;
  FaultPlan<ClientCall>::Fault client_fault;
};

class Scenario {
 public:
  explicit Scenario(const Stage& stage);

  // How both stores are opened, but for `url` and `key_file`.
  static StoreOptions Options();

  // Everything from the first insert to the last acceptance; breaches fail the test.
  void Go();

  // One HEAD is asked at the start, whatever happens.
  bool probed() const { return register_.heads() > 1; }
  const FaultStore& store() const { return *store_; }
  const ClientFaults& client_faults() const { return client_faults_; }
  std::set<std::string> Seen() const { return seen_; }
  std::string States();

 private:
  Outcome Answer(const std::string& name, int time);
  void Open(const Stage& stage);
  void PutAll();
  void Decide(Decision decision, const std::string& name);
  std::unique_ptr<Dispatcher> StartDispatcher();
  std::vector<MessageView> Views();
  std::size_t CountIn(State state);
  bool LookAfter();
  void BeginJob(const std::string& name);
  bool JobMovesOn();
  State StateOf(const std::string& name);
  void CheckHistory();
  // What the watcher asks, until it has its answer: its store may be away as well.
  template <typename Call>
  auto Ask(const Call& call) {
    auto answer = call(*watched_);
    Eventually([&] { return answer.code() != Code::kBusy || (answer = call(*watched_)).ok(); });
    return std::move(answer).value();
  }

  JumpingClock clock_;
  std::unique_ptr<Store> own_, watching_;  // the worker's; the watcher's, where it has one
  Store* watched_ = nullptr;
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

}  // namespace utboks::testing

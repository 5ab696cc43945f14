#include "producer/submit/dispatcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <set>

#include "queue/open_store.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_register.h"
#include "tests/support/log_watch.h"
#include "tests/support/passing_delivery.h"

namespace utboks::testing {
namespace {

// The store with a note of every claim that gave something.
class NotedClaims final : public PassingDelivery {
 public:
  struct Note {
    std::int64_t openings = 0;  // as the claim told
    std::size_t rows = 0;
  };
  explicit NotedClaims(Delivery& store) : PassingDelivery(store) {}

  std::atomic<bool> settle_fails = false;
  std::atomic<int> failed_settles = 0;

  std::vector<Note> notes() const {
    std::lock_guard lock(mutex_);
    return notes_;
  }

  Result<Claimed> Claim(std::span<const Room> room, int free_senders) override {
    Result<Claimed> claimed = store_.Claim(room, free_senders);
    if (claimed.ok() && !claimed->rows.empty()) {
      std::lock_guard lock(mutex_);
      notes_.push_back({claimed->openings[0].second, claimed->rows.size()});
    }
    return claimed;
  }
  Status Settle(std::span<const Settlement> done) override {
    if (!settle_fails) return store_.Settle(done);
    ++failed_settles;
    return Status(Code::kBusy, "another process holds the store");
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Note> notes_;  // guarded by mutex_
};

// Does something when the dispatcher, told to stop, begins to wait for what is under way.
class WhenStopWaits final : public Clock {
 public:
  explicit WhenStopWaits(std::function<void()> then) : then_(std::move(then)) {}
  WallTime Wall() const override { return SystemClock().Wall(); }
  SteadyTime Steady() const override { return SystemClock().Steady(); }
  bool WaitUntil(SteadyTime until, const std::stop_token& stop) override {
    if (!stop.stop_possible()) then_();
    return SystemClock().WaitUntil(until, stop);
  }

 private:
  const std::function<void()> then_;
};

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() {
    settings_.delivery.rate_limit_per_minute = 0;
    settings_.delivery.max_in_flight = 4;
    settings_.delivery.backoff_min = Millis(10);
    settings_.delivery.backoff_max = Millis(20);
    settings_.delivery.probe_interval = Millis(10);
    settings_.delivery.probe_interval_max = Millis(20);
    settings_.delivery.stop_timeout = Millis(0);
    settings_.delivery.in_doubt = DoubtPolicy::kResend;
    settings_.delivery.in_doubt_resends = 100;
    settings_.resources = {"doedsfall_v1"};
    settings_.in_use = settings_.resources;
    StoreOptions options;
    options.url = "sqlite::memory:";
    options.environment = "test";
    options.organisation_number = "100101688";
    options.worker = "w";
    options.delivery = settings_.delivery;
    options.create = true;
    Result<std::unique_ptr<Store>> store = OpenStore(options);
    EXPECT_TRUE(store.ok()) << store.status().text();
    store_ = std::move(*store);
  }

  void Put(const std::string& name, const std::vector<std::string>& keys = {},
           const std::string& ressurs = "doedsfall_v1") {
    NewRow row;
    row.ressurs = ressurs;
    row.identifikator = SensitiveText(name);
    row.document = SensitiveText("<" + name + "/>");
    for (const std::string& key : keys) row.order_keys.emplace_back(key);
    row.actor = "test";
    ASSERT_TRUE(store_->Insert({&row, 1}, InsertMode::kEachAlone).ok());
  }

  std::unique_ptr<Dispatcher> Make(FakeRegister& fake) {
    return std::make_unique<Dispatcher>(
        *store_, [&] { return fake.Client(); }, settings_, SystemClock());
  }

  std::size_t CountIn(State state) {
    Filter filter;
    filter.states = {state};
    filter.limit = 0;
    return store_->List(filter)->size();
  }
  bool AwaitIn(State state, std::size_t count) {
    return Eventually([&] { return CountIn(state) == count; });
  }

  DispatcherSettings settings_;
  std::unique_ptr<Store> store_;
};

TEST_F(DispatcherTest, SendsWhatIsThereAndWhatComes) {
  FakeRegister fake([](const std::string&, int) { return FakeRegister::Accept(); });
  Put("before");
  const auto dispatcher = Make(fake);
  ASSERT_TRUE(dispatcher->Start().ok());
  ASSERT_TRUE(fake.AwaitAccepted(1));
  Put("after");
  ASSERT_TRUE(fake.AwaitAccepted(2));
  ASSERT_TRUE(AwaitIn(State::kAccepted, 2));
  dispatcher->Stop();
  EXPECT_EQ(fake.requests()[0].document, "<before/>");
}

TEST_F(DispatcherTest, SendsEachOfManyOnceAndEachPersonsInOrder) {
  FakeRegister fake([](const std::string&, int) { return FakeRegister::Accept(); });
  for (int i = 0; i < 200; ++i) {
    Put(std::to_string(1000 + i), {"person" + std::to_string(i % 7)});
  }
  const auto dispatcher = Make(fake);
  ASSERT_TRUE(dispatcher->Start().ok());
  ASSERT_TRUE(fake.AwaitAccepted(200));
  ASSERT_TRUE(AwaitIn(State::kAccepted, 200));
  dispatcher->Stop();
  std::set<std::string> seen;
  std::map<int, std::string> last;
  for (const FakeRegister::Request& request : fake.requests()) {
    EXPECT_TRUE(seen.insert(request.identifikator).second) << request.identifikator;
    const int person = (std::stoi(request.identifikator) - 1000) % 7;
    EXPECT_LT(last[person], request.identifikator);
    last[person] = request.identifikator;
  }
}

TEST_F(DispatcherTest, TriesAgainUntilItIsTaken) {
  FakeRegister fake([](const std::string&, int time) {
    if (time >= 3) return FakeRegister::Accept();
    Outcome outcome;
    outcome.verdict = Verdict::kRetry;
    outcome.scope = Scope::kResource;
    outcome.gate = GateEffect::kCount;
    outcome.result = AttemptResult::kAnswered;
    outcome.counted = true;
    outcome.http_status = 500;
    outcome.reason = "http-500";
    return outcome;
  });
  for (int i = 0; i < 10; ++i) Put(std::to_string(i));
  const auto dispatcher = Make(fake);
  ASSERT_TRUE(dispatcher->Start().ok());
  ASSERT_TRUE(fake.AwaitAccepted(10));
  ASSERT_TRUE(AwaitIn(State::kAccepted, 10));
  // One is asked at the start.
  EXPECT_GT(fake.heads(), 1) << "thirty failures in a row close the gate, and a probe opens it";
}

TEST_F(DispatcherTest, AResourceThatHangsHoldsNoSenderOfAnother) {
  settings_.resources = {"doedsfall_v1", "foedsel_v1"};
  FakeRegister fake([](const std::string&, int) { return FakeRegister::Accept(); });
  for (int i = 0; i < 20; ++i) Put("grows" + std::to_string(i));
  const auto dispatcher = Make(fake);
  ASSERT_TRUE(dispatcher->Start().ok());
  ASSERT_TRUE(AwaitIn(State::kAccepted, 20)) << "the window is open by then";
  fake.Shut("doedsfall_v1");
  for (int i = 0; i < 20; ++i) Put("hangs" + std::to_string(i));
  ASSERT_TRUE(AwaitIn(State::kSending, 4));
  for (int i = 0; i < 5; ++i) Put("passes" + std::to_string(i), {}, "foedsel_v1");
  EXPECT_TRUE(fake.AwaitAccepted(25));
}

TEST_F(DispatcherTest, AfterAnOutageOneGoesBeforeMany) {
  FakeRegister fake([](const std::string& name, int time) {
    if (name[0] != 'f' || time > 1) return FakeRegister::Accept();
    Outcome outcome;
    outcome.verdict = Verdict::kRetry;
    outcome.scope = Scope::kResource;
    outcome.gate = GateEffect::kClose;
    outcome.result = AttemptResult::kAnswered;
    outcome.http_status = 403;
    outcome.reason = "http-403";
    return outcome;
  });
  NotedClaims noted(*store_);
  Dispatcher dispatcher(
      noted, [&] { return fake.Client(); }, settings_, SystemClock());
  ASSERT_TRUE(dispatcher.Start().ok());
  for (int i = 0; i < 40; ++i) Put("a" + std::to_string(i));
  ASSERT_TRUE(AwaitIn(State::kAccepted, 40)) << "the window has grown";
  // One that fails, and many that can go as soon as it is through.
  ASSERT_TRUE(store_->PauseGate("doedsfall_v1", std::nullopt, "t", SensitiveText()).ok());
  std::vector<std::string> persons;
  for (int i = 0; i < 40; ++i) persons.push_back("person" + std::to_string(i));
  Put("f", persons);
  for (const std::string& person : persons) Put("b" + person, {person});
  ASSERT_TRUE(store_->ResumeGate("doedsfall_v1", "t", SensitiveText()).ok());
  ASSERT_TRUE(AwaitIn(State::kAccepted, 81));
  dispatcher.Stop();
  const std::vector<NotedClaims::Note> notes = noted.notes();
  const auto opened = std::adjacent_find(
      notes.begin(), notes.end(),
      [](const auto& before, const auto& after) { return before.openings != after.openings; });
  ASSERT_NE(opened, notes.end()) << "the gate closed and opened";
  EXPECT_EQ((opened + 1)->rows, 1U);
}

TEST_F(DispatcherTest, NeverMoreInFlightThanTheCeiling) {
  FakeRegister fake([](const std::string&, int) { return FakeRegister::Accept(); });
  for (int i = 0; i < 30; ++i) Put(std::to_string(i));
  const auto dispatcher = Make(fake);
  ASSERT_TRUE(dispatcher->Start().ok());
  ASSERT_TRUE(fake.AwaitAccepted(20));
  fake.Shut();
  Put("x");
  EXPECT_LE(CountIn(State::kSending), 4U);
  fake.Open();
  ASSERT_TRUE(fake.AwaitAccepted(31));
}

TEST_F(DispatcherTest, WhatIsCutOffByAStopIsInDoubtAndIsSentAgainUnchanged) {
  FakeRegister fake([](const std::string&, int) { return FakeRegister::Accept(); });
  fake.Shut();
  Put("a");
  {
    const auto dispatcher = Make(fake);
    ASSERT_TRUE(dispatcher->Start().ok());
    ASSERT_TRUE(fake.Await([](const auto& requests) { return requests.size() == 1; }));
    dispatcher->Stop();
  }
  EXPECT_EQ(CountIn(State::kInDoubt), 1U);
  fake.Open();
  const auto dispatcher = Make(fake);
  ASSERT_TRUE(dispatcher->Start().ok());
  ASSERT_TRUE(fake.AwaitAccepted(1));
  ASSERT_TRUE(AwaitIn(State::kAccepted, 1));
  ASSERT_EQ(fake.requests().size(), 2U);
  EXPECT_EQ(fake.requests()[0].document, fake.requests()[1].document);
}

TEST_F(DispatcherTest, AProbesMessageHasTheTimeOfAStopToo) {
  settings_.delivery.stop_timeout = std::chrono::seconds(60);
  FakeRegister fake([](const std::string&, int) { return FakeRegister::Accept(); });
  fake.Hang();
  ASSERT_TRUE(store_->PauseGate("doedsfall_v1", std::nullopt, "t", SensitiveText()).ok());
  Put("a");
  ASSERT_TRUE(store_->ResumeGate("doedsfall_v1", "t", SensitiveText()).ok());
  WhenStopWaits clock([&] { fake.Open(); });
  Dispatcher dispatcher(
      *store_, [&] { return fake.Client(); }, settings_, clock);
  ASSERT_TRUE(dispatcher.Start().ok());
  ASSERT_TRUE(fake.Await([](const auto& requests) { return requests.size() == 1; }));
  dispatcher.Stop();
  EXPECT_EQ(CountIn(State::kAccepted), 1U) << "and not in doubt";
}

TEST_F(DispatcherTest, AResourceThatHangsDelaysNoOthersProbe) {
  settings_.resources = {"doedsfall_v1", "foedsel_v1"};
  settings_.in_use = settings_.resources;
  FakeRegister fake([](const std::string&, int) { return FakeRegister::Accept(); });
  fake.Hang("doedsfall_v1");
  // Both are left to a probe, the one that hangs first.
  for (const std::string& ressurs : settings_.resources) {
    Put(ressurs, {}, ressurs);
    ASSERT_TRUE(store_->PauseGate(ressurs, std::nullopt, "cli:kari", SensitiveText()).ok());
    ASSERT_TRUE(store_->ResumeGate(ressurs, "cli:kari", SensitiveText()).ok());
  }
  const auto dispatcher = Make(fake);
  ASSERT_TRUE(dispatcher->Start().ok());
  ASSERT_TRUE(fake.AwaitAccepted(1));
  ASSERT_TRUE(fake.Await([](const auto& requests) { return requests.size() == 2; }))
      << "the other one is under way";
  EXPECT_TRUE(AwaitIn(State::kAccepted, 1));
  EXPECT_EQ(CountIn(State::kSending), 1U);
  fake.Open();
  EXPECT_TRUE(AwaitIn(State::kAccepted, 2));
  dispatcher->Stop();
}

TEST_F(DispatcherTest, NothingIsSentWhileWhatIsKnownCannotBeWritten) {
  LogWatch::Expect("alarm-raised");
  FakeRegister fake([](const std::string&, int) { return FakeRegister::Accept(); });
  NotedClaims noted(*store_);
  Dispatcher dispatcher(
      noted, [&] { return fake.Client(); }, settings_, SystemClock());
  noted.settle_fails = true;
  ASSERT_TRUE(dispatcher.Start().ok());
  Put("first");
  ASSERT_TRUE(Eventually([&] { return noted.failed_settles > 0; }));
  // Each wakes the one who claims.
  for (int i = 0; i < 40; ++i) {
    Put("a" + std::to_string(i));
    const int failed = noted.failed_settles;
    if (i % 10 != 0) continue;
    ASSERT_TRUE(Eventually([&] { return noted.failed_settles > failed; }));
  }
  EXPECT_LE(fake.requests().size(), 2U * static_cast<std::size_t>(settings_.delivery.max_in_flight))
      << "those under way when it began, and no more";
  noted.settle_fails = false;
  ASSERT_TRUE(AwaitIn(State::kAccepted, 41));
}

TEST_F(DispatcherTest, StartsAndStopsManyTimesWithoutLosingAnything) {
  FakeRegister fake([](const std::string&, int) { return FakeRegister::Accept(); });
  for (int round = 0; round < 20; ++round) {
    Put(std::to_string(round));
    const auto dispatcher = Make(fake);
    ASSERT_TRUE(dispatcher->Start().ok());
    if (round % 2 == 0) dispatcher->Stop();
    dispatcher->Stop();
  }
  const auto dispatcher = Make(fake);
  ASSERT_TRUE(dispatcher->Start().ok());
  ASSERT_TRUE(AwaitIn(State::kAccepted, 20));
}

}  // namespace
}  // namespace utboks::testing

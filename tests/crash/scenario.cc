#include "tests/crash/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "producer/ops/replay_jobs.h"
#include "queue/reason.h"

namespace utboks::testing {
namespace {

constexpr const char* kRessurs = "doedsfall_v1";
constexpr Millis kLifetime{60'000};  // the least there is
// Hundreds of times what it takes: a machine that stands still for a while fails nothing.
constexpr Millis kPatience = std::chrono::minutes(2);
const std::vector<std::string> kAll = {"a1", "b1", "a2", "b2", "a3", "b3"};

class AcceptAll final : public Revalidator {
 public:
  Result<Accepted> Check(const Payload&) override { return Accepted(); }
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

}  // namespace

Scenario::Scenario(const Stage& stage)
    : client_faults_{stage.client_kind, FaultPlan<ClientCall>(stage.client_fault)},
      register_([this](const std::string& name, int time) { return Answer(name, time); }) {
  Open(stage);
}

StoreOptions Scenario::Options() {
  StoreOptions options;
  options.environment = "test";
  options.organisation_number = "100101688";
  options.delivery = Quick();
  options.own_times = true;
  return options;
}

void Scenario::Open(const Stage& stage) {
  StoreOptions options = Options();
  options.clock = &clock_;
  options.worker = "watcher";
  options.key_file = stage.key_file;
  const bool in_memory = stage.url.empty();
  options.url = in_memory ? "sqlite::memory:" : stage.watch_url;
  options.create = in_memory;
  watching_ = OpenStore(options).value();
  watched_ = watching_.get();
  if (!in_memory) {
    options.url = stage.url;
    options.worker = "w";
    options.as_worker = true;
    // As the service manager does: one that could not start is started again.
    Status failed;
    Eventually([&] {
      Result<std::unique_ptr<Store>> opened = OpenStore(options);
      failed = opened.status();
      if (opened.ok()) own_ = std::move(opened).value();
      return opened.ok() || (failed.code() != Code::kBusy && failed.code() != Code::kFull);
    });
    EXPECT_TRUE(failed.ok()) << failed.text();
  }
  store_ = std::make_unique<FaultStore>(own_ == nullptr ? *watching_ : *own_, stage.store_faults);
}

void Scenario::Go() {
  PutAll();
  Decide(Decision::kHold, "a3");
  std::unique_ptr<Dispatcher> dispatcher = StartDispatcher();
  ASSERT_NE(dispatcher, nullptr);
  const bool done = Eventually([&] { return LookAfter(); }, kPatience);
  dispatcher->Stop();
  EXPECT_TRUE(dispatcher->Failure().ok()) << dispatcher->Failure().text();
  EXPECT_TRUE(done) << "not all was delivered:" << States();
  EXPECT_EQ(CountIn(State::kSending), 0U);
  EXPECT_EQ(CountIn(State::kAccepted), kAll.size());
  witness_.CheckPromise({{"a1", "a2", "a3"}, {"b1", "b2", "b3"}});
  CheckHistory();
}

std::string Scenario::States() {
  std::string text;
  for (const MessageView& view : Views()) {
    text += " " + view.identifikator.reveal() + "=" + std::string(StateName(view.state)) + "/" +
            view.reason;
  }
  return text;
}

Outcome Scenario::Answer(const std::string& name, int time) {
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
void Scenario::PutAll() {
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

void Scenario::Decide(Decision decision, const std::string& name) {
  Act act;
  act.decision = decision;
  act.ids = {ids_.at(name)};
  act.actor = "cli:kari";
  ASSERT_TRUE(Eventually([&] { return store_->Do(act).ok(); }));
}

// As the service manager does, here too.
std::unique_ptr<Dispatcher> Scenario::StartDispatcher() {
  std::unique_ptr<Dispatcher> started;
  Eventually([&] {
    started = std::make_unique<Dispatcher>(
        *store_,
        [this] {
          return witness_.Watch(std::make_unique<FaultClient>(register_.Client(), client_faults_));
        },
        DispatcherSettings{Quick(), Millis(70'000), {kRessurs}, {kRessurs}}, clock_);
    if (started->Start().ok()) return true;
    started.reset();
    return false;
  });
  return started;
}

std::vector<MessageView> Scenario::Views() {
  Filter filter;
  filter.limit = 0;
  return Ask([&](Store& store) { return store.List(filter); });
}

std::size_t Scenario::CountIn(State state) {
  const std::vector<MessageView> views = Views();
  return static_cast<std::size_t>(std::count_if(
      views.begin(), views.end(), [&](const MessageView& view) { return view.state == state; }));
}

// One look of the person who watches; true when all is accepted.
bool Scenario::LookAfter() {
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

void Scenario::BeginJob(const std::string& name) {
  NewReplay job;
  job.actor = "cli:kari";
  job_ = Ask([&](Store& store) { return store.BeginReplay(job); });
  ASSERT_TRUE(Eventually([&] { return watched_->AddToReplay(job_, {&ids_.at(name), 1}).ok(); }));
  Ask([&](Store& store) { return store.StartReplay(job_); });
}

// One step of the worker, whatever comes of it; true when the job is over.
bool Scenario::JobMovesOn() {
  if (job_ == 0) return true;
  AcceptAll accept_all;
  if (!ReplayJobs(*store_, *store_, accept_all).Step().ok()) return false;
  const ReplayPhase phase =
      Ask([&](Store& store) { return store.ListReplays(job_); })[0].progress.phase;
  EXPECT_NE(phase, ReplayPhase::kStopped);
  return !IsRunning(phase);
}

State Scenario::StateOf(const std::string& name) {
  return Ask([&](Store& store) { return store.Find(name, false); })[0].state;
}

// The store tells the same story: accepted once each, and a repeat only after a
// request without an answer or one that was not taken.
void Scenario::CheckHistory() {
  for (const auto& [name, id] : ids_) {
    const Uuid message = id;
    const std::vector<EventView> events =
        Ask([&](Store& store) { return store.Events(0, 0, message); });
    EXPECT_EQ(std::count_if(events.begin(), events.end(),
                            [](const EventView& e) { return e.event == "accepted"; }),
              1)
        << name;
    for (const EventView& event : events) {
      seen_.insert(event.event + (event.reason.empty() ? "" : "/" + event.reason));
    }
    const std::vector<AttemptView> attempts =
        Ask([&](Store& store) { return store.Attempts(message, false); });
    int taken = 0;
    for (const AttemptView& attempt : attempts) {
      EXPECT_NE(attempt.result, AttemptResult::kOpen) << name;
      if (attempt.http_status == 202) ++taken;
    }
    EXPECT_EQ(taken, 1) << name;
  }
  for (const AlarmView& alarm : Ask([](Store& store) { return store.Look(); }).alarms) {
    EXPECT_NE(alarm.name, "double");
    EXPECT_NE(alarm.name, "accepted-late");
  }
}

}  // namespace utboks::testing

#include <fmt/format.h>
#include <signal.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <iterator>
#include <memory>

#include "producer/app/broker.h"
#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/app/drain.h"
#include "producer/app/duty_service.h"
#include "producer/app/feeds.h"
#include "producer/app/housekeeper.h"
#include "producer/app/notify.h"
#include "producer/app/quantity.h"
#include "producer/app/register_access.h"
#include "producer/app/retention.h"
#include "producer/app/secret_files.h"
#include "producer/intake/sql_intake.h"
#include "producer/notices/notice_watch.h"
#include "producer/ops/replay_runner.h"
#include "producer/submit/dispatcher.h"
#include "queue/base/log.h"
#include "queue/open_store.h"

namespace utboks::app {
namespace {

// How often the worker looks whether it is to end.
constexpr Millis kLookEvery{200};
// Of a backlog: one that moves is enough to know.
constexpr int kLookedAtOnce = 500;

sigset_t EndSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

// Waits for a signal to end; false when `time` passed without one.
bool AwaitEnd(Millis time) {
  const sigset_t set = EndSignals();
  const timespec limit{static_cast<time_t>(time.count() / 1'000),
                       static_cast<long>(time.count() % 1'000) * 1'000'000};
  return sigtimedwait(&set, nullptr, &limit) > 0;
}

class RunWorker final : public Command {
 public:
  std::string name() const override { return "run"; }
  std::string summary() const override { return "the worker: delivers until it is told to stop"; }

  void Declare(CLI::App& app) override {
    app.add_flag("--drain", drain_, "end when no message is due, sending or in doubt");
    app.add_option("--timeout", timeout_, "with --drain: at most so long (30s, 5m)")
        ->type_name("T");
    app.add_flag("--after-restore", after_restore_,
                 "an older copy of the store was put back: what may have been sent since is in "
                 "doubt");
  }

  Result<int> Run(Parts& parts, Console& console) override;

 private:
  Result<int> Deliver(Parts& parts, Console& console, Store& store, const Dispatcher& dispatcher);
  static Result<DrainState> LookAt(Store& store, std::int64_t* left);

  bool drain_ = false;
  bool after_restore_ = false;
  std::string timeout_;
  std::optional<Millis> limit_;
};

Result<int> RunWorker::Run(Parts& parts, Console& console) {
  if (!timeout_.empty()) {
    if (!drain_) return Status(Code::kUsage, "--timeout goes with --drain");
    const auto limit = ParseDuration(timeout_);
    if (!limit.ok()) return Status(Code::kUsage, "--timeout: " + limit.status().text());
    limit_ = *limit;
  }
  // Before any thread is started, so that all of them leave these to us.
  const sigset_t end = EndSignals();
  pthread_sigmask(SIG_BLOCK, &end, nullptr);

  const auto config = parts.GetConfig();
  if (!config.ok()) return config.status();
  SetUpLog((*config)->log.level, (*config)->log.format);
  const auto validator = parts.GetValidator();
  if (!validator.ok()) return validator.status();
  UTBOKS_RETURN_IF_ERROR((*validator)->LoadEnabled());
  auto access = RegisterAccess::Make(**config, &(*validator)->catalogue(), parts.clock());
  if (!access.ok()) return access.status();
  const auto store = parts.OpenStore(
      {.create = true, .migrate = true, .as_worker = true, .after_restore = after_restore_});
  if (!store.ok()) return store.status();
  const auto desk = parts.GetOperator();
  if (!desk.ok()) return desk.status();
  const auto replays = parts.GetReplayJobs();
  if (!replays.ok()) return replays.status();

  DispatcherSettings settings;
  settings.delivery = (*config)->delivery;
  settings.time_limit = (*config)->registry.connect_timeout + (*config)->registry.response_timeout;
  for (const Ressurs& ressurs : (*validator)->catalogue().ressurser()) {
    settings.resources.push_back(ressurs.name);
    if (ressurs.EnabledIn((*config)->registry.production)) settings.in_use.push_back(ressurs.name);
  }
  for (const std::string& warning : (*access)->site()->credentials().warnings()) {
    LogWarning("certificate", {{"text", warning}});
  }
  for (const SecretFile& file : SecretFilesOf(**config)) {
    const Status kept = CheckKept(file);
    if (!kept.ok()) LogWarning("secret-file", {{"text", kept.text()}});
  }
  ServiceGroup services;
  auto owned = std::make_unique<Dispatcher>(
      **store, [&] { return (*access)->MakeClient(); }, settings, parts.clock());
  const Dispatcher& dispatcher = *owned;
  services.Add(std::make_unique<Housekeeper>(**access, **store, **config, parts.clock()));
  services.Add(std::move(owned));
  // Each is one worker's at a time.
  const auto add_duty = [&](std::string duty, DutyService::Factory make) {
    services.Add(
        std::make_unique<DutyService>(std::move(duty), std::move(make), **store, parts.clock()));
  };
  add_duty("retention", [&]() -> std::unique_ptr<Service> {
    return std::make_unique<RetentionKeeper>(**desk, (*config)->retention, parts.clock());
  });
  if (!(*config)->notices.urls.empty()) {
    add_duty("notices", [&]() -> std::unique_ptr<Service> {
      return std::make_unique<NoticeWatch>(FeedsOf(**config), **store,
                                           (*config)->notices.poll_interval, parts.clock(),
                                           SecureRandom());
    });
  }
  add_duty("replay", [&]() -> std::unique_ptr<Service> {
    return std::make_unique<ReplayRunner>(**replays, parts.clock());
  });
  if (const auto outcomes = AmqpOutcomesOf(**config)) {
    add_duty("outcomes", [&, settings = *outcomes]() -> std::unique_ptr<Service> {
      return std::make_unique<AmqpOutcomes>(settings, **store, parts.clock(), SecureRandom());
    });
  }
  // The last to start and the first to stop: nothing comes in while the rest goes.
  if (TakesSql((*config)->outbox.store)) {
    SqlIntakeSettings sql;
    sql.most_bytes = (*config)->intake.max_document + (*config)->intake.max_attachments;
    add_duty("sql-intake", [&, sql]() -> std::unique_ptr<Service> {
      return std::make_unique<SqlIntake>(sql, **validator, **store, parts.clock());
    });
  }
  if (const auto intake = AmqpIntakeOf(**config); intake && !drain_) {
    services.Add(std::make_unique<AmqpIntake>(*intake, **validator, **store, **store, parts.clock(),
                                              SecureRandom()));
  }
  UTBOKS_RETURN_IF_ERROR(services.Start());
  LogInfo("worker-started", {{"register", (*access)->site()->host()},
                             {"max_in_flight", settings.delivery.max_in_flight},
                             {"rate_limit_per_minute", settings.delivery.rate_limit_per_minute}});
  NotifyServiceManager("READY=1");
  Result<int> result = Deliver(parts, console, **store, dispatcher);
  NotifyServiceManager("STOPPING=1");
  services.Stop();
  LogInfo("worker-stopped");
  return result;
}

Result<DrainState> RunWorker::LookAt(Store& store, std::int64_t* left) {
  const Result<Overview> overview = store.Look();
  if (!overview.ok()) return overview.status();
  *left = LeftIn(*overview);
  DrainState state = LookAtDrain(*overview, {});
  Filter filter;
  filter.states = {State::kDue, State::kInDoubt};
  filter.limit = kLookedAtOnce;
  std::int64_t seen = 0;
  while (*left > 0) {
    const Result<std::vector<MessageView>> messages = store.List(filter);
    if (!messages.ok()) return messages.status();
    if (messages->empty()) break;
    state = LookAtDrain(*overview, *messages);
    if (state == DrainState::kMoving) break;
    seen += std::ssize(*messages);
    filter.below = messages->back().seq;
  }
  if (state != DrainState::kStuck) return state;
  const Result<Overview> after = store.Look();
  if (!after.ok()) return after.status();
  return StoodStill(*overview, seen, *after) ? state : DrainState::kMoving;
}

Result<int> RunWorker::Deliver(Parts& parts, Console& console, Store& store,
                               const Dispatcher& dispatcher) {
  const SteadyTime begun = parts.clock().Steady();
  for (;;) {
    if (AwaitEnd(kLookEvery)) return 0;
    UTBOKS_RETURN_IF_ERROR(dispatcher.Failure());
    if (!drain_) continue;
    std::int64_t left = 0;
    const Result<DrainState> state = LookAt(store, &left);
    if (!state.ok()) {
      if (state.code() == Code::kBusy) continue;
      return state.status();
    }
    if (*state == DrainState::kDone) return 0;
    const bool stuck = *state == DrainState::kStuck;
    if (!stuck && (!limit_ || parts.clock().Steady() - begun < *limit_)) continue;
    console.Error(Status(
        Code::kBusy,
        fmt::format("{} message{} left: {}", left, left == 1 ? " is" : "s are",
                    stuck ? "they wait for a person, a pause or a later not-before; `utboks list "
                            "--state due,in_doubt` says for what"
                          : "the time given is over; run again to go on")));
    return 75;
  }
}

}  // namespace

std::unique_ptr<Command> MakeRun() {
  return std::make_unique<RunWorker>();
}

}  // namespace utboks::app

// SIGKILL at any moment: messages keep coming while the workers are killed again and again,
// and so are some of the commands that hand them in.  Afterwards the store and the
// register's journal tell the same story.  On SQLite one worker lives at a time, on
// PostgreSQL there are two, which die together.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/crash/agreement.h"
#include "tests/crash/feeder.h"
#include "tests/crash/outbox.h"
#include "tests/crash/scale.h"
#include "tests/support/cpu_wait.h"
#include "tests/support/eventually.h"
#include "tests/support/postgres_server.h"
#include "tests/support/simulator_fixture.h"

namespace utboks::testing {
namespace {

struct Extent {
  const char* name;
  int workers, persons, messages, kills, kills_in_flight;
};
constexpr Extent kSqlite =
    kSanitized ? Extent{"Sqlite", 1, 10, 60, 8, 6} : Extent{"Sqlite", 1, 50, 500, 50, 40};
constexpr Extent kPostgres =
    kSanitized ? Extent{"Postgres", 2, 10, 60, 4, 2} : Extent{"Postgres", 2, 30, 240, 14, 10};
constexpr Millis kFirstRequestWithin{kSanitized ? 30'000 : 2'000};
// So many kills' worth of messages is handed in ahead of the killing, so that there is
// always something to send.
constexpr int kAhead = 5;
constexpr std::uint64_t kSeed = 20'261'125;

// "20 % errors, lost answers, some delay."  Two lost answers of one message are below
// in_doubt_resends (3): were a death counted as one, messages would be held.
constexpr const char* kTrouble = R"(
latency = ["20ms", "80ms"]
[[step]]
kind = "error"
status = 500
share = 0.2
[[step]]
kind = "lost"
share = 0.1
attempts = 2
)";

constexpr const char* kSettings = R"([delivery]
in_doubt = "resend"
crash_limit = 0
max_in_flight = 8
rate_limit_per_minute = 60000
backoff_min = "50ms"
backoff_max = "200ms"
probe_interval = "50ms"
probe_interval_max = "200ms"
)";

double NowByJournal() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Follows the journal while it grows.
class Watch {
 public:
  explicit Watch(const SimulatorFixture& reg) : tail_(reg.journal_path()) {}

  void Look() {
    for (JournalLine& line : tail_.More()) {
      newest_connection_ = std::max(newest_connection_, line.connection);
      if (line.event == "begin" && line.method == "POST") {
        if (line.connection > old_connections_) {
          ++lines_;
          if (!first_) first_ = line.mono_ms;
          in_flight_.insert(line.request);
        }
      } else if (line.event == "end") {
        if (line.connection > old_connections_) ++lines_;
        in_flight_.erase(line.request);
        if (line.accepted) accepted_.insert(line.identifier);
      }
    }
  }
  // A worker begins: what comes on connections there have been is not from it.
  void NewWorker() {
    Look();
    old_connections_ = newest_connection_;
    first_.reset();
    in_flight_.clear();
    lines_ = 0;
  }
  std::optional<double> first() const { return first_; }  // its first request, journal's clock
  int lines() const { return lines_; }                    // its requests and answers so far
  bool in_flight() const { return !in_flight_.empty(); }
  int accepted() const { return static_cast<int>(accepted_.size()); }

 private:
  JournalTail tail_;
  std::set<std::string> accepted_;
  std::uint64_t newest_connection_ = 0, old_connections_ = 0;
  std::optional<double> first_;
  std::set<std::uint64_t> in_flight_;
  int lines_ = 0;
};

struct Life {
  double started = 0, first_request = 0, before_kill = 0, killed = 0;  // journal's clock, ms
  double without_cpu = 0;  // ms, of those to the first request, of who lacked least
};

class KillTest : public ::testing::TestWithParam<Extent> {
 protected:
  KillTest()
      : database_(on_postgres() ? PostgresServer::Shared().MakeDatabase() : ""),
        outbox_(&reg_, kSettings,
                on_postgres() ? PostgresServer::Shared().Url(database_) : std::string()) {}
  ~KillTest() override {
    if (on_postgres()) PostgresServer::Shared().DropDatabase(database_);
  }

  static bool on_postgres() { return GetParam().name == std::string_view(kPostgres.name); }
  static SimulatorFixture::Spec RegisterSpec() {
    SimulatorFixture::Spec spec;
    spec.scenario = kTrouble;
    spec.seed = kSeed;
    return spec;
  }

  // All workers, from their start to their end by SIGKILL.
  void LiveOnce(Watch& watch, Random& chance) {
    watch.NewWorker();
    Life life;
    life.started = NowByJournal();
    std::vector<std::unique_ptr<ChildProcess>> workers;
    for (int n = 1; n <= GetParam().workers; ++n) {
      auto worker = ChildProcess::Start(outbox_.Utboks({"run"}, fmt::format("worker-{}", n)));
      ASSERT_TRUE(worker.ok()) << worker.status().text();
      workers.push_back(std::move(*worker));
    }
    const bool sent = Eventually(
        [&] {
          watch.Look();
          return watch.first().has_value();
        },
        std::chrono::minutes(1));
    ASSERT_TRUE(sent) << "nobody has sent anything:\n" << workers[0]->Err();
    life.first_request = *watch.first();
    life.without_cpu = std::numeric_limits<double>::max();
    for (const auto& worker : workers) {
      const std::chrono::duration<double, std::milli> waited = WaitedForCpu(worker->pid());
      life.without_cpu = std::min(life.without_cpu, waited.count());
    }
    // A moment of their life: after some requests and answers, mostly with one under way.
    const auto moment = static_cast<int>(chance.Below(20));
    const bool under_way = chance.Below(16) != 0;
    Eventually(
        [&] {
          watch.Look();
          return watch.lines() >= moment && (watch.in_flight() || !under_way);
        },
        std::chrono::seconds(2));
    life.before_kill = NowByJournal();
    for (const auto& worker : workers) worker->Signal(SIGKILL);
    life.killed = NowByJournal();  // they do nothing more from here on
    for (const auto& worker : workers) {
      const ProcessExit exit = worker->Kill();
      EXPECT_EQ(exit, (ProcessExit{0, SIGKILL})) << worker->Err();
      said_ += worker->Out() + worker->Err();
    }
    lives_.push_back(life);
  }

  // All of them: each takes back what it was sending when it died.
  void DrainAll() {
    std::vector<std::unique_ptr<ChildProcess>> workers;
    for (int n = 1; n <= GetParam().workers; ++n) {
      auto worker = ChildProcess::Start(
          outbox_.Utboks({"run", "--drain", "--timeout", "4m"}, fmt::format("worker-{}", n)));
      ASSERT_TRUE(worker.ok()) << worker.status().text();
      workers.push_back(std::move(*worker));
    }
    for (const auto& worker : workers) {
      EXPECT_EQ(worker->Wait(std::chrono::minutes(5)), (ProcessExit{0, 0})) << worker->Err();
      said_ += worker->Out() + worker->Err();
    }
  }

  const std::string database_;
  SimulatorFixture reg_{RegisterSpec()};
  Outbox outbox_;
  std::vector<Life> lives_;
  std::string said_;  // by all programs
};

// Kills that met a request whose answer had not been decided yet.
int KillsInFlight(const std::vector<Life>& lives, const std::vector<JournalLine>& journal) {
  std::map<std::uint64_t, double> ended;
  for (const JournalLine& line : journal) {
    if (line.event == "end") ended[line.request] = line.mono_ms;
  }
  return static_cast<int>(std::count_if(lives.begin(), lives.end(), [&](const Life& life) {
    return std::any_of(journal.begin(), journal.end(), [&](const JournalLine& line) {
      if (line.event != "begin" || line.method != "POST") return false;
      if (line.mono_ms < life.first_request || line.mono_ms > life.before_kill) return false;
      const auto end = ended.find(line.request);
      return end == ended.end() || end->second > life.killed;
    });
  }));
}

TEST_P(KillTest, WhatWasAcknowledgedIsAcceptedOnceAndInOrderWhateverIsKilled) {
  const auto [persons, messages, kills] =
      std::tuple(GetParam().persons, GetParam().messages, GetParam().kills);
  const std::unique_ptr<Random> chance = SeededRandom(kSeed);
  Feeder feeder(outbox_, messages, persons, kSeed + 1);
  Watch watch(reg_);
  for (int kill = 0; kill < kills; ++kill) {
    SCOPED_TRACE(fmt::format("life {}", kill + 1));
    feeder.Allow(messages * (kill + kAhead) / (kills + kAhead));
    watch.Look();
    ASSERT_TRUE(feeder.Await(watch.accepted() + 1, std::chrono::minutes(2)))
        << "nothing more came in";
    LiveOnce(watch, *chance);
    ASSERT_FALSE(HasFatalFailure());
  }
  feeder.Allow(messages);
  ASSERT_TRUE(feeder.Await(messages, std::chrono::minutes(5)));
  DrainAll();
  said_ += feeder.said();

  const std::vector<JournalLine> journal = reg_.Journal();
  const Result<std::unique_ptr<Store>> store = OpenStore(outbox_.Options());
  ASSERT_TRUE(store.ok()) << store.status().text();

  const Agreement agreement = CheckAgreement(**store, journal, feeder.ids(), persons);

  // Every restart sends, and most kills met a request.
  // A machine that had no CPU for the worker does not count; without others beside it
  // both times are the same.
  std::vector<double> waits, own;
  for (const Life& life : lives_) {
    waits.push_back(life.first_request - life.started);
    own.push_back(waits.back() - life.without_cpu);
  }
  std::sort(waits.begin(), waits.end());
  std::sort(own.begin(), own.end());
  const int in_flight = KillsInFlight(lives_, journal);
  EXPECT_LT(own.back(), static_cast<double>(kFirstRequestWithin.count()));
  EXPECT_GE(in_flight, GetParam().kills_in_flight);
  EXPECT_GE(agreement.cut_off, in_flight) << "a request cut off is an attempt of its own";
  EXPECT_GT(feeder.killed(), 0) << "no command was killed alive";
  for (int person = 0; person < persons; ++person) {
    EXPECT_EQ(said_.find(PersonNumber(person)), std::string::npos) << "a person's number was told";
  }
  std::cout << fmt::format(
      "{} kills, {} with a request in flight; first request after {:.0f} ms at p50, {:.0f} ms at "
      "most ({:.0f} and {:.0f} but for the CPU); {} attempts cut off; accepted again {} times; {} "
      "commands killed, {} messages found there by the command run again\n",
      kills, in_flight, waits[waits.size() / 2], waits.back(), own[own.size() / 2], own.back(),
      agreement.cut_off, agreement.accepted_again, feeder.killed(), feeder.found_again());
}

INSTANTIATE_TEST_SUITE_P(Engines, KillTest, ::testing::Values(kSqlite, kPostgres),
                         [](const auto& engine) { return engine.param.name; });

}  // namespace
}  // namespace utboks::testing

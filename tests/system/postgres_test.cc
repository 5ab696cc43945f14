// The program on PostgreSQL: the whole way once, several workers on one store, and what
// happens when one of them, or the server, is gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "queue/open_store.h"
#include "tests/crash/scale.h"
#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/support/postgres_server.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kPersons = 20;

// A database for one test; those that share it are workers of one agency.
class PostgresTest : public ::testing::Test {
 protected:
  PostgresTest() : PostgresTest(PostgresServer::Shared()) {}
  explicit PostgresTest(PostgresServer& server)
      : server_(server), database_(server.MakeDatabase()) {}
  ~PostgresTest() override { server_.DropDatabase(database_); }

  PostgresServer& server() { return server_; }

  void Share(Agency& agency, const std::string& worker) {
    agency.SetText("outbox.store", server().Url(database_));
    agency.SetText("outbox.key_file", keys_.File("keys"));
    agency.SetText("outbox.worker", worker);
    agency.SetText("register.connect_timeout", "2s");
    agency.SetText("register.response_timeout", "5s");
    agency.Set("delivery.in_doubt_resends", "50");
  }

  std::string Sql(const std::string& sql) { return server().Sql(database_, sql); }

  // Letters 1 to `count`, in turn about each of kPersons.
  void HandIn(Agency& agency, int count) {
    for (int first = 1; first <= count; first += kPersons) {
      std::vector<std::string> words = {"enqueue", "--ressurs", "doedsfall_v1"};
      for (int n = first; n < first + kPersons && n <= count; ++n) {
        words.push_back(agency.Letter(n, PersonOf(n)));
      }
      agency.Ask(words);
    }
  }
  static int PersonOf(int n) { return (n - 1) % kPersons + 1; }
  static int NumberOf(const JournalLine& line) {
    return std::stoi(line.identifier.substr(line.identifier.rfind('-') + 1));
  }

  bool AwaitAccepted(int count) {
    return Eventually(
        [&] {
          return Sql("SELECT count(*) FROM utboks.message WHERE state = 5") ==
                 std::to_string(count);
        },
        std::chrono::seconds(90));
  }

  // By the register's journal: all there, each one's bytes the same each time, nobody
  // overtaken; how many were taken more than once.
  static int Account(const SimulatorFixture& reg, int count) {
    std::map<int, std::set<std::string>> bytes;
    std::map<int, int> last;  // by person, the letter first taken last
    int again = 0;
    for (const JournalLine& line : reg.Accepted()) {
      const int n = NumberOf(line);
      const bool is_new = !bytes.contains(n);
      bytes[n].insert(line.sha256);
      if (!is_new) {
        ++again;
        continue;
      }
      int& before = last[PersonOf(n)];
      EXPECT_LT(before, n) << "overtaken";
      before = n;
    }
    EXPECT_EQ(bytes.size(), static_cast<std::size_t>(count)) << "lost";
    for (const auto& [n, hashes] : bytes) EXPECT_EQ(hashes.size(), 1U) << n;
    return again;
  }

  PostgresServer& server_;
  const std::string database_;
  TempDir keys_;
};

TEST_F(PostgresTest, TheWholeWayOnce) {
  SimulatorFixture reg;
  Agency agency(reg);
  Share(agency, "one");
  const std::vector<std::string> ids = agency.Enqueue({1, 2, 3});
  EXPECT_EQ(agency.Enqueue({1}), std::vector<std::string>{ids[0]}) << "the same again";
  agency.Ask({"hold", "--why", "first a look", ids[2]});
  LogWatch::Allow("alarm-raised");  // held
  agency.Drain();
  EXPECT_EQ(agency.StateOf(ids[2]), "held");
  agency.Ask({"release", "--why", "looked", ids[2]});
  agency.Drain();
  for (const std::string& id : ids) EXPECT_EQ(agency.StateOf(id), "accepted");
  EXPECT_EQ(reg.Accepted().size(), 3U);
  EXPECT_EQ(Get(agency.Ask({"list", "--state", "accepted"}).at(0), "state"), "accepted");
  EXPECT_GE(agency.Ask({"events"}).size(), 8U);

  // Nothing of a person is in the database, sealed or not.
  const std::string tables =
      Sql("SELECT string_agg(query_to_xml('SELECT * FROM utboks.' || quote_ident(tablename),"
          " true, false, '')::text, '') FROM pg_tables WHERE schemaname = 'utboks'");
  EXPECT_THAT(tables, HasSubstr("<reason>"));
  agency.ExpectNoPersonIn(tables, "the database");
}

TEST_F(PostgresTest, DoctorLooksAndAWrongPlaceIsSaid) {
  Agency agency;
  Share(agency, "one");
  const Finished none = agency.Run({"list"});
  ExpectRefused(none, 78, {"no store", "utboks migrate"});
  agency.Ask({"migrate"});
  EXPECT_THAT(agency.Run({"doctor"}).out, HasSubstr("this version's form"));
  agency.SetText("outbox.store", "postgresql://utboks:secret@localhost/utboks");
  const Finished secret = agency.Run({"list"});
  ExpectRefused(secret, 78, {"password", "passfile"});
  EXPECT_THAT(secret.err, ::testing::Not(HasSubstr("secret@")));
  agency.SetText("outbox.store", "postgresql://utboks@/utboks?host=/nowhere");
  ExpectRefused(agency.Run({"list"}), 75, {"does not answer"});
  agency.SetText("outbox.store", server().Url("nobody_made_it"));
  ExpectRefused(agency.Run({"list"}), 78, {"does not let us in"});
  agency.SetText("outbox.store", server().Url(database_));
  agency.Set("outbox.key_file", "");
  ExpectRefused(agency.Run({"list"}), 78, {"key_file"});
  agency.SetText("outbox.key_file", keys_.File("keys"));
  ExpectRefused(agency.Run({"backup", keys_.File("copy")}), 2, {"pg_basebackup"});
}

TEST_F(PostgresTest, AfterARestoreWhatMayHaveBeenSentIsInDoubt) {
  SimulatorFixture reg;
  Agency agency(reg);
  Share(agency, "one");
  const std::vector<std::string> ids = agency.Enqueue({1});
  const std::string copy = database_ + "_copy";
  Sql("CREATE DATABASE " + copy + " TEMPLATE " + database_);
  agency.Drain();
  agency.SetText("outbox.store", server().Url(copy));
  EXPECT_EQ(agency.StateOf(ids[0]), "due") << "as it was when the copy was made";
  const Finished run = agency.Run({"run", "--drain", "--after-restore", "--timeout", "60s"});
  EXPECT_EQ(run.code(), 0) << run.err;
  EXPECT_EQ(agency.StateOf(ids[0]), "accepted");
  const auto attempts = agency.Show(ids[0])->getArray("attempt_list");
  EXPECT_EQ(attempts->size(), 1U);
  EXPECT_EQ(server().Sql(copy, "SELECT unanswered FROM utboks.message"), "1");
  const std::vector<JournalLine> accepted = reg.Accepted();
  ASSERT_EQ(accepted.size(), 2U);
  EXPECT_EQ(accepted[0].sha256, accepted[1].sha256);
  server().DropDatabase(copy);
}

TEST_F(PostgresTest, SeveralWorkersShareAStore) {
  constexpr int kLetters = 600;
  // One alone would need 15 s: the others have begun long before.
  SimulatorFixture reg({.scenario = "latency = '100ms'"});
  Agency one(reg), two(reg), three(reg);
  Share(one, "one");
  Share(two, "two");
  Share(three, "three");
  HandIn(one, kLetters);
  for (Agency* agency : {&one, &two, &three}) {
    agency->Set("delivery.max_in_flight", "4");
    agency->StartWorker();
  }
  ASSERT_TRUE(AwaitAccepted(kLetters));
  EXPECT_EQ(Account(reg, kLetters), 0) << "sent twice without a doubt";
  // What one has to do for all, one does.
  EXPECT_EQ(Sql("SELECT count(*) FROM utboks.duty WHERE name = 'replay'"), "1");
  // Each has done a part.
  EXPECT_EQ(Sql("SELECT count(DISTINCT worker) FROM utboks.attempt"), "3");

  Agency again(reg);
  Share(again, "two");
  const Finished second = again.Run({"run"});
  ExpectRefused(second, 75, {"a worker named two runs already"});
}

TEST_F(PostgresTest, AWorkerThatIsKilledTakesItsOwnBackWhenItComesAgain) {
  // The first message goes alone.
  SimulatorFixture reg(
      {.scenario = "step = [{kind='hang', accepted=true, method='POST', for_requests=1}]"});
  Agency agency(reg);
  Share(agency, "one");
  HandIn(agency, 4);
  agency.StartWorker();
  ASSERT_TRUE(Eventually([&] { return reg.Accepted().size() == 1; }));
  agency.KillWorker();
  agency.StartWorker();
  ASSERT_TRUE(AwaitAccepted(4));
  EXPECT_EQ(Account(reg, 4), 1) << "in doubt, and sent again";
  EXPECT_EQ(Sql("SELECT count(*) FROM utboks.attempt WHERE reason = 'worker-died'"), "1");
}

TEST_F(PostgresTest, WhatAKilledWorkerWasSendingIsAnothersWhenItsLeaseIsOver) {
  SimulatorFixture reg(
      {.scenario = "step = [{kind='hang', accepted=true, method='POST', for_requests=1}]"});
  Agency one(reg), two(reg);
  Share(one, "one");
  Share(two, "two");
  HandIn(one, 2);
  one.StartWorker();
  ASSERT_TRUE(Eventually([&] { return reg.Accepted().size() == 1; }));
  one.KillWorker();
  // As if its time had passed: connect and response timeout and 30 s.
  Sql("UPDATE utboks.lease SET until = until - 40000");
  two.StartWorker();
  ASSERT_TRUE(AwaitAccepted(2));
  EXPECT_EQ(Account(reg, 2), 1);
}

TEST_F(PostgresTest, AStoppedWorkerHoldsUpNobodyAndDoublesNothing) {
  constexpr int kLetters = 200;
  SimulatorFixture reg({.scenario = "latency = '5ms'"});
  Agency one(reg), two(reg);
  Share(one, "one");
  Share(two, "two");
  HandIn(one, kLetters);
  one.StartWorker();
  ASSERT_TRUE(Eventually([&] { return reg.Accepted().size() > 10; }));
  one.worker().Signal(SIGSTOP);
  two.StartWorker();
  // All but what the stopped one has, and what waits behind it.
  EXPECT_TRUE(Eventually(
      [&] {
        return Sql("SELECT count(*) FROM utboks.ready") == "0" &&
               Sql("SELECT count(*) FROM utboks.lease l JOIN utboks.attempt a ON a.id = l.attempt"
                   " WHERE a.worker = 'two'") == "0";
      },
      std::chrono::seconds(60)));
  one.worker().Signal(SIGCONT);
  LogWatch::Allow("claim-failed");  // its turn was taken from it
  LogWatch::Allow("settle-failed");
  LogWatch::Allow("alarm-raised");  // an answer it reads late tells of another time
  ASSERT_TRUE(AwaitAccepted(kLetters));
  Account(reg, kLetters);
}

// As a newer version's worker that is started: it migrates, and the older one is still there.
TEST_F(PostgresTest, AWorkerGoesOnBesideANewerVersionAndEndsWhereItMayNot) {
  SimulatorFixture reg;
  Agency agency(reg);
  Share(agency, "older");
  agency.Enqueue({1});
  agency.StartWorker();
  ASSERT_TRUE(AwaitAccepted(1));
  const auto become = [&](const std::vector<Migration>& later) {
    StoreOptions options;
    options.url = server().Url(database_);
    options.key_file = keys_.File("keys");
    options.environment = "test";
    options.organisation_number = "100101688";
    options.host = "localhost";
    options.worker = "newer";
    options.migrate = true;
    options.later = later;
    const auto newer = OpenStore(options);
    EXPECT_TRUE(newer.ok()) << newer.status().text();
  };
  const std::string lives = "-- lives with: " + std::to_string(PostgresMigrations().size()) +
                            "\nCREATE TABLE more (x INTEGER);";
  become({{"more", lives}});
  agency.Enqueue({2});
  EXPECT_TRUE(AwaitAccepted(2));
  become({{"more", lives}, {"most", "CREATE TABLE most (x INTEGER);"}});
  for (const char* event : {"claim-failed", "settle-failed", "tick-failed", "store-failed"}) {
    LogWatch::Allow(event);
  }
  EXPECT_EQ(agency.worker().Wait(), (ProcessExit{78, 0})) << agency.worker().Err();
  EXPECT_THAT(agency.worker().Err(), HasSubstr("newer than this program's"));
  ExpectRefused(agency.Run({"enqueue", "--ressurs", "doedsfall_v1", agency.Letter(3)}), 78,
                {"newer than this program's", "use the program that migrated it"});
  ExpectRefused(agency.Run({"run"}), 78, {"newer than this program's"});
  agency.KillWorker();  // it has ended, and not with 0
  EXPECT_EQ(Account(reg, 2), 0);
}

// Whose clock is put forward by libfaketime; "" where that is not there.
std::string ClockAhead(const std::string& by) {
  for (const auto& folder : std::filesystem::directory_iterator("/usr/lib")) {
    const auto library = folder.path() / "faketime/libfaketimeMT.so.1";
    if (!std::filesystem::exists(library)) continue;
    return "LD_PRELOAD=" + library.string() + " FAKETIME=" + by + " FAKETIME_DONT_FAKE_MONOTONIC=1";
  }
  return "";
}

// The server's clock is five minutes ahead of the register's, of ours and of one worker's, and
// another worker's is five minutes ahead of that.
class PostgresClocksTest : public PostgresTest {
 protected:
  PostgresClocksTest() : PostgresTest(Ahead()) {}
  static PostgresServer& Ahead() {
    static const std::unique_ptr<PostgresServer> server = PostgresServer::Own(ClockAhead("+5m"));
    return *server;
  }
};

TEST_F(PostgresClocksTest, WorkersWhoseClocksDifferByMinutesDoNoHarm) {
  constexpr int kLetters = 300;
  if (kSanitized) GTEST_SKIP() << "a sanitizer's program lets nothing be loaded before itself";
  ASSERT_NE(ClockAhead(""), "") << "libfaketime is not installed (scripts/deps.sh)";
  SimulatorFixture reg({.scenario = R"(
latency = "10ms"
[[step]]
kind = "error"
status = 500
share = 0.1
[[step]]
kind = "lost"
share = 0.02
attempts = 1
)"});
  Agency behind(reg), ahead(reg);
  Share(behind, "behind");
  Share(ahead, "ahead");
  std::istringstream variables(ClockAhead("+10m"));
  ahead.SetWorkerEnvironment({std::istream_iterator<std::string>(variables), {}});
  HandIn(behind, kLetters);
  for (Agency* agency : {&behind, &ahead}) {
    agency->Set("delivery.max_in_flight", "4");
    agency->StartWorker();
  }
  LogWatch::Allow("alarm-raised");  // one sees how far its clock is from the register's
  ASSERT_TRUE(AwaitAccepted(kLetters));
  const int unanswered =
      std::stoi(Sql("SELECT count(*) FROM utboks.attempt WHERE result = " +
                    std::to_string(static_cast<int>(AttemptResult::kUnanswered))));
  EXPECT_LE(Account(reg, kLetters), unanswered) << "sent twice without a doubt";
  EXPECT_EQ(Sql("SELECT count(DISTINCT worker) FROM utboks.attempt"), "2");
  EXPECT_EQ(Sql("SELECT count(*) FROM utboks.attempt WHERE reason = 'worker-died'"), "0");
  // All times are the server's: in the order of what happened, and none in its future.
  EXPECT_EQ(Sql("SELECT count(*) FROM (SELECT at, max(at) OVER (ORDER BY id) AS latest"
                " FROM utboks.history) h WHERE at < latest - 1000"
                " OR at > extract(epoch FROM clock_timestamp()) * 1000"),
            "0");
  EXPECT_EQ(Sql("SELECT count(*) FROM utboks.message WHERE ahead > 0"), "0");
  for (Agency* agency : {&behind, &ahead}) agency->StopWorker();
}

}  // namespace
}  // namespace utboks::testing

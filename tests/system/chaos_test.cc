// Three workers, PostgreSQL and RabbitMQ, messages in by AMQP and by SQL, while workers are
// killed, both servers are restarted and connections are cut and held up.  The register's own
// journal and the queue of outcomes are the account.
//
// `UTBOKS_CHAOS=20000` in the environment: so many messages (scripts/chaos.sh).
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <thread>

#include "queue/amqp/consumer.h"
#include "queue/amqp/publisher.h"
#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/support/postgres_server.h"
#include "tests/support/rabbitmq_server.h"
#include "tests/support/tcp_gate.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

using std::chrono::seconds;

constexpr int kWorkers = 3;
constexpr int kPersonsEach = 40;  // by AMQP, and as many others by SQL
constexpr int kBadEach = 50;      // each so-many-th letter is refused
constexpr seconds kSettledWithin{60};

int Letters() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
  const char* const given = std::getenv("UTBOKS_CHAOS");
  return given == nullptr ? 1'200 : std::atoi(given);
}

struct Closer {
  void operator()(PGconn* db) const { PQfinish(db); }
  void operator()(PGresult* result) const { PQclear(result); }
};

// What all letters are: the first half comes by AMQP, the second by SQL.
struct Post {
  int count = Letters();
  int per_minute = std::max(1'500, count * 6 / 10);

  bool ByAmqp(int n) const { return n <= count / 2; }
  int PersonOf(int n) const { return (n - 1) % kPersonsEach + 1 + (ByAmqp(n) ? 0 : kPersonsEach); }
  static bool IsBad(int n) { return n % kBadEach == 0; }
  int Good() const { return count - count / kBadEach; }
  std::string Document(int n) const {
    return DeathNotice(Agency::Identifier(n),
                       IsBad(n) ? WrongNumber(PersonOf(n)) : PersonNumber(PersonOf(n)));
  }
  static int NumberOf(const std::string& identifier) {
    return std::stoi(identifier.substr(identifier.rfind('-') + 1));
  }
  // Between two groups of one feeder: together they give 85 % of what may be sent.
  Millis Pause() const { return Millis(kPersonsEach * 2 * 60'000 * 100 / 85 / per_minute); }
};

class ChaosTest : public ::testing::Test {
 protected:
  ChaosTest() : postgres_(PostgresServer::Own()), database_(postgres_->MakeDatabase()) {}

  static RabbitmqServer& rabbit() { return RabbitmqServer::Shared(); }
  std::string Sql(const std::string& sql) { return postgres_->Sql(database_, sql); }

  amqp::ConnectionSettings Connecting() const {
    amqp::ConnectionSettings settings;
    settings.broker = *amqp::ParseAddress(
        fmt::format("amqp://{}@127.0.0.1:{}", rabbit().user(), rabbit().port()));
    settings.password_file = password_file_;
    settings.name = "utboks chaos";
    return settings;
  }

  void MakeWorkers() {
    for (int i = 0; i < kWorkers; ++i) {
      db_gates_.push_back(std::make_unique<TcpGate>(postgres_->folder() + "/.s.PGSQL.5432"));
      auto agency = std::make_unique<Agency>(reg_);
      if (i == 0) password_file_ = agency->File("amqp.password", rabbit().password() + "\n");
      agency->SetText("outbox.store",
                      fmt::format("postgresql://utboks@127.0.0.1:{}/{}?sslmode=disable",
                                  db_gates_.back()->port(), database_));
      agency->SetText("outbox.key_file", keys_.File("keys"));
      agency->SetText("outbox.worker", fmt::format("worker-{}", i));
      agency->SetText("register.connect_timeout", "2s");
      agency->SetText("register.response_timeout", "5s");
      agency->SetText("delivery.in_doubt", "resend");
      agency->Set("delivery.in_doubt_resends", "50");
      agency->Set("delivery.crash_limit", "0");
      agency->Set("delivery.rate_limit_per_minute", std::to_string(post_.per_minute));
      agency->SetText("amqp.url",
                      fmt::format("amqp://{}@127.0.0.1:{}", rabbit().user(), broker_gate_.port()));
      agency->SetText("amqp.password_file", password_file_);
      agency->SetText("amqp.intake_queue", queue_);
      agency->SetText("amqp.outcome_exchange", exchange_);
      agency->Set("amqp.declare", "true");
      workers_.push_back(std::move(agency));
    }
    workers_[0]->Ask({"migrate"});
    const auto connection = *amqp::Connection::Open(Connecting());
    ASSERT_TRUE(connection->DeclareQueue(queue_ + ".dead").ok());
    ASSERT_TRUE(connection->DeclareQueue(queue_, queue_ + ".dead", amqp::kMostReturns).ok());
    ASSERT_TRUE(connection->DeclareTopicExchange(exchange_).ok());
    ASSERT_TRUE(connection->DeclareQueue(outcomes_).ok());
    ASSERT_TRUE(connection->BindQueue(outcomes_, exchange_, "#").ok());
  }

  // One letter of each person at a time, and again until it is confirmed: what follows about
  // a person is not sent before.
  void FeedByAmqp() {
    amqp::PublisherSettings settings;
    settings.connection = Connecting();
    amqp::Publisher publisher(settings, SystemClock(), SecureRandom());
    for (int first = 1; first <= post_.count / 2; first += kPersonsEach) {
      std::vector<amqp::Letter> letters;
      for (int n = first; n < first + kPersonsEach && n <= post_.count / 2; ++n) {
        amqp::Letter& letter = letters.emplace_back();
        letter.routing_key = queue_;
        letter.type = "doedsfall_v1";
        letter.message_id = SensitiveText(Agency::Identifier(n));
        letter.body = SensitiveText(post_.Document(n));
      }
      while (!letters.empty()) {
        const std::vector<Status> told = publisher.Publish(letters, {});
        std::vector<amqp::Letter> again;
        for (std::size_t i = 0; i < letters.size(); ++i) {
          if (!told[i].ok()) again.push_back(letters[i]);
        }
        letters = std::move(again);
        if (!letters.empty()) Rest(Millis(200));
      }
      Rest(post_.Pause());
    }
    ++fed_;
  }

  // A group is one transaction, and again where nobody knows whether it was committed.
  void FeedBySql() {
    for (int first = post_.count / 2 + 1; first <= post_.count; first += kPersonsEach) {
      while (!PutInBySql(first)) Rest(Millis(200));
      Rest(post_.Pause());
    }
    ++fed_;
  }
  bool PutInBySql(int first) {
    const std::unique_ptr<PGconn, Closer> db(PQconnectdb(postgres_->Url(database_).c_str()));
    const auto run = [&](const char* sql, const std::vector<std::string>& values) {
      std::vector<const char*> pointers;
      for (const std::string& value : values) pointers.push_back(value.c_str());
      const std::unique_ptr<PGresult, Closer> result(
          PQexecParams(db.get(), sql, static_cast<int>(values.size()), nullptr, pointers.data(),
                       nullptr, nullptr, 0));
      const ExecStatusType status = PQresultStatus(result.get());
      return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    };
    if (!run("BEGIN", {})) return false;
    for (int n = first; n < first + kPersonsEach && n <= post_.count; ++n) {
      if (!run("SELECT utboks.enqueue('doedsfall_v1', $1::text, correlation => $2)",
               {post_.Document(n), Agency::Identifier(n)})) {
        return false;
      }
    }
    return run("COMMIT", {});
  }
  static void Rest(Millis time) {
    Eventually([] { return false; }, time);
  }

  int Accepted() {
    const std::unique_ptr<PGconn, Closer> db(PQconnectdb(postgres_->Url(database_).c_str()));
    const std::unique_ptr<PGresult, Closer> result(
        PQexec(db.get(), "SELECT accepted FROM utboks.tally"));
    return PQntuples(result.get()) == 1 ? std::atoi(PQgetvalue(result.get(), 0, 0)) : -1;
  }
  // Until work has gone on for a while: a fault meets workers at work.
  void AwaitProgress() {
    const int before = Accepted();
    Eventually([&] { return Accepted() >= before + post_.per_minute / 40 || fed_ == 2; },
               seconds(20));
  }

  void DoFault(int turn) {
    Agency& worker = *workers_[static_cast<std::size_t>(turn) % kWorkers];
    TcpGate& gate = *db_gates_[static_cast<std::size_t>(turn / 2) % kWorkers];
    switch (turn % 8) {
      case 0:
      case 4:
        worker.KillWorker();
        Rest(seconds(1));
        worker.StartWorker();
        break;
      case 1:
        postgres_->Restart(turn % 16 == 1 ? "immediate" : "fast");
        break;
      case 2:
        gate.Cut();
        broker_gate_.Cut();
        break;
      case 3:
        rabbit().Restart();
        break;
      case 5:  // held up: nothing passes, then all of it
        gate.Stop(true);
        Rest(seconds(3));
        gate.Stop(false);
        break;
      case 6:
        broker_gate_.CutAfter(700 + 311 * turn);
        break;
      default:  // cut off for longer than a turn may last
        gate.Shut(true);
        gate.Cut();
        Rest(seconds(6));
        gate.Shut(false);
        break;
    }
    ++faults_;
  }

  bool IsSettled() {
    const std::string left =
        Sql("SELECT (SELECT count(*) FROM utboks.received) + (SELECT count(*) FROM utboks.lease)"
            " + due + in_doubt FROM utboks.tally");
    return left == "0" && Accepted() == post_.Good();
  }

  // ---- the account ----

  void JudgeJournal() {
    std::map<int, std::set<std::string>> bytes;
    std::map<int, int> times;
    std::map<int, int> last;  // by person
    std::vector<double> sent;
    for (const JournalLine& line : reg_.Journal()) {
      if (line.event == "begin") sent.push_back(line.mono_ms);
    }
    for (const JournalLine& line : reg_.Accepted()) {
      const int n = Post::NumberOf(line.identifier);
      EXPECT_FALSE(Post::IsBad(n)) << n;
      bytes[n].insert(line.sha256);
      if (++times[n] > 1) continue;
      int& before = last[post_.PersonOf(n)];
      EXPECT_LT(before, n) << "overtaken";
      before = n;
    }
    EXPECT_EQ(bytes.size(), static_cast<std::size_t>(post_.Good())) << "lost";
    for (const auto& [n, hashes] : bytes) EXPECT_EQ(hashes.size(), 1U) << n << " was altered";
    for (const auto& [n, count] : times) {
      if (count > 1) JudgeRepeated(n, count);
    }
    JudgeRate(sent);
    std::cout << fmt::format("chaos: {} letters, {} faults, {} requests, {} letters sent again\n",
                             post_.count, faults_, sent.size(), repeated_);
  }
  // Only what was in doubt is sent again.  A late answer may have settled the doubt since, so
  // it is the history that knows.
  void JudgeRepeated(int n, int count) {
    ++repeated_;
    const Json shown = workers_[0]->Show(Agency::Identifier(n));
    ASSERT_FALSE(shown.isNull());
    int doubts = 0;
    const Poco::JSON::Array::Ptr events = shown->getArray("events");
    for (const auto& event : *events) {
      doubts += Get(event.extract<Json>(), "event") == "in_doubt" ? 1 : 0;
    }
    std::ostringstream all;
    shown->stringify(all);
    EXPECT_GE(doubts, count - 1) << n << " was sent again without a doubt: " << all.str();
  }
  void JudgeRate(std::vector<double>& sent) {
    std::sort(sent.begin(), sent.end());
    std::size_t most = 0, begin = 0;
    for (std::size_t end = 0; end < sent.size(); ++end) {
      while (sent[end] - sent[begin] >= 60'000) ++begin;
      most = std::max(most, end - begin + 1);
    }
    EXPECT_LE(most, static_cast<std::size_t>(post_.per_minute)) << "over all workers together";
    std::cout << fmt::format("chaos: at most {} requests in any 60 s of {}\n", most,
                             post_.per_minute);
  }

  // Each letter's story, by its caller's own word for it.
  void JudgeOutcomes() {
    const std::string last = Sql("SELECT max(id) FROM utboks.history WHERE message > 0");
    EXPECT_TRUE(Eventually(
        [&] { return Sql("SELECT position >= " + last + " FROM utboks.receiver") == "t"; },
        seconds(120)));
    amqp::ConsumerSettings settings;
    settings.connection = Connecting();
    settings.queue = outcomes_;
    settings.idle = Millis(500);
    amqp::Consumer consumer(settings, SystemClock(), SecureRandom());
    std::map<std::string, std::set<std::string>> events;  // by correlation
    std::map<std::string, std::int64_t> newest;
    std::set<std::string> seen;
    std::size_t heard = 0;
    for (bool more = true; more;) {
      more = false;
      const Status status = consumer.Turn(
          [&](std::span<const amqp::Delivery> batch, const amqp::Durable&) {
            more = true;
            heard += batch.size();
            for (const amqp::Delivery& one : batch) {
              const std::string& caller = one.correlation_id.reveal();
              events[caller].insert(one.type);
              if (!seen.insert(one.message_id.reveal()).second) continue;  // told twice
              const auto json = Poco::JSON::Parser().parse(one.body.reveal()).extract<Json>();
              const auto id = json->getValue<std::int64_t>("event_id");
              EXPECT_LT(newest[caller], id) << "told out of order";
              newest[caller] = id;
            }
            return Status();
          },
          {});
      ASSERT_TRUE(status.ok()) << status.text();
    }
    for (int n = 1; n <= post_.count; ++n) {
      const std::set<std::string>& told = events[Agency::Identifier(n)];
      if (Post::IsBad(n)) {
        EXPECT_TRUE(told.contains("rejected")) << n;
      } else {
        EXPECT_TRUE(told.contains("queued") && told.contains("accepted")) << n;
      }
    }
    std::cout << fmt::format("chaos: {} events, {} of them told again\n", seen.size(),
                             heard - seen.size());
  }

  const Post post_;
  SimulatorFixture reg_{{.scenario = "latency = \"30ms\""}};
  std::unique_ptr<PostgresServer> postgres_;
  const std::string database_;
  TempDir keys_;
  const std::string queue_ = rabbit().Fresh("inn");
  const std::string exchange_ = rabbit().Fresh("ut");
  const std::string outcomes_ = rabbit().Fresh("svar");
  TcpGate broker_gate_{rabbit().port()};
  std::vector<std::unique_ptr<TcpGate>> db_gates_;
  std::string password_file_;
  std::vector<std::unique_ptr<Agency>> workers_;
  std::atomic<int> fed_{0};  // feeders that are done
  int faults_ = 0, repeated_ = 0;
};

TEST_F(ChaosTest, NothingIsLostAlteredOrOvertaken) {
  for (const char* event :
       {"amqp-intake-failed", "outcomes-failed", "sql-intake-failed", "duty-not-run", "store-busy",
        "store-failed", "tick-failed", "alarm-raised", "settle-failed", "claim-failed",
        "probe-failed", "recover-failed", "load-failed"}) {
    LogWatch::Allow(event);
  }
  MakeWorkers();
  for (const auto& worker : workers_) worker->StartWorker();
  std::thread amqp([this] { FeedByAmqp(); });
  std::thread sql([this] { FeedBySql(); });
  // Each kind of fault at the least, and on until all is handed in.
  for (int turn = 0; turn < 8 || fed_ < 2; ++turn) {
    AwaitProgress();
    DoFault(turn);
  }
  amqp.join();
  sql.join();
  const SteadyTime last = std::chrono::steady_clock::now();
  EXPECT_TRUE(Eventually([&] { return IsSettled(); }, kSettledWithin))
      << Sql("SELECT * FROM utboks.tally") << " of " << post_.Good();
  std::cout << fmt::format(
      "chaos: settled {} ms after the last fault\n",
      std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - last).count());
  JudgeOutcomes();
  for (const auto& worker : workers_) worker->StopWorker();
  JudgeJournal();
  // What came twice because its acknowledgement was lost is refused, and kept, twice.
  EXPECT_GE(std::stoi(Sql("SELECT rejected FROM utboks.tally")), post_.count / kBadEach);
  EXPECT_EQ(Sql("SELECT count(*) FROM utboks.message WHERE ahead > 0"), "0");
  const auto connection = *amqp::Connection::Open(Connecting());
  EXPECT_EQ(*connection->LookAtQueue(queue_), 0U);
  EXPECT_EQ(*connection->LookAtQueue(queue_ + ".dead"), 0U);
}

}  // namespace
}  // namespace utboks::testing

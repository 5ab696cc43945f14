// Messages put in by SQL, in transactions of the agency's own, by a role that can do
// nothing else; and the events that come of them.
#include <Poco/JSON/Array.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <map>
#include <memory>
#include <set>
#include <thread>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/support/postgres_server.h"
#include "tests/support/read_file.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Closer {
  void operator()(PGconn* db) const { PQfinish(db); }
  void operator()(PGresult* result) const { PQclear(result); }
};

// A connection of the agency's own program.
class Client {
 public:
  explicit Client(const std::string& url) : db_(PQconnectdb(url.c_str())) {
    EXPECT_EQ(PQstatus(db_.get()), CONNECTION_OK) << PQerrorMessage(db_.get());
  }
  // The first value; where it fails, the SQLSTATE.
  std::string Sql(const std::string& sql, const std::vector<std::string>& values = {}) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    const std::unique_ptr<PGresult, Closer> result(
        PQexecParams(db_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                     pointers.data(), nullptr, nullptr, 0));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK) return "";
    if (status != PGRES_TUPLES_OK) return PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
  }
  std::string Enqueue(const std::string& document, const std::string& correlation = "",
                      const std::string& ressurs = "doedsfall_v1") {
    return Sql("SELECT utboks.enqueue($1, $2::text, correlation => nullif($3, ''))",
               {ressurs, document, correlation});
  }

 private:
  std::unique_ptr<PGconn, Closer> db_;
};

class SqlTest : public ::testing::Test {
 protected:
  SqlTest() : database_(server().MakeDatabase()), role_("etat_" + database_) {}
  ~SqlTest() override {
    server().DropDatabase(database_);
    server().Sql("postgres", "DROP ROLE IF EXISTS " + role_);
  }
  static PostgresServer& server() { return PostgresServer::Shared(); }
  std::string Admin(const std::string& sql) { return server().Sql(database_, sql); }

  void Share(Agency& agency, const std::string& worker = "one") {
    agency.SetText("outbox.store", server().Url(database_));
    agency.SetText("outbox.key_file", keys_.File("keys"));
    agency.SetText("outbox.worker", worker);
    agency.Ask({"migrate"});
    // As docs/sql.md tells whoever owns the store.
    Admin("CREATE TABLE IF NOT EXISTS public.sak (nr SERIAL, avgjort TIMESTAMPTZ)");
    Admin(fmt::format(
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{0}') THEN"
        " CREATE ROLE {0} LOGIN; END IF; END $$;"
        "GRANT ALL ON public.sak, public.sak_nr_seq TO {0};"
        "GRANT USAGE ON SCHEMA utboks TO {0};"
        "GRANT EXECUTE ON FUNCTION utboks.enqueue(text, bytea, text[], timestamptz, text),"
        " utboks.enqueue(text, text, text[], timestamptz, text),"
        " utboks.attach(uuid, text, text, bytea) TO {0};"
        "GRANT INSERT (ressurs, melding, order_keys, not_before, correlation)"
        " ON utboks.received TO {0};",
        role_));
  }
  std::string Url() const {
    return fmt::format("postgresql://{}@/{}?host={}", role_, database_, server().folder());
  }
  // A letter that the test's end will look for.
  static std::string Letter(Agency& agency, int n, int person = 0) {
    agency.Letter(n, person);
    return DeathNotice(Agency::Identifier(n), PersonNumber(person == 0 ? n : person));
  }
  bool AwaitInState(const std::string& state, int count) {
    const std::string sql = "SELECT count(*) FROM utboks.message WHERE state = " + state;
    return Eventually([&] { return Admin(sql) == std::to_string(count); },
                      std::chrono::seconds(60));
  }

  const std::string database_, role_;
  TempDir keys_;
};

TEST_F(SqlTest, WhatTheAgencyCommitsArrivesAndWhatItTakesBackWasNever) {
  SimulatorFixture reg;
  Agency agency(reg);
  Share(agency);
  Client client(Url());
  client.Sql("BEGIN");
  client.Sql("INSERT INTO sak (avgjort) VALUES (now())");
  const std::string id = client.Enqueue(Letter(agency, 1));
  ASSERT_EQ(id.size(), 36U) << id;
  EXPECT_TRUE(agency.Ask({"list"}).empty()) << "not committed yet";
  client.Sql("COMMIT");
  const std::vector<Json> received = agency.Ask({"list", "--state", "received"});
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(Get(received[0], "id"), id);
  EXPECT_EQ(Get(received[0], "ressurs"), "doedsfall_v1");
  EXPECT_EQ(agency.StateOf(id), "received");
  EXPECT_EQ(Get(agency.Status()->getObject("states"), "received"), "1");
  client.Sql("BEGIN");
  client.Enqueue(Letter(agency, 2));
  client.Sql("ROLLBACK");
  agency.Drain();
  EXPECT_EQ(agency.StateOf(id), "accepted");
  ASSERT_EQ(reg.Accepted().size(), 1U);
  const std::vector<Json> events = agency.Ask({"events"});
  EXPECT_EQ(Get(events[0], "event"), "queued");
  EXPECT_EQ(Get(events[0], "from"), "received");
  EXPECT_EQ(Get(events[0], "actor"), "sql:" + role_);
  EXPECT_EQ(Admin("SELECT count(*) FROM utboks.received"), "0");
  EXPECT_EQ(client.Sql("SELECT count(*) FROM sak"), "1");
}

TEST_F(SqlTest, RefusedIsKeptAndTold) {
  SimulatorFixture reg;
  Agency agency(reg);
  Share(agency);
  Client client(Url());
  const std::string bad = client.Enqueue(DeathNotice("sak-1", WrongNumber(1)), "sak 1");
  const std::string none = client.Enqueue("<feil/>", "", "ingen_v1");
  const std::string good = client.Enqueue(Letter(agency, 2));
  const std::string again = client.Enqueue(Letter(agency, 2));
  const std::string taken = client.Enqueue(DeathNotice(Agency::Identifier(2), PersonNumber(3)));
  agency.Drain();
  EXPECT_EQ(agency.StateOf(bad), "rejected");
  EXPECT_EQ(Get(agency.Show(bad), "reason"), "invalid");
  EXPECT_GE(agency.Show(bad)->getObject("error")->getArray("violations")->size(), 1U);
  EXPECT_EQ(agency.StateOf(none), "rejected");
  EXPECT_EQ(agency.StateOf(good), "accepted");
  EXPECT_EQ(Get(agency.Show(again), "id"), good) << "one message, and both ids lead to it";
  EXPECT_EQ(Get(agency.Show(taken), "reason"), "identifier-taken");
  EXPECT_EQ(reg.Accepted().size(), 1U);
  // The corrected document, under the identifier that the refused one had.
  const std::string corrected = client.Enqueue(DeathNotice("sak-1", PersonNumber(1)));
  agency.Drain();
  EXPECT_EQ(agency.StateOf(corrected), "accepted");
  EXPECT_EQ(Get(agency.Show("sak-1"), "id"), corrected);
}

TEST_F(SqlTest, EveryEventHasTheShapeThatIsDescribed) {
  SimulatorFixture reg({.scenario = "[[step]]\nkind = \"answer\"\nstatus = 500\nuntil = \"1s\"\n"});
  Agency agency(reg);
  Share(agency);
  Client client(Url());
  client.Enqueue(DeathNotice("sak-1", WrongNumber(1)), "sak 1");
  client.Enqueue("<feil/>", "", "ingen_v1");
  for (int n = 1; n <= 5; ++n) client.Enqueue(Letter(agency, n));
  LogWatch::Allow("alarm-raised");
  agency.Drain();
  const std::string id = client.Enqueue(Letter(agency, 9));
  agency.Ask({"pause", "--why", "look", "doedsfall_v1"});
  agency.StartWorker();
  ASSERT_TRUE(agency.AwaitState(id, "due"));
  agency.Ask({"hold", "--why", "look", id});
  agency.Ask({"cancel", "--why", "gone", id});
  agency.Ask({"resume", "--why", "done", "doedsfall_v1"});
  agency.StopWorker();
  const Finished events = agency.Run({"events", "--json"});
  const Finished shape =
      RunToEnd({.argv = {"/usr/bin/python3", UTBOKS_SOURCE_DIR "/tests/system/event_shape.py",
                         UTBOKS_SOURCE_DIR "/schemas/outcome-event.schema.json"},
                .input = events.out});
  EXPECT_EQ(shape.code(), 0) << shape.err;
  EXPECT_GE(std::stoi("0" + shape.out), 15) << shape.out;
  // And the description says no to what is none.
  for (const std::string bad :
       {R"({"version":2})", R"({"version":1,"stream":"x","event_id":0})",
        R"({"version":1,"stream":"0193e2a0-0000-7000-8000-000000000001.ff","event_id":1,)"
        R"("time":"2026-11-18T11:06:40.123Z","event":"held","reason":null,"actor":null})"}) {
    EXPECT_EQ(
        RunToEnd({.argv = {"/usr/bin/python3", UTBOKS_SOURCE_DIR "/tests/system/event_shape.py",
                           UTBOKS_SOURCE_DIR "/schemas/outcome-event.schema.json"},
                  .input = bad + "\n"})
            .code(),
        1)
        << bad;
  }
}

TEST_F(SqlTest, TheRoleCanPutInAndNothingElse) {
  SimulatorFixture reg;
  Agency agency(reg);
  Share(agency);
  Client client(Url());
  EXPECT_EQ(client.Enqueue(Letter(agency, 1)).size(), 36U);
  EXPECT_EQ(client.Sql("INSERT INTO utboks.received (ressurs, melding, correlation)"
                       " VALUES ('doedsfall_v1', convert_to($1, 'UTF8'), 'sak 2')",
                       {Letter(agency, 2)}),
            "");
  for (const std::string sql :
       {"SELECT * FROM utboks.received", "SELECT * FROM utboks.message",
        "DELETE FROM utboks.received", "UPDATE utboks.received SET ressurs = 'x'",
        "INSERT INTO utboks.received (ressurs, melding, role) VALUES ('x', 'x', 'boss')",
        "INSERT INTO utboks.history (id) VALUES (1)"}) {
    EXPECT_EQ(client.Sql(sql), "42501") << sql << ": not allowed";
  }
  agency.Drain();
  EXPECT_EQ(agency.States().size(), 2U);
  // What is wrong with a row by itself is said at once, in the agency's own transaction.
  EXPECT_EQ(client.Sql("SELECT utboks.enqueue('', 'x'::text)"), "23514");
  EXPECT_EQ(client.Sql("SELECT utboks.enqueue('doedsfall_v1', ''::text)"), "23514");
  EXPECT_EQ(client.Sql("SELECT utboks.enqueue('doedsfall_v1', 'x'::text, ARRAY[NULL])"), "23514");
  EXPECT_EQ(client.Enqueue("x", std::string(256, 'k')), "23514");
  // And nobody else may.
  Admin("CREATE ROLE utenfor_" + database_ + " LOGIN");
  Client other(
      fmt::format("postgresql://utenfor_{}@/{}?host={}", database_, database_, server().folder()));
  EXPECT_EQ(other.Enqueue("<x/>"), "42501");
  Admin("DROP ROLE utenfor_" + database_);
}

TEST_F(SqlTest, AttachmentsGoInWithTheirMessage) {
  SimulatorFixture reg;
  Agency agency(reg);
  Share(agency);
  Client client(Url());
  const std::string example =
      UTBOKS_SOURCE_DIR "/schemas/examples/RekvisisjonAvDNummer_5.0_med_vedlegg";
  client.Sql("BEGIN");
  client.Sql("SAVEPOINT a");  // of a part of it too
  const std::string id =
      client.Enqueue(ReadFile(example + ".xml"), "", "rekvisisjon_av_dnummer_v5.vedlegg");
  ASSERT_EQ(id.size(), 36U) << id;
  client.Sql("RELEASE a");
  for (const std::string name : {"rekvisisjon.pdf", "pass.pdf"}) {
    EXPECT_EQ(client.Sql("SELECT utboks.attach($1::uuid, $2, 'application/pdf', "
                         "convert_to($3, 'UTF8'))",
                         {id, name, ReadFile(example + "/" + name)}),
              "");
  }
  client.Sql("COMMIT");
  EXPECT_EQ(client.Sql("SELECT utboks.attach($1::uuid, 'sen.pdf', 'application/pdf', 'x')", {id}),
            "23503")
      << "its transaction is over";
  agency.Drain();
  EXPECT_EQ(agency.StateOf(id), "accepted");
  EXPECT_EQ(reg.Accepted().size(), 1U);
}

TEST_F(SqlTest, OrderKeysNotBeforeAndOrderOfTheRows) {
  SimulatorFixture reg({.scenario = "latency = \"5ms\""});
  Agency agency(reg);
  Share(agency);
  Client client(Url());
  const std::string later = client.Sql(
      "SELECT utboks.enqueue('doedsfall_v1', $1::text, not_before => now() + interval '1 hour')",
      {Letter(agency, 100)});
  for (int n = 1; n <= 70; ++n) {
    ASSERT_EQ(client
                  .Sql("SELECT utboks.enqueue('doedsfall_v1', $1::text, ARRAY['sak 7', ''])",
                       {Letter(agency, n)})
                  .size(),
              36U);
  }
  agency.StartWorker();
  ASSERT_TRUE(AwaitInState("5", 70));
  agency.StopWorker();
  EXPECT_EQ(agency.StateOf(later), "due");
  std::vector<std::string> order, sent;
  for (const JournalLine& line : reg.Accepted()) order.push_back(line.identifier);
  for (int n = 1; n <= 70; ++n) sent.push_back(Agency::Identifier(n));
  EXPECT_EQ(order, sent);
}

// Two workers, and whoever takes in is killed again and again.
TEST_F(SqlTest, KilledWorkersLoseNothingAndAnotherTakesIn) {
  SimulatorFixture reg;
  Agency one(reg), two(reg);
  for (Agency* agency : {&one, &two}) {
    agency->Set("delivery.crash_limit", "0");
    agency->Set("delivery.in_doubt_resends", "50");
    agency->SetText("register.connect_timeout", "2s");
    agency->SetText("register.response_timeout", "5s");
  }
  Share(one, "one");
  Share(two, "two");
  Client client(Url());
  two.StartWorker();
  int n = 0;
  for (int round = 0; round < 3; ++round) {
    one.StartWorker();
    for (int i = 0; i < 100; ++i) ASSERT_EQ(client.Enqueue(Letter(one, ++n)).size(), 36U);
    const std::string some =
        "SELECT count(*) > " + std::to_string(round * 100 + 20) + " FROM utboks.message";
    ASSERT_TRUE(Eventually([&] { return Admin(some) == "t"; }, std::chrono::seconds(60)));
    one.KillWorker();
  }
  ASSERT_TRUE(AwaitInState("5", 300));
  two.StopWorker();
  EXPECT_EQ(Admin("SELECT count(*) FROM utboks.received"), "0");
  EXPECT_EQ(Admin("SELECT count(*) FROM utboks.message"), "300");
  std::map<std::string, std::string> arrived;  // a doubt is sent again: with the same bytes
  for (const JournalLine& line : reg.Accepted()) {
    EXPECT_EQ(arrived.insert({line.identifier, line.sha256}).first->second, line.sha256);
  }
  EXPECT_EQ(arrived.size(), 300U);
}

TEST_F(SqlTest, TheExamplesPutInWithTheAgencysOwnChange) {
  SimulatorFixture reg;
  Agency agency(reg);
  Share(agency);
  const std::vector<std::vector<std::string>> programs = {
      {UTBOKS_EXAMPLE},
      {"/usr/bin/python3", UTBOKS_SOURCE_DIR "/examples/enqueue_by_sql/enqueue.py"}};
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < programs.size(); ++i) {
    const std::string letter = agency.Letter(static_cast<int>(i) + 1);
    std::vector<std::string> argv = programs[i];
    argv.insert(argv.end(), {Url(), "doedsfall_v1", letter, "sak 4711"});
    const Finished done = RunToEnd({.argv = argv});
    ASSERT_EQ(done.code(), 0) << done.err;
    ids.push_back(done.out.substr(0, 36));
    // What the outbox does not take, the agency has not done either.
    argv[argv.size() - 1] = std::string(300, 'x');
    EXPECT_NE(RunToEnd({.argv = argv}).code(), 0);
  }
  EXPECT_EQ(Admin("SELECT count(*) FROM public.sak"), std::to_string(programs.size()));
  agency.Drain();
  for (const std::string& id : ids) EXPECT_EQ(agency.StateOf(id), "accepted");
}

}  // namespace
}  // namespace utboks::testing

// A server that crashes while it commits, and gives the transaction's number again: what was
// lost must not pass for what came in its place.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>
#include <string>
#include <thread>

#include "queue/open_store.h"
#include "tests/support/eventually.h"
#include "tests/support/postgres_server.h"
#include "tests/support/tcp_gate.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

NewRow Row(const std::string& name) {
  NewRow row;
  row.ressurs = "doedsfall_v1";
  row.identifikator = SensitiveText(name);
  row.document = SensitiveText("<melding>" + name + "</melding>");
  row.edition = "1.2";
  row.schema_hash = "abc";
  row.actor = "test";
  return row;
}

// Holds what a commit waits for, as long as it lives.
class Holder {
 public:
  explicit Holder(const std::string& url) : db_(PQconnectdb(url.c_str()), &PQfinish) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> locked(
        PQexec(db_.get(), "SELECT pg_advisory_lock(42)"), &PQclear);
    EXPECT_EQ(PQresultStatus(locked.get()), PGRES_TUPLES_OK) << PQerrorMessage(db_.get());
  }

 private:
  const std::unique_ptr<PGconn, decltype(&PQfinish)> db_;
};

class PostgresLostCommit : public ::testing::Test {
 protected:
  // Nothing of what is not committed is on the disk when it crashes.
  PostgresLostCommit()
      : server_(PostgresServer::Own("SETTINGS='wal_writer_delay = 10000'")),
        database_(server_->MakeDatabase()),
        gate_(server_->folder() + "/.s.PGSQL.5432") {}

  void SetUp() override {
    StoreOptions options;
    options.url = "postgresql://utboks@127.0.0.1:" + std::to_string(gate_.port()) + "/" +
                  database_ + "?sslmode=disable";
    options.key_file = keys_.File("keys");
    options.environment = "test";
    options.organisation_number = "100101688";
    options.host = "host";
    options.worker = "one";
    options.delivery.rate_limit_per_minute = 0;
    options.create = options.migrate = true;
    auto store = OpenStore(options);
    ASSERT_TRUE(store.ok()) << store.status().text();
    store_ = std::move(*store);
    ASSERT_TRUE(Put("before").ok());
    // A commit of a record now waits for an advisory lock, until all is decided but the
    // commit itself.
    Sql("CREATE FUNCTION wait() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_advisory_xact_lock(42); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON utboks.record"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()");
  }

  std::string Sql(const std::string& sql) const { return server_->Sql(database_, sql); }
  Status Put(const std::string& name) {
    const NewRow row = Row(name);
    const auto done = store_->Insert({&row, 1}, InsertMode::kEachAlone);
    return done.ok() ? done->front().status : done.status();
  }
  bool IsThere(const std::string& name) {
    const auto found = store_->Find(name, false);
    EXPECT_TRUE(found.ok() || found.code() == Code::kNotFound) << found.status().text();
    return found.ok();
  }
  bool AwaitCommit() const {
    return Eventually([&] {
      return Sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'") == "1";
    });
  }

  std::unique_ptr<PostgresServer> server_;
  const std::string database_;
  const TempDir keys_;
  TcpGate gate_;
  std::unique_ptr<Store> store_;
};

TEST_F(PostgresLostCommit, AnotherThatGotItsNumberIsNotTakenForIt) {
  const Holder holder(server_->Url(database_));
  Status told;
  std::thread putter([&] { told = Put("lost"); });
  ASSERT_TRUE(AwaitCommit());
  const std::string number =
      Sql("SELECT backend_xid FROM pg_stat_activity WHERE wait_event = 'advisory'");
  gate_.Shut(true);
  server_->Restart("immediate");
  // Others' transactions, until the lost one's number has been given again.
  Sql("CREATE TABLE public.other (nr INTEGER)");
  while (Sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint > " + number) != "t") {
    Sql("INSERT INTO public.other VALUES (1)");
  }
  Sql("INSERT INTO public.other VALUES (1)");
  EXPECT_EQ(Sql("SELECT pg_xact_status('" + number + "'::xid8)"), "committed")
      << "what it is about: the number tells nothing";
  gate_.Shut(false);
  putter.join();
  EXPECT_FALSE(told.ok());
  EXPECT_FALSE(IsThere("lost"));
  Sql("DROP TRIGGER wait ON utboks.record");
  EXPECT_TRUE(Put("lost").ok());
  EXPECT_TRUE(IsThere("lost"));
}

TEST_F(PostgresLostCommit, OneWhoseAnswerAloneWasLostIsKnownToBeThere) {
  auto holder = std::make_unique<Holder>(server_->Url(database_));
  Status told(Code::kInternal, "");
  std::thread putter([&] { told = Put("there"); });
  ASSERT_TRUE(AwaitCommit());
  gate_.Cut();
  // The server learns of the cut when it answers: it commits.
  holder.reset();
  putter.join();
  EXPECT_TRUE(told.ok()) << told.text();
  EXPECT_TRUE(IsThere("there"));
}

}  // namespace
}  // namespace utboks::testing

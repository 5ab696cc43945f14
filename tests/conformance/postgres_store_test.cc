// What is PostgreSQL's alone: its server goes, comes back, and is another one.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "tests/conformance/postgres_maker.h"
#include "tests/conformance/postgres_only.h"
#include "tests/conformance/store_fixture.h"

namespace utboks::testing {
namespace {

class PostgresStoreTest : public StoreTest {
 protected:
  PostgresMaker& maker() { return static_cast<PostgresMaker&>(*maker_); }
  std::string Sql(const std::string& sql) {
    return PostgresServer::Shared().Sql(maker().database(), sql);
  }
  void EndConnections() {
    Sql("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()");
  }
  // As a standby, for whoever connects from now on.
  void OnlyReads(bool only) {
    PostgresServer::Shared().Sql("postgres", "ALTER DATABASE " + maker().database() +
                                                 (only ? " SET default_transaction_read_only = on"
                                                       : " RESET default_transaction_read_only"));
    if (only) EndConnections();
  }
};

TEST_P(PostgresStoreTest, AServerThatWasAwayBetweenTwoCallsIsNotNoticed) {
  const Inserted one = Put(Row("one"));
  EndConnections();
  EXPECT_EQ(See(one.id).state, State::kDue);
  EndConnections();
  SendOne(Accepted());
  EndConnections();
  EXPECT_TRUE(store_->Tick().ok());
  EXPECT_EQ(StateOf(one.id), State::kAccepted);
}

TEST_P(PostgresStoreTest, AServerThatOnlyReadsIsLeftForOneThatWrites) {
  OnlyReads(true);
  const NewRow row = Row("one");
  const auto refused = store_->Insert({&row, 1}, InsertMode::kEachAlone);
  EXPECT_EQ(refused.code(), Code::kBusy) << refused.status().text();
  OnlyReads(false);
  // The connection was given up: nobody had to end it.
  EXPECT_TRUE(Put(row).is_new);
}

TEST_P(PostgresStoreTest, AWorkersNameIsItsOwnAgainWhenTheServerIsBack) {
  options_.as_worker = true;
  Open();
  EndConnections();
  EXPECT_TRUE(store_->Tick().ok());
  // It would take back what the first one is sending.
  const auto second = maker_->Open(options_);
  EXPECT_EQ(second.code(), Code::kBusy) << second.status().text();
}

TEST_P(PostgresStoreTest, WhatAFormerLifeWasSendingIsTakenBackThoughTheFirstTryFails) {
  const Inserted one = Put(Row("one"));
  ClaimUpTo(1);
  options_.as_worker = true;
  Open();
  Sql("CREATE FUNCTION utboks.refuse() RETURNS trigger LANGUAGE plpgsql AS"
      " $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '57014'; END$$;"
      "CREATE TRIGGER refuse BEFORE DELETE ON utboks.lease"
      " FOR EACH ROW EXECUTE FUNCTION utboks.refuse()");
  EXPECT_EQ(store_->RecoverDead().code(), Code::kBusy);
  Sql("DROP TRIGGER refuse ON utboks.lease");
  const Result<int> dead = store_->RecoverDead();
  ASSERT_TRUE(dead.ok()) << dead.status().text();
  EXPECT_EQ(*dead, 1);
  EXPECT_NE(StateOf(one.id), State::kSending);
}

TEST_P(PostgresStoreTest, ACommitElsewhereWakesWhoWaits) {
  Result<std::unique_ptr<Store>> other = maker_->Open(options_);
  ASSERT_TRUE(other.ok()) << other.status().text();
  // The first call begins to listen and comes back at once, the second at its time.
  store_->WaitForChange(clock_.Steady(), std::stop_token());
  store_->WaitForChange(clock_.Steady(), std::stop_token());
  const NewRow row = Row("one");
  ASSERT_TRUE((*other)->Insert({&row, 1}, InsertMode::kEachAlone).ok());
  // By the clock of the test this would never end.
  store_->WaitForChange(clock_.Steady() + std::chrono::hours(1), std::stop_token());
}

UTBOKS_INSTANTIATE_POSTGRES(PostgresStoreTest);

}  // namespace
}  // namespace utboks::testing

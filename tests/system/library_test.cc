// An agency's program hands in beside a worker, by the library, from the worker's own
// configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utboks/outbox.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/postgres_server.h"
#include "tests/support/read_file.h"
#include "tests/system/agency.h"

namespace utboks::testing {
namespace {

// Goes after the agency, whose end still looks into it.
class Database {
 public:
  Database() : name_(PostgresServer::Shared().MakeDatabase()) {}
  ~Database() { PostgresServer::Shared().DropDatabase(name_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  std::string url() const { return PostgresServer::Shared().Url(name_); }

 private:
  std::string name_;
};

class LibraryTest : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Stores, LibraryTest, ::testing::Values("Sqlite", "Postgres"),
                         [](const auto& store) { return store.param; });

TEST_P(LibraryTest, WhatAProgramHandsInIsSentByTheWorkerBesideIt) {
  SimulatorFixture reg;
  std::optional<Database> database;
  Agency agency(reg);
  if (GetParam() == "Postgres") {
    database.emplace();
    agency.SetText("outbox.store", database->url());
    agency.SetText("outbox.key_file", agency.keys());
  }
  agency.StartWorker();
  outbox::Options options;
  options.config_file = agency.config_file();
  options.actor = "fagsystem";
  const auto opened = outbox::Outbox::Open(options);
  ASSERT_TRUE(opened.status.ok()) << opened.status.text;

  std::vector<outbox::Document> documents;
  for (int n = 1; n <= 20; ++n) {
    documents.push_back({"doedsfall_v1", ReadFile(agency.Letter(n))});
  }
  const auto answers = opened.outbox->Enqueue(documents, outbox::Batch::kAllOrNone);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(answers[i].status.ok()) << answers[i].status.text;
    EXPECT_EQ(answers[i].identifikator, Agency::Identifier(static_cast<int>(i) + 1));
    ASSERT_TRUE(agency.AwaitState(answers[i].id, "accepted"));
  }
  EXPECT_EQ(reg.Accepted().size(), answers.size());
  const auto found = opened.outbox->Find(answers[0].identifikator);
  ASSERT_TRUE(found.status.ok()) << found.status.text;
  EXPECT_EQ(found.message.state, outbox::State::kAccepted);
  EXPECT_EQ(found.message.reference, Get(agency.Show(answers[0].id), "folkeregisterReferanse"));
  EXPECT_EQ(found.message.attempts, 1);

  // The history says who handed it in.
  int handed_in = 0;
  for (const Json& event : agency.Ask({"events"})) {
    handed_in += Get(event, "actor") == "lib:fagsystem" ? 1 : 0;
  }
  EXPECT_EQ(handed_in, 20);

  // The program at the same door: it is there already.
  const auto again = agency.Ask({"enqueue", "--ressurs", "doedsfall_v1", agency.Letter(1)});
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(Get(again[0], "id"), answers[0].id);
  EXPECT_EQ(Get(again[0], "new"), "false");
}

}  // namespace
}  // namespace utboks::testing

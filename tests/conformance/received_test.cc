// What was put in by SQL, as the store hands it over: in groups that have a bound, and each
// row to one worker.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/conformance/postgres_maker.h"
#include "tests/conformance/postgres_only.h"
#include "tests/conformance/store_fixture.h"

namespace utboks::testing {
namespace {

class ReceivedTest : public StoreTest {
 protected:
  std::string Sql(const std::string& sql) {
    return PostgresServer::Shared().Sql(static_cast<PostgresMaker&>(*maker_).database(), sql);
  }
  void PutIn(const std::string& document, const std::string& more = "") {
    Sql("SELECT utboks.enqueue('doedsfall_v1', '" + document + "'::text" + more + ")");
  }
  std::vector<ReceivedRow> Received(int most, std::int64_t most_bytes = 1'000) {
    Result<std::vector<ReceivedRow>> rows = store_->Received(most, most_bytes);
    EXPECT_TRUE(rows.ok()) << rows.status().text();
    return rows.ok() ? *std::move(rows) : std::vector<ReceivedRow>();
  }
  static NewRow MessageOf(const ReceivedRow& row) {
    NewRow message = Row(row.document.reveal());
    message.received = row.nr;
    message.id = row.id;
    message.answer_later = true;
    return message;
  }
};

TEST_P(ReceivedTest, HandsOverAllThatWasGivenInOrder) {
  PutIn("a", ", ARRAY['k1', '{\"odd\",}'], '2030-01-01 00:00:00.5+00', 'sak 1'");
  PutIn("b");
  PutIn("c", ", '{}'");
  const std::vector<ReceivedRow> rows = Received(10);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].document.reveal(), "a");
  EXPECT_EQ(rows[0].ressurs, "doedsfall_v1");
  EXPECT_EQ(rows[0].role, "utboks");
  ASSERT_TRUE(rows[0].order_keys.has_value());
  ASSERT_EQ(rows[0].order_keys->size(), 2U);
  EXPECT_EQ((*rows[0].order_keys)[1].reveal(), "{\"odd\",}");
  EXPECT_EQ(ToMillis(*rows[0].not_before), 1'893'456'000'500);
  EXPECT_EQ(rows[0].correlation.reveal(), "sak 1");
  EXPECT_FALSE(rows[1].order_keys.has_value());
  EXPECT_FALSE(rows[1].not_before.has_value());
  EXPECT_EQ(rows[1].correlation.reveal(), "");
  ASSERT_TRUE(rows[2].order_keys.has_value());
  EXPECT_TRUE(rows[2].order_keys->empty());
  EXPECT_LT(rows[0].nr, rows[1].nr);
  EXPECT_EQ(Received(10).size(), 3U) << "they stay until they are taken in";
}

TEST_P(ReceivedTest, AGroupHasABoundInRowsAndInBytes) {
  for (const char* document : {"aaaa", "bbbb", "cccc"}) PutIn(document);
  EXPECT_EQ(Received(2).size(), 2U);
  EXPECT_EQ(Received(10, 8).size(), 2U);
  EXPECT_EQ(Received(10, 7).size(), 1U);
  const std::vector<ReceivedRow> large = Received(10, 3);
  ASSERT_EQ(large.size(), 1U);
  EXPECT_TRUE(large[0].too_large);
  EXPECT_EQ(large[0].document.reveal(), "");
}

TEST_P(ReceivedTest, AttachmentsCountAndComeInTheirOrder) {
  Sql("WITH m AS (SELECT utboks.enqueue('doedsfall_v1', 'a'::text) AS id)"
      " SELECT utboks.attach(id, 'b.pdf', 'application/pdf', 'bbb'),"
      " utboks.attach(id, 'a.pdf', 'application/pdf', 'aaaa') FROM m");
  const std::vector<ReceivedRow> rows = Received(10, 8);
  ASSERT_EQ(rows.size(), 1U);
  ASSERT_EQ(rows[0].attachments.size(), 2U);
  EXPECT_EQ(rows[0].attachments[0].name.reveal(), "b.pdf");
  EXPECT_EQ(rows[0].attachments[1].bytes.reveal(), "aaaa");
  EXPECT_TRUE(Received(10, 7)[0].too_large);
  EXPECT_TRUE(Received(10, 7)[0].attachments.empty());
}

TEST_P(ReceivedTest, OneWorkerHasItAndTheOtherIsTold) {
  PutIn("a");
  const std::vector<ReceivedRow> rows = Received(10);
  const NewRow message = MessageOf(rows[0]);
  const Inserted first = Put(message);
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(first.id, rows[0].id);
  const Inserted late = Put(message);
  EXPECT_EQ(late.status.code(), Code::kNotFound);
  EXPECT_TRUE(Received(10).empty());
  EXPECT_EQ(store_->Events(0, 0, first.id)->front().from, State::kReceived);
  EXPECT_EQ(StateOf(first.id), State::kDue);
}

TEST_P(ReceivedTest, WhatFailsLeavesTheRowWhereItWas) {
  PutIn("a");
  NewRow message = MessageOf(Received(10)[0]);
  NewRow other = Row("x");
  ASSERT_TRUE(Put(other).is_new);
  other.document = SensitiveText("<melding>y</melding>");
  const std::vector<NewRow> both = {message, other};
  EXPECT_EQ(store_->Insert(both, InsertMode::kAllOrNone).code(), Code::kExists);
  EXPECT_EQ(Received(10).size(), 1U);
}

TEST_P(ReceivedTest, PeopleSeeItAsAMessage) {
  Put(Row("old"));
  PutIn("a");
  PutIn("b");
  Filter filter;
  EXPECT_EQ(store_->List(filter)->size(), 3U);
  filter.states = {State::kReceived};
  const Result<std::vector<MessageView>> seen = store_->List(filter);
  ASSERT_EQ(seen->size(), 2U);
  EXPECT_EQ((*seen)[0].state, State::kReceived);
  filter.states.clear();
  filter.limit = 1;  // page by page
  std::vector<State> states;
  for (;;) {
    const Result<std::vector<MessageView>> page = store_->List(filter);
    if (page->empty()) break;
    states.push_back(page->front().state);
    filter.below = page->front().seq;
  }
  EXPECT_EQ(states, (std::vector<State>{State::kReceived, State::kReceived, State::kDue}));
  const Uuid id = (*seen)[0].id;
  EXPECT_EQ(store_->Find(FormatUuid(id), false)->size(), 1U);
  EXPECT_TRUE(store_->Attempts(id, false)->empty());
  EXPECT_TRUE(store_->Events(0, 0, id)->empty());
  Act act;
  act.ids = {id};
  EXPECT_EQ(store_->Do(act)->front().status.code(), Code::kBusy);
  const Result<Overview> overview = store_->Look();
  for (const auto& [state, count] : overview->states) {
    EXPECT_EQ(count, state == State::kReceived ? 2 : state == State::kDue ? 1 : 0);
  }
}

UTBOKS_INSTANTIATE_POSTGRES(ReceivedTest);

}  // namespace
}  // namespace utboks::testing

// Putting in, finding and listing.

#include <string>
#include <thread>
#include <vector>

#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

class InsertTest : public StoreTest {};

TEST_P(InsertTest, ANewRowIsDueWithAnIdOfItsOwn) {
  const Inserted one = Put(Row("a"));
  EXPECT_TRUE(one.status.ok());
  EXPECT_TRUE(one.is_new);
  EXPECT_EQ(one.state, State::kDue);
  const MessageView view = See(one.id);
  EXPECT_EQ(view.identifikator.reveal(), "a");
  EXPECT_EQ(view.ressurs, "doedsfall_v1");
  EXPECT_EQ(view.edition, "1.2");
  EXPECT_EQ(view.received, clock_.Wall());
  EXPECT_EQ(view.attempts, 0);
  EXPECT_EQ(EventsOf(one.id), std::vector<std::string>{"queued"});
}

TEST_P(InsertTest, TheSameAgainIsTheSameMessage) {
  const Inserted first = Put(Row("a", {"key"}));
  const Inserted again = Put(Row("a", {"key"}));
  EXPECT_TRUE(again.status.ok());
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(ClaimUpTo(10).rows.size(), 1U);
}

TEST_P(InsertTest, OtherBytesUnderAnIdentifierAreRefused) {
  const Inserted first = Put(Row("a"));
  struct Case {
    const char* what;
    std::function<void(NewRow&)> change;
  };
  const Case cases[] = {
      {"another document", [](NewRow& row) { row.document = SensitiveText("<other/>"); }},
      {"one byte more", [](NewRow& row) { row.document.reveal() += ' '; }},
      {"another resource", [](NewRow& row) { row.ressurs = "foedsel_v1"; }},
      {"an attachment",
       [](NewRow& row) {
         row.attachments.push_back({SensitiveText("n"), "text/plain", SharedText("b")});
       }},
  };
  for (const Case& c : cases) {
    NewRow row = Row("a");
    c.change(row);
    const Inserted refused = Put(row);
    EXPECT_EQ(refused.status.code(), Code::kExists) << c.what;
    EXPECT_EQ(refused.id, first.id) << c.what;
    EXPECT_NE(refused.status.text().find(FormatUuid(first.id)), std::string::npos) << c.what;
  }
  EXPECT_EQ(ClaimUpTo(10).rows.size(), 1U);
}

TEST_P(InsertTest, IdentifiersAreComparedByteForByte) {
  EXPECT_TRUE(Put(Row("a")).is_new);
  EXPECT_TRUE(Put(Row("A")).is_new);
  EXPECT_TRUE(Put(Row("a ")).is_new);
  EXPECT_TRUE(Put(Row(std::string("a\0", 2))).is_new);
}

TEST_P(InsertTest, ManyInOneCallKeepTheirOrderAndStandAlone) {
  Put(Row("taken"));
  NewRow other = Row("taken");
  other.document = SensitiveText("<other/>");
  const std::vector<NewRow> rows = {Row("1"), other, Row("2"), Row("1")};
  const Result<std::vector<Inserted>> done = store_->Insert(rows, InsertMode::kEachAlone);
  ASSERT_TRUE(done.ok());
  EXPECT_TRUE((*done)[0].is_new);
  EXPECT_EQ((*done)[1].status.code(), Code::kExists);
  EXPECT_TRUE((*done)[2].is_new);
  EXPECT_FALSE((*done)[3].is_new);
  EXPECT_EQ((*done)[3].id, (*done)[0].id);
}

// Of one group each row sees those before it, and what stands, or stood, in its key.
TEST_P(InsertTest, ManyInOneCallSeeEachOther) {
  const Inserted sent = Put(Row("sent", {"k", "l"}));
  SendOne(Accepted());
  const Inserted waits = Put(Row("waits", {"m"}));
  std::vector<NewRow> rows = {Row("first", {"k"}),        Row("second", {"k", "m"}),
                              Row("first", {"k"}),        Row("first", {"other"}),
                              Row("sent", {"k", "l"}),    Row("alone", {"l"}),
                              Row("third", {"k", "new"}), Row("fourth", {"new"})};
  rows[3].document = SensitiveText("<andre/>");
  const Result<std::vector<Inserted>> done = store_->Insert(rows, InsertMode::kEachAlone);
  ASSERT_TRUE(done.ok()) << done.status().text();
  EXPECT_FALSE((*done)[2].is_new);
  EXPECT_EQ((*done)[2].id, (*done)[0].id);
  EXPECT_EQ((*done)[3].status.code(), Code::kExists);
  EXPECT_EQ((*done)[4].id, sent.id);
  EXPECT_EQ((*done)[4].state, State::kAccepted);
  std::vector<std::vector<Uuid>> turns;
  for (Claimed claimed = ClaimUpTo(10); !claimed.rows.empty(); claimed = ClaimUpTo(10)) {
    std::vector<Uuid>& turn = turns.emplace_back();
    for (const Lease& lease : claimed.rows) {
      turn.push_back(lease.id);
      Settle(lease, Accepted());
    }
  }
  const auto id = [&](std::size_t i) { return (*done)[i].id; };
  const std::vector<std::vector<Uuid>> expected = {
      {waits.id, id(0), id(5)}, {id(1)}, {id(6)}, {id(7)}};
  EXPECT_EQ(turns, expected);
}

TEST_P(InsertTest, AllOrNoneStoresNothingWhenOneIsRefused) {
  Put(Row("taken"));
  NewRow other = Row("taken");
  other.document = SensitiveText("<other/>");
  const std::vector<NewRow> rows = {Row("1"), other, Row("2")};
  const Result<std::vector<Inserted>> done = store_->Insert(rows, InsertMode::kAllOrNone);
  EXPECT_EQ(done.code(), Code::kExists);
  EXPECT_EQ(store_->Find("1", false).code(), Code::kNotFound);
  EXPECT_EQ(store_->Find("2", false).code(), Code::kNotFound);
}

TEST_P(InsertTest, WhatWentInComesOutByteForByte) {
  NewRow row = Row("a");
  row.document = SensitiveText(std::string("\xEF\xBB\xBF<m>\0\r\n\xF0\x9F\x98\x80</m>", 17));
  row.attachments.push_back(
      {SensitiveText("æøå.pdf"), "application/pdf", SharedText(std::string("\0\1\2\xff", 4))});
  row.attachments.push_back({SensitiveText("empty"), "text/plain", SharedText("")});
  const Inserted one = Put(row);
  const Claimed claimed = ClaimUpTo(1);
  ASSERT_EQ(claimed.rows.size(), 1U);
  const Result<Payload> payload = store_->Load(claimed.rows[0]);
  ASSERT_TRUE(payload.ok()) << payload.status().text();
  EXPECT_EQ(payload->document, row.document);
  EXPECT_EQ(payload->identifikator.reveal(), "a");
  EXPECT_EQ(payload->ressurs, "doedsfall_v1");
  ASSERT_EQ(payload->attachments.size(), 2U);
  EXPECT_EQ(payload->attachments[0].name, row.attachments[0].name);
  EXPECT_EQ(payload->attachments[0].type, "application/pdf");
  EXPECT_EQ(payload->attachments[0].bytes, row.attachments[0].bytes);
  EXPECT_EQ(payload->attachments[1].bytes.reveal(), "");
  const Result<Payload> content = store_->Content(one.id);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(content->document, row.document);
}

TEST_P(InsertTest, ManyThatAreLoadedAtOnceComeOutEachAsItWentIn) {
  constexpr int kMessages = 40;
  for (int nr = 0; nr < kMessages; ++nr) {
    NewRow row = Row(std::to_string(nr));
    if (nr % 7 == 0) {
      row.attachments.push_back(
          {SensitiveText("one.pdf"), "application/pdf", SharedText(std::to_string(nr))});
    }
    Put(row);
  }
  const Claimed claimed = ClaimUpTo(kMessages);
  ASSERT_EQ(claimed.rows.size(), std::size_t{kMessages});
  std::vector<std::jthread> threads;
  for (const Lease& lease : claimed.rows) {
    threads.emplace_back([&] {
      const Result<Payload> payload = store_->Load(lease);
      ASSERT_TRUE(payload.ok()) << payload.status().text();
      const std::string& name = payload->identifikator.reveal();
      EXPECT_EQ(payload->document.reveal(), "<melding>" + name + "</melding>");
      EXPECT_EQ(See(lease.id).identifikator.reveal(), name);
      ASSERT_EQ(payload->attachments.size(), std::stoi(name) % 7 == 0 ? 1U : 0U);
      for (const NewAttachment& one : payload->attachments) EXPECT_EQ(one.bytes.reveal(), name);
    });
  }
  threads.clear();
  Lease none = claimed.rows[0];
  none.seq = 1'000'000;
  EXPECT_EQ(store_->Load(none).code(), Code::kNotFound);
}

TEST_P(InsertTest, LoadedAheadEachAnswersForItsOwnLease) {
  NewRow with = Row("with");
  with.attachments.push_back({SensitiveText("a.pdf"), "application/pdf", SharedText("x")});
  Put(Row("first"));
  Put(with);
  Put(Row("last"));
  std::vector<Lease> leases = ClaimUpTo(3).rows;
  ASSERT_EQ(leases.size(), 3U);
  std::swap(leases[0], leases[2]);
  // Another message than its lease is of, and one that is not there.
  leases.push_back(leases[0]);
  leases[3].id = leases[1].id;
  leases.push_back(leases[0]);
  leases[4].seq = 1'000'000;
  const std::vector<std::optional<Payload>> ahead = store_->LoadAhead(leases);
  ASSERT_EQ(ahead.size(), 5U);
  ASSERT_TRUE(ahead[0] && ahead[2]);
  EXPECT_EQ(ahead[0]->document.reveal(), "<melding>last</melding>");
  EXPECT_EQ(ahead[2]->document.reveal(), "<melding>first</melding>");
  EXPECT_EQ(ahead[2]->identifikator.reveal(), "first");
  EXPECT_EQ(ahead[2]->ressurs, "doedsfall_v1");
  EXPECT_FALSE(ahead[1]) << "its attachments may be large";
  EXPECT_FALSE(ahead[3]);
  EXPECT_FALSE(ahead[4]);
  EXPECT_TRUE(store_->LoadAhead({}).empty());
}

TEST_P(InsertTest, LargeAttachmentsComeOutByteForByte) {
  NewRow row = Row("a");
  constexpr std::size_t kMebibyte = std::size_t{1} << 20;
  for (const std::size_t size :
       {kMebibyte - 1, kMebibyte, kMebibyte + 1, 2 * kMebibyte, 5 * kMebibyte / 2}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 257);
    row.attachments.push_back(
        {SensitiveText(std::to_string(size)), "application/pdf", SharedText(std::move(bytes))});
  }
  const Inserted one = Put(row);
  const Result<Payload> payload = store_->Content(one.id);
  ASSERT_TRUE(payload.ok()) << payload.status().text();
  ASSERT_EQ(payload->attachments.size(), row.attachments.size());
  for (std::size_t i = 0; i < row.attachments.size(); ++i) {
    EXPECT_EQ(payload->attachments[i].name, row.attachments[i].name);
    EXPECT_TRUE(payload->attachments[i].bytes == row.attachments[i].bytes) << i;
  }
}

TEST_P(InsertTest, FindsByIdIdentifierAndReference) {
  NewRow row = Row("a");
  row.saksreferanse = SensitiveText("2024/77");
  NewRow second = Row("b");
  second.saksreferanse = SensitiveText("2024/77");
  const Inserted one = Put(row);
  Put(second);
  EXPECT_EQ((*store_->Find(FormatUuid(one.id), false))[0].id, one.id);
  EXPECT_EQ((*store_->Find("a", false))[0].id, one.id);
  EXPECT_EQ(store_->Find("2024/77", true)->size(), 2U);
  EXPECT_EQ(store_->Find("2024/77", false).code(), Code::kNotFound);
  EXPECT_EQ(store_->Find("c", false).code(), Code::kNotFound);
  EXPECT_EQ(store_->Find("", true).code(), Code::kNotFound);
}

TEST_P(InsertTest, ListsNewestFirstByFilterAndPage) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(Put(Row("m" + std::to_string(i), {i < 2 ? "same" : "own" + std::to_string(i)},
                          i == 4 ? "foedsel_v1" : "doedsfall_v1"))
                      .id);
    clock_.Advance(Millis(1'000));
  }
  Filter filter;
  const auto listed = [&] {
    std::vector<Uuid> found;
    for (const MessageView& view : *store_->List(filter)) found.push_back(view.id);
    return found;
  };
  EXPECT_EQ(listed(), (std::vector<Uuid>{ids[4], ids[3], ids[2], ids[1], ids[0]}));
  filter.limit = 2;
  EXPECT_EQ(listed(), (std::vector<Uuid>{ids[4], ids[3]}));
  filter.below = See(ids[3]).seq;
  EXPECT_EQ(listed(), (std::vector<Uuid>{ids[2], ids[1]}));
  filter = Filter{};
  filter.ressurs = "foedsel_v1";
  EXPECT_EQ(listed(), (std::vector<Uuid>{ids[4]}));
  filter = Filter{};
  filter.blocked = true;
  EXPECT_EQ(listed(), (std::vector<Uuid>{ids[1]}));
  EXPECT_EQ(See(ids[1]).waits_for.kind, WaitsFor::Kind::kHead);
  EXPECT_EQ(See(ids[1]).waits_for.head, ids[0]);
  filter = Filter{};
  filter.since = ManualClock::kStart + Millis(1'000);
  filter.until = ManualClock::kStart + Millis(3'000);
  EXPECT_EQ(listed(), (std::vector<Uuid>{ids[2], ids[1]}));
  Decide(Decision::kHold, ids[2]);
  filter = Filter{};
  filter.states = {State::kHeld};
  EXPECT_EQ(listed(), (std::vector<Uuid>{ids[2]}));
  filter = Filter{};
  filter.reason = "operator";
  EXPECT_EQ(listed(), (std::vector<Uuid>{ids[2]}));
}

TEST_P(InsertTest, NotBeforeWaitsAndThenGoes) {
  NewRow row = Row("a", {"key"});
  row.not_before = clock_.Wall() + Millis(60'000);
  Put(row);
  const Inserted follower = Put(Row("b", {"key"}));
  Claimed claimed = ClaimUpTo(10);
  EXPECT_TRUE(claimed.rows.empty());
  EXPECT_EQ(claimed.ask_again, row.not_before);
  clock_.Advance(Millis(60'000));
  claimed = ClaimUpTo(10);
  ASSERT_EQ(claimed.rows.size(), 1U);
  EXPECT_NE(claimed.rows[0].id, follower.id);
}

TEST_P(InsertTest, ManyThreadsOnOneKeyLoseAndDoubleNothing) {
  constexpr int kThreads = 8, kEach = 40;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        // Every second one is put in by two threads.
        const std::string name =
            i % 2 == 0 ? "shared" + std::to_string(i) : std::to_string(t) + "/" + std::to_string(i);
        EXPECT_TRUE(Put(Row(name, {"key"})).status.ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int sent = 0;
  MessageSeq last = 0;
  for (;;) {
    const Claimed claimed = ClaimUpTo(5);
    if (claimed.rows.empty()) break;
    ASSERT_EQ(claimed.rows.size(), 1U) << "one key lets one through at a time";
    EXPECT_GT(claimed.rows[0].seq, last);
    last = claimed.rows[0].seq;
    Settle(claimed.rows[0], Accepted());
    ++sent;
  }
  EXPECT_EQ(sent, kEach / 2 + kThreads * kEach / 2);
}

UTBOKS_INSTANTIATE_STORES(InsertTest);

}  // namespace
}  // namespace utboks::testing

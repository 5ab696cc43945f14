// Handing in and looking up, on every store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utboks/outbox.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/postgres_server.h"
#include "tests/support/read_file.h"
#include "tests/support/temp_dir.h"

namespace utboks::outbox {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::string kExamples = std::string(UTBOKS_SCHEMAS) + "/examples/";
const std::string kNotADate = "the-day-before-yesterday";

std::string Between(std::string text, const std::string& element, const std::string& content) {
  const std::string open = "<" + element + ">";
  const std::size_t from = text.find(open) + open.size();
  text.replace(from, text.find('<', from) - from, content);
  return text;
}

Document Death(const std::string& identifikator) {
  return {"doedsfall_v1", Between(testing::ReadFile(kExamples + "MeldingOmDoedsfall_v1.0.xml"),
                                  "avsendersMeldingsidentifikator", identifikator)};
}

Document Broken(const std::string& identifikator) {
  Document document = Death(identifikator);
  document.bytes = Between(document.bytes, "doedsdato", kNotADate);
  return document;
}

Document Fatherhood() {
  const std::string name = "MeldingOmRegistreringAvFarskap_v1.0_med_vedlegg";
  Document document{"registrering_av_farskap_v1.vedlegg",
                    testing::ReadFile(kExamples + name + ".xml")};
  for (const char* file : {"signaturMor.xml", "farskap.pdf", "signaturFar.xml"}) {
    document.attachments.push_back({file, "", testing::ReadFile(kExamples + name + "/" + file)});
  }
  return document;
}

class OutboxTest : public ::testing::TestWithParam<std::string> {
 protected:
  OutboxTest() {
    options_.environment = false;
    options_.settings = {{"register.base_url", "https://localhost:1"},
                         {"register.organisation_number", "100101688"},
                         {"schemas.directory", ""},
                         {"outbox.store", "sqlite:" + dir_.File("outbox.db")},
                         {"outbox.key_file", dir_.File("keys")}};
    if (GetParam() == "Postgres") {
      database_ = testing::PostgresServer::Shared().MakeDatabase();
      options_.settings["outbox.store"] = testing::PostgresServer::Shared().Url(database_);
    }
    outbox_ = Open();
  }
  ~OutboxTest() override {
    outbox_.reset();
    if (!database_.empty()) testing::PostgresServer::Shared().DropDatabase(database_);
  }
  void SetUp() override { ASSERT_NE(outbox_, nullptr); }

  std::unique_ptr<Outbox> Open() {
    Opened opened = Outbox::Open(options_);
    EXPECT_TRUE(opened.status.ok()) << opened.status.text;
    return std::move(opened.outbox);
  }
  bool Knows(const std::string& id) { return outbox_->Find(id).status.ok(); }

  testing::TempDir dir_;
  std::string database_;
  Options options_;
  std::unique_ptr<Outbox> outbox_;
};

INSTANTIATE_TEST_SUITE_P(Stores, OutboxTest, ::testing::Values("Sqlite", "Postgres"),
                         [](const auto& store) { return store.param; });

TEST_P(OutboxTest, StoresOnceAndKnowsTheSameAgain) {
  const Answer first = outbox_->Enqueue(Death("sak-1"));
  ASSERT_TRUE(first.status.ok()) << first.status.text;
  EXPECT_THAT(first.id, SizeIs(36));
  EXPECT_EQ(first.identifikator, "sak-1");
  EXPECT_EQ(first.edition, "1.2");
  EXPECT_EQ(first.state, State::kDue);
  EXPECT_TRUE(first.is_new);

  const Answer again = outbox_->Enqueue(Death("sak-1"));
  EXPECT_TRUE(again.status.ok()) << again.status.text;
  EXPECT_EQ(again.id, first.id);
  EXPECT_FALSE(again.is_new);

  Document other = Death("sak-1");
  other.bytes = Between(other.bytes, "doedsdato", "2024-05-19");
  const Answer taken = outbox_->Enqueue(std::move(other));
  EXPECT_EQ(taken.status.code, Code::kTaken);
  EXPECT_EQ(taken.id, first.id);
  EXPECT_FALSE(taken.is_new);
}

TEST_P(OutboxTest, FindsByIdAndByIdentifierInEachOutbox) {
  const Answer answer = outbox_->Enqueue(Death("sak-1"));
  const std::unique_ptr<Outbox> other = Open();
  for (Outbox* outbox : {outbox_.get(), other.get()}) {
    for (const std::string& by : {answer.id, answer.identifikator}) {
      const Found found = outbox->Find(by);
      ASSERT_TRUE(found.status.ok()) << found.status.text;
      EXPECT_EQ(found.message.id, answer.id);
      EXPECT_EQ(found.message.identifikator, "sak-1");
      EXPECT_EQ(found.message.ressurs, "doedsfall_v1");
      EXPECT_EQ(found.message.edition, "1.2");
      EXPECT_EQ(found.message.state, State::kDue);
      EXPECT_EQ(found.message.attempts, 0);
      EXPECT_FALSE(found.message.unanswered);
      EXPECT_GT(found.message.received, Time() + std::chrono::hours(24));
    }
  }
  EXPECT_EQ(outbox_->Find("sak-2").status.code, Code::kNotFound);
  EXPECT_EQ(outbox_->Find("").status.code, Code::kNotFound);
}

TEST_P(OutboxTest, ARefusedDocumentLeavesNoTraceAndIsNotQuoted) {
  const Answer answer = outbox_->Enqueue(Broken("sak-1"));
  EXPECT_EQ(answer.status.code, Code::kInvalid);
  EXPECT_THAT(answer.id, IsEmpty());
  ASSERT_THAT(answer.violations, Not(IsEmpty()));
  EXPECT_EQ(answer.violations[0].line, 15);
  EXPECT_THAT(answer.violations[0].path, HasSubstr("/doedsdato"));
  EXPECT_FALSE(answer.violations[0].warning);
  for (const Violation& violation : answer.violations) {
    EXPECT_THAT(violation.text, Not(HasSubstr(kNotADate)));
  }
  EXPECT_THAT(answer.status.text, Not(HasSubstr(kNotADate)));
  EXPECT_FALSE(Knows("sak-1"));
  EXPECT_TRUE(outbox_->Enqueue(Death("sak-1")).is_new);
}

TEST_P(OutboxTest, AnUnknownRessursIsTheCallersMistake) {
  Document document = Death("sak-1");
  document.ressurs = "doedsfall_v9";
  EXPECT_EQ(outbox_->Enqueue(std::move(document)).status.code, Code::kUnknownRessurs);
  EXPECT_THAT(outbox_->Enqueue(std::vector<Document>()), IsEmpty());
}

TEST_P(OutboxTest, ABatchEachAloneKeepsTheGoodOnes) {
  const auto answers = outbox_->Enqueue({Death("sak-1"), Broken("sak-2"), Death("sak-3")});
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_TRUE(answers[0].is_new);
  EXPECT_EQ(answers[1].status.code, Code::kInvalid);
  EXPECT_TRUE(answers[2].is_new);
}

TEST_P(OutboxTest, ABatchAllOrNoneIsOneThing) {
  const auto refused =
      outbox_->Enqueue({Death("sak-1"), Broken("sak-2"), Death("sak-3")}, Batch::kAllOrNone);
  ASSERT_THAT(refused, SizeIs(3));
  EXPECT_EQ(refused[0].status.code, Code::kLeftOut);
  EXPECT_EQ(refused[1].status.code, Code::kInvalid);
  EXPECT_EQ(refused[2].status.code, Code::kLeftOut);
  EXPECT_FALSE(Knows("sak-1") || Knows("sak-2") || Knows("sak-3"));

  for (const bool is_new : {true, false}) {
    for (const Answer& answer :
         outbox_->Enqueue({Death("sak-1"), Death("sak-2")}, Batch::kAllOrNone)) {
      EXPECT_TRUE(answer.status.ok()) << answer.status.text;
      EXPECT_EQ(answer.is_new, is_new);
    }
  }

  Document other = Death("sak-2");
  other.bytes = Between(other.bytes, "doedsdato", "2024-05-19");
  for (const Answer& answer : outbox_->Enqueue({Death("sak-3"), other}, Batch::kAllOrNone)) {
    EXPECT_EQ(answer.status.code, Code::kTaken);
  }
  EXPECT_FALSE(Knows("sak-3"));
}

TEST_P(OutboxTest, AttachmentsAreHeldAgainstTheDocument) {
  Document without = Fatherhood();
  without.attachments.pop_back();
  EXPECT_EQ(outbox_->Enqueue(std::move(without)).status.code, Code::kInvalid);
  const Answer answer = outbox_->Enqueue(Fatherhood());
  EXPECT_TRUE(answer.status.ok()) << answer.status.text;
  EXPECT_FALSE(outbox_->Enqueue(Fatherhood()).is_new);
  Document altered = Fatherhood();
  altered.attachments[1].bytes += " ";
  EXPECT_EQ(outbox_->Enqueue(std::move(altered)).status.code, Code::kTaken);
}

TEST_P(OutboxTest, NotBeforeIsKept) {
  const Time tomorrow = std::chrono::system_clock::now() + std::chrono::hours(24);
  Document document = Death("sak-1");
  document.not_before = tomorrow;
  ASSERT_TRUE(outbox_->Enqueue(std::move(document)).status.ok());
  const Found found = outbox_->Find("sak-1");
  ASSERT_TRUE(found.message.due.has_value());
  EXPECT_GE(*found.message.due, tomorrow);
  EXPECT_LT(*found.message.due, tomorrow + std::chrono::milliseconds(1));
}

TEST_P(OutboxTest, ManyThreadsHandInTheSameAndEachIsStoredOnce) {
  constexpr int kThreads = 6;
  constexpr int kEach = 20;
  std::mutex mutex;
  std::map<std::string, std::set<std::string>> ids;
  int fresh = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          const Answer answer = outbox_->Enqueue(Death("sak-" + std::to_string(i)));
          const Found found = outbox_->Find(answer.identifikator);
          const std::lock_guard lock(mutex);
          EXPECT_TRUE(answer.status.ok()) << answer.status.text;
          EXPECT_EQ(found.message.id, answer.id) << found.status.text;
          ids[answer.identifikator].insert(answer.id);
          fresh += answer.is_new ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(fresh, kEach);
  EXPECT_THAT(ids, SizeIs(kEach));
  for (const auto& [identifikator, of] : ids) EXPECT_THAT(of, SizeIs(1)) << identifikator;
}

}  // namespace
}  // namespace utboks::outbox

// What the Acceptor hands to a store, and what it makes of a store that fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "producer/intake/acceptor.h"
#include "tests/unit/xml/documents.h"

namespace utboks::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Takes everything as new and keeps it; the nth Insert may fail instead.
class FakeIntake : public Intake {
 public:
  Result<std::vector<Inserted>> Insert(std::span<const NewRow> given, InsertMode) override {
    groups.push_back(given.size());
    if (const auto failure = failures.find(groups.size()); failure != failures.end()) {
      return failure->second;
    }
    rows.insert(rows.end(), given.begin(), given.end());
    std::vector<Inserted> inserted(given.size() - short_by);
    for (Inserted& one : inserted) one.is_new = true;
    return inserted;
  }

  std::vector<NewRow> rows;
  std::vector<std::size_t> groups;
  std::map<std::size_t, Status> failures;  // of the nth call, from 1
  std::size_t short_by = 0;
};

std::string Death(int number) {
  return Changed(Example("Doedsfall_v1.0"), "3f0c2a5e-0000-4000-8000-000000000107",
                 "id-" + std::to_string(number));
}
std::string Bad() {
  return Changed(Death(99), ">helse<", ">feil<");
}

Incoming In(std::string document, std::string label = "a.xml") {
  Incoming incoming;
  incoming.label = std::move(label);
  incoming.ressurs = "doedsfall_v1";
  incoming.document = SensitiveText(std::move(document));
  incoming.actor = "cli:kari";
  return incoming;
}

class AcceptorFaultTest : public ::testing::Test {
 protected:
  std::vector<Answer> Accept(const std::vector<Incoming>& batch,
                             InsertMode mode = InsertMode::kEachAlone) {
    std::vector<std::string> told;
    Acceptor acceptor(ShippedValidator(), store_);
    auto answers =
        acceptor.Accept(batch, mode, [&](const Answer& answer) { told.push_back(answer.label); });
    std::vector<std::string> labels;
    for (const Answer& answer : answers) labels.push_back(answer.label);
    EXPECT_EQ(told, labels) << "each once, in order";
    return answers;
  }
  static std::vector<Code> Codes(const std::vector<Answer>& answers) {
    std::vector<Code> codes;
    for (const Answer& answer : answers) codes.push_back(answer.status.code());
    return codes;
  }

  FakeIntake store_;
};

TEST_F(AcceptorFaultTest, StoresWhatTheStoreNeedsToKnow) {
  const std::string document = Death(1);
  Incoming incoming = In(document);
  incoming.not_before = WallFromMillis(1'700'000'000'000);
  EXPECT_TRUE(Accept({incoming}).at(0).status.ok());
  ASSERT_EQ(store_.rows.size(), 1u);
  const NewRow& row = store_.rows[0];
  EXPECT_EQ(row.ressurs, "doedsfall_v1");
  EXPECT_EQ(row.document.reveal(), document) << "byte for byte";
  EXPECT_EQ(row.identifikator.reveal(), "id-1");
  EXPECT_EQ(row.saksreferanse.reveal(), "2024/77");
  EXPECT_EQ(row.edition, "1.2");
  EXPECT_EQ(row.schema_hash.size(), 64u);
  EXPECT_EQ(row.actor, "cli:kari");
  EXPECT_EQ(row.not_before, WallFromMillis(1'700'000'000'000));
  EXPECT_TRUE(row.attachments.empty());
  EXPECT_THAT(row.order_keys, ElementsAre(SensitiveText("21873816357")));
}

TEST_F(AcceptorFaultTest, OrderKeysGivenReplaceAllOthers) {
  Incoming given = In(Death(1));
  given.order_keys = {SensitiveText("k"), SensitiveText(" "), SensitiveText("l"),
                      SensitiveText("k")};
  Incoming none = In(Death(2));
  none.order_keys.emplace();
  Accept({given, none});
  EXPECT_THAT(store_.rows.at(0).order_keys, ElementsAre(SensitiveText("k"), SensitiveText("l")));
  EXPECT_THAT(store_.rows.at(1).order_keys, IsEmpty());
}

TEST_F(AcceptorFaultTest, WhatNamesAttachmentsOrHasNoIdentifierIsRefused) {
  const auto answers =
      Accept({In(Unsent("Doedsfall_v1.2_med_vedlegg")), In(Changed(Death(1), "id-1", " "))});
  EXPECT_EQ(answers.at(0).violations.at(0).rule, "attachment-missing");
  EXPECT_EQ(answers.at(1).violations.at(0).rule, "identifier-missing");
  EXPECT_THAT(answers[1].status.text(), HasSubstr("4:5 /meldingOmDoedsfall/innsending/"));
  EXPECT_TRUE(store_.groups.empty()) << "the store was not asked";
}

TEST_F(AcceptorFaultTest, WhatFollowsAFailureIsNotTried) {
  for (const Code code : {Code::kBusy, Code::kFull, Code::kCorrupt}) {
    store_ = FakeIntake();
    store_.failures.emplace(2, Status(code, "it failed"));
    std::vector<Incoming> batch;
    for (int i = 0; i < 200; ++i) batch.push_back(In(Death(i)));
    batch[70] = In(Bad());
    const auto answers = Accept(batch);
    const auto codes = Codes(answers);
    EXPECT_THAT(std::vector(codes.begin(), codes.begin() + 64), Each(Code::kOk));
    EXPECT_EQ(codes[70], Code::kInvalid);
    for (std::size_t i = 64; i < codes.size(); ++i) {
      if (i != 70) {
        EXPECT_EQ(codes[i], code) << i;
      }
    }
    EXPECT_THAT(store_.groups, ElementsAre(64u, 63u));
    EXPECT_EQ(answers[64].status.text(), "it failed");
    EXPECT_THAT(answers[199].status.text(), HasSubstr("not tried"));
    EXPECT_FALSE(answers[199].inserted.is_new);
  }
}

TEST_F(AcceptorFaultTest, AllOrNoneIsOneCommitAndOneFailure) {
  std::vector<Incoming> batch;
  for (int i = 0; i < 100; ++i) batch.push_back(In(Death(i)));
  EXPECT_THAT(Codes(Accept(batch, InsertMode::kAllOrNone)), Each(Code::kOk));
  EXPECT_THAT(store_.groups, ElementsAre(100u));
  store_.failures.emplace(2, Status(Code::kExists, "taken by another"));
  EXPECT_THAT(Codes(Accept(batch, InsertMode::kAllOrNone)), Each(Code::kExists));
  EXPECT_EQ(store_.rows.size(), 100u);
}

TEST_F(AcceptorFaultTest, AnAnswerTooFewIsOurBug) {
  store_.short_by = 1;
  EXPECT_THAT(Codes(Accept({In(Death(1)), In(Death(2))})), Each(Code::kInternal));
}

TEST_F(AcceptorFaultTest, NothingGivenIsNothingDone) {
  EXPECT_THAT(Accept({}), IsEmpty());
  EXPECT_THAT(Accept({}, InsertMode::kAllOrNone), IsEmpty());
  EXPECT_TRUE(store_.groups.empty());
}

}  // namespace
}  // namespace utboks::test

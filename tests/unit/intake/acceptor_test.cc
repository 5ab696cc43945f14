#include "producer/intake/acceptor.h"

#include <gtest/gtest.h>

#include "producer/intake/refusal.h"
#include "queue/open_store.h"
#include "tests/support/read_file.h"

namespace utboks {
namespace {

std::string Example(const std::string& name) {
  return testing::ReadFile(std::string(UTBOKS_SCHEMAS) + "/examples/" + name);
}

class AcceptorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<Catalogue> catalogue = Catalogue::Load(UTBOKS_SCHEMAS);
    ASSERT_TRUE(catalogue.ok()) << catalogue.status().text();
    catalogue_ = std::make_unique<Catalogue>(std::move(*catalogue));
    validator_ = Validator::Make(*catalogue_, {});
    StoreOptions options;
    options.url = "sqlite::memory:";
    options.environment = "test";
    options.organisation_number = "100101688";
    options.create = true;
    options.delivery.rate_limit_per_minute = 0;
    Result<std::unique_ptr<Store>> store = OpenStore(options);
    ASSERT_TRUE(store.ok());
    store_ = std::move(*store);
    acceptor_ = std::make_unique<Acceptor>(*validator_, *store_);
  }

  // The example of a death with another identifier.
  static Incoming Death(const std::string& identifikator) {
    Incoming incoming;
    incoming.label = identifikator;
    incoming.ressurs = "doedsfall_v1";
    std::string text = Example("MeldingOmDoedsfall_v1.0.xml");
    const std::string open = "<avsendersMeldingsidentifikator>";
    const std::size_t from = text.find(open) + open.size();
    text.replace(from, text.find('<', from) - from, identifikator);
    incoming.document = SensitiveText(text);
    incoming.actor = "test";
    return incoming;
  }

  static Incoming Broken(const std::string& identifikator) {
    Incoming incoming = Death(identifikator);
    std::string& text = incoming.document.reveal();
    const std::size_t at = text.find("<doedsdato>");
    text.replace(at, text.find("</doedsdato>") - at, "<doedsdato>not a date");
    return incoming;
  }

  std::size_t Stored() { return store_->List(Filter{})->size(); }

  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<Validator> validator_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, AGoodDocumentIsStoredAsItIs) {
  const Incoming one = Death("a");
  const std::vector<Answer> answers = acceptor_->Accept({&one, 1}, InsertMode::kEachAlone);
  ASSERT_EQ(answers.size(), 1U);
  ASSERT_TRUE(answers[0].status.ok()) << answers[0].status.text();
  EXPECT_TRUE(answers[0].inserted.is_new);
  EXPECT_EQ(answers[0].identifikator.reveal(), "a");
  EXPECT_EQ(answers[0].label, "a");
  EXPECT_EQ(store_->Content(answers[0].inserted.id)->document, one.document);
  const MessageView view = (*store_->Find("a", false))[0];
  EXPECT_EQ(view.edition, answers[0].edition);
  EXPECT_FALSE(view.edition.empty());
}

// Good documents of contracts that the register does not take, or that are its own.
TEST_F(AcceptorTest, WhatTheRegisterDoesNotTakeIsRefusedWithTheReason) {
  struct Case {
    std::string file, ressurs, rule;
    Code code;
  };
  for (const Case& c :
       {Case{"RekvisisjonAvDNummer_1.0", "rekvisisjon_av_dnummer", "withdrawn", Code::kInvalid},
        {"RekvisisjonAvDNummer_3.0", "rekvisisjon_av_dnummer_v3", "withdrawn", Code::kInvalid},
        {"MeldingOmOmsorgsansvar_v0.3", "omsorgsansvar", "draft", Code::kInvalid},
        {"HendelserISakOmFolkeregistrering_1.0", "HendelserISakOmFolkeregistrering_v1", "",
         Code::kUsage}}) {
    Incoming incoming;
    incoming.ressurs = c.ressurs;
    incoming.document =
        SensitiveText(testing::ReadFile(UTBOKS_SOURCE_DIR "/tests/data/unsent/" + c.file + ".xml"));
    const Answer answer = acceptor_->Accept({&incoming, 1}, InsertMode::kEachAlone)[0];
    EXPECT_EQ(answer.status.code(), c.code) << c.file;
    ASSERT_EQ(answer.violations.size(), c.rule.empty() ? 0U : 1U) << c.file;
    for (const Violation& violation : answer.violations) EXPECT_EQ(violation.rule, c.rule);
  }
  EXPECT_EQ(Stored(), 0U);
}

TEST_F(AcceptorTest, AWarningIsToldAndTheDocumentIsStored) {
  Incoming incoming = Death("a");  // with a number that is NAV's, or a hospital's
  std::string& text = incoming.document.reveal();
  text.replace(text.find("<foedselsnummer>") + 16, 11, "15507600333");
  const Answer answer = acceptor_->Accept({&incoming, 1}, InsertMode::kEachAlone)[0];
  EXPECT_TRUE(answer.status.ok()) << answer.status.text();
  ASSERT_EQ(answer.violations.size(), 1U);
  EXPECT_EQ(answer.violations[0].rule, "hospital-number");
  EXPECT_TRUE(answer.violations[0].warning);
  EXPECT_EQ(Stored(), 1U);
}

TEST_F(AcceptorTest, AttachmentsAreKeptInTheDocumentsOrder) {
  Incoming incoming;
  incoming.ressurs = "rekvisisjon_av_dnummer_v5.vedlegg";
  incoming.document = SensitiveText(Example("RekvisisjonAvDNummer_5.0_med_vedlegg.xml"));
  const NewAttachment request = {SensitiveText("rekvisisjon.pdf"), "application/pdf",
                                 SharedText("r")};
  const NewAttachment pass = {SensitiveText("pass.pdf"), "application/pdf", SharedText("p")};
  const auto accept = [&](std::vector<NewAttachment> attachments) {
    incoming.attachments = std::move(attachments);
    return acceptor_->Accept({&incoming, 1}, InsertMode::kEachAlone)[0];
  };
  EXPECT_EQ(accept({pass}).status.code(), Code::kInvalid);
  EXPECT_EQ(accept({pass, request, pass}).status.code(), Code::kInvalid);
  EXPECT_EQ(accept({}).violations.size(), 2U);
  EXPECT_EQ(Stored(), 0U) << "a refused one leaves no trace";

  const Answer stored = accept({request, pass});
  ASSERT_TRUE(stored.status.ok()) << stored.status.text();
  const Result<Payload> content = store_->Content(stored.inserted.id);
  ASSERT_EQ(content->attachments.size(), 2U);
  EXPECT_EQ(content->attachments[0].name.reveal(), "pass.pdf");
  EXPECT_EQ(content->attachments[0].bytes.reveal(), "p");
  EXPECT_EQ(content->attachments[1].name.reveal(), "rekvisisjon.pdf");

  const Answer again = accept({pass, request});
  EXPECT_TRUE(again.status.ok()) << again.status.text();
  EXPECT_FALSE(again.inserted.is_new) << "the same files in another order";
  NewAttachment other = pass;
  other.bytes = SharedText("q");
  EXPECT_EQ(accept({other, request}).status.code(), Code::kExists);
}

TEST_F(AcceptorTest, ARefusalNamesAnErrorNotAWarning) {
  Checked checked;
  checked.violations = {{"duf-number", 1, 1, "/a", "odd", true}, {"pattern", 2, 1, "/b", "bad"}};
  EXPECT_EQ(DescribeRefusal(checked), "2:1 /b: bad (pattern)");
}

TEST_F(AcceptorTest, ARefusedDocumentLeavesNoTraceAndTakesNoIdentifier) {
  const Incoming broken = Broken("a");
  const Answer answer = acceptor_->Accept({&broken, 1}, InsertMode::kEachAlone)[0];
  EXPECT_EQ(answer.status.code(), Code::kInvalid);
  ASSERT_FALSE(answer.violations.empty());
  EXPECT_NE(answer.status.text().find("doedsdato"), std::string::npos) << answer.status.text();
  EXPECT_EQ(answer.status.text().find("not a date"), std::string::npos);
  EXPECT_EQ(Stored(), 0U);
  const Incoming good = Death("a");
  EXPECT_TRUE(acceptor_->Accept({&good, 1}, InsertMode::kEachAlone)[0].inserted.is_new);
}

TEST_F(AcceptorTest, EachStandsAloneAndIsToldInOrder) {
  std::vector<Incoming> batch;
  for (int i = 0; i < 150; ++i) {
    batch.push_back(i % 10 == 3 ? Broken(std::to_string(i)) : Death(std::to_string(i)));
  }
  std::vector<std::string> told;
  const std::vector<Answer> answers =
      acceptor_->Accept(batch, InsertMode::kEachAlone, [&](const Answer& answer) {
        told.push_back(answer.label);
        if (answer.status.ok()) {
          EXPECT_TRUE(store_->Find(answer.label, false).ok()) << "told only once it is stored";
        }
      });
  ASSERT_EQ(told.size(), 150U);
  for (int i = 0; i < 150; ++i) {
    const auto at = static_cast<std::size_t>(i);
    EXPECT_EQ(told[at], std::to_string(i));
    EXPECT_EQ(answers[at].status.ok(), i % 10 != 3) << i;
  }
  Filter all;
  all.limit = 0;
  EXPECT_EQ(store_->List(all)->size(), 135U);
}

TEST_F(AcceptorTest, AllOrNoneStoresNothingWhenOneIsRefused) {
  const std::vector<Incoming> batch = {Death("a"), Broken("b"), Death("c")};
  const std::vector<Answer> answers = acceptor_->Accept(batch, InsertMode::kAllOrNone);
  EXPECT_EQ(answers[0].status.code(), Code::kCancelled);
  EXPECT_EQ(answers[1].status.code(), Code::kInvalid);
  EXPECT_EQ(answers[2].status.code(), Code::kCancelled);
  EXPECT_EQ(Stored(), 0U);
}

TEST_F(AcceptorTest, AllOrNoneBlamesNoDocumentThatIsNotToBlame) {
  const Incoming first = Death("a");
  const Answer there = acceptor_->Accept({&first, 1}, InsertMode::kEachAlone)[0];
  std::vector<Incoming> batch = {Death("b"), first};
  batch[1].document.reveal() += "\n";
  const std::vector<Answer> answers = acceptor_->Accept(batch, InsertMode::kAllOrNone);
  for (const Answer& answer : answers) {
    EXPECT_EQ(answer.status.code(), Code::kExists);
    EXPECT_NE(answer.status.text().find("one document of the same call"), std::string::npos);
    EXPECT_NE(answer.status.text().find(FormatUuid(there.inserted.id)), std::string::npos);
  }
  EXPECT_EQ(Stored(), 1U);
}

TEST_F(AcceptorTest, AnUnknownRessursIsNotAnInvalidDocument) {
  Incoming one = Death("a");
  one.ressurs = "doedsfall_v9";
  EXPECT_EQ(acceptor_->Accept({&one, 1}, InsertMode::kEachAlone)[0].status.code(), Code::kUsage);
}

TEST_F(AcceptorTest, TheSameAgainIsThereAlreadyAndOtherBytesAreRefused) {
  const Incoming one = Death("a");
  ASSERT_TRUE(acceptor_->Accept({&one, 1}, InsertMode::kEachAlone)[0].status.ok());
  const Answer again = acceptor_->Accept({&one, 1}, InsertMode::kEachAlone)[0];
  EXPECT_TRUE(again.status.ok());
  EXPECT_FALSE(again.inserted.is_new);
  Incoming other = one;
  other.document.reveal() += "\n";
  EXPECT_EQ(acceptor_->Accept({&other, 1}, InsertMode::kEachAlone)[0].status.code(), Code::kExists);
}

TEST_F(AcceptorTest, MessagesOnOnePersonWaitForEachOtherUnlessToldOtherwise) {
  std::vector<Incoming> batch = {Death("a"), Death("b"), Death("c")};
  batch[2].order_keys = std::vector<SensitiveText>{SensitiveText("another")};
  acceptor_->Accept(batch, InsertMode::kEachAlone);
  const Room room{"doedsfall_v1", 10};
  EXPECT_EQ(store_->Claim({&room, 1}, 10)->rows.size(), 2U);
}

}  // namespace
}  // namespace utboks

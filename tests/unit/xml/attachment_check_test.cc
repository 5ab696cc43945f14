// Attachments against the names in a document, both directions: by table, and through
// the validator.
#include "producer/xml/attachment_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "tests/unit/xml/documents.h"

namespace utboks::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Names = std::vector<std::string_view>;
using Files = std::vector<OfferedAttachment>;

constexpr std::string_view kPdf = "application/pdf";
const MultipartForm kAny = {{"rekvisisjon", "application/xml", ""}, {{"vedlegg", ""}}};

// "rule", with "@n" for the n-th name of the document, and "?" for a warning.
std::vector<std::string> Rules(const MultipartForm* form, const Names& named, const Files& offered,
                               std::size_t most = 1000) {
  std::vector<std::string> rules;
  for (const AttachmentFinding& finding : CheckAttachments(form, named, offered, most)) {
    rules.push_back(std::string(finding.rule) +
                    (finding.named ? "@" + std::to_string(*finding.named) : "") +
                    (finding.warning ? "?" : ""));
    for (const std::string_view name : named) {
      EXPECT_TRUE(name.size() < 4 || finding.text.find(name) == std::string::npos)
          << "a name can be a person's";
    }
  }
  return rules;
}

TEST(CheckAttachments, WhatIsNamedIsThereAndWhatIsThereIsNamed) {
  const OfferedAttachment a = {"pass.pdf", kPdf, 10}, b = {"krav.pdf", kPdf, 10};
  EXPECT_THAT(Rules(&kAny, {"pass.pdf"}, {a}), IsEmpty());
  EXPECT_THAT(Rules(&kAny, {"pass.pdf", "krav.pdf"}, {b, a}), IsEmpty()) << "in any order";
  EXPECT_THAT(Rules(&kAny, {"pass.pdf"}, {}), ElementsAre("attachment-missing@0"));
  EXPECT_THAT(Rules(&kAny, {"pass.pdf", "krav.pdf"}, {a}), ElementsAre("attachment-missing@1"));
  EXPECT_THAT(Rules(&kAny, {}, {a}), ElementsAre("attachment-surplus"));
  EXPECT_THAT(Rules(&kAny, {"pass.pdf"}, {a, b}), ElementsAre("attachment-surplus"));
  EXPECT_THAT(Rules(&kAny, {"pass.pdf"}, {a, a}), ElementsAre("attachment-twice"));
  EXPECT_THAT(Rules(&kAny, {"pass.pdf", "pass.pdf"}, {a}), ElementsAre("attachment-twice@1"));
  EXPECT_THAT(Rules(&kAny, {"Pass.PDF"}, {a}), ElementsAre("attachment-case@0"));
  EXPECT_THAT(Rules(&kAny, {"pass.pdf "}, {a}),
              ElementsAre("attachment-missing@0", "attachment-surplus"))
      << "byte for byte";
  EXPECT_THAT(Rules(&kAny, {}, {}), ElementsAre("attachments-none?"));
}

TEST(CheckAttachments, AResourceWithoutPartsTakesNone) {
  EXPECT_THAT(Rules(nullptr, {}, {}), IsEmpty());
  EXPECT_THAT(Rules(nullptr, {"pass.pdf"}, {}), ElementsAre("attachment-missing@0"));
  EXPECT_THAT(Rules(nullptr, {"pass.pdf"}, {{"pass.pdf", kPdf, 1}}),
              ElementsAre("attachment-missing@0", "attachment-surplus"));
}

TEST(CheckAttachments, ANameMustFitInAHeader) {
  const std::string long_name(256, 'x');
  for (const std::string_view name :
       {std::string_view(""), std::string_view("a\"b.pdf"), std::string_view("a\r\nX: y"),
        std::string_view("a\\b.pdf"), std::string_view("../a.pdf"), std::string_view("."),
        std::string_view(".."), std::string_view("a\x7f"), std::string_view("a\0b", 3),
        std::string_view(long_name)}) {
    const auto rules = Rules(&kAny, {name}, {{name, kPdf, 1}});
    EXPECT_THAT(rules, ElementsAre("attachment-name@0")) << name;
  }
  EXPECT_THAT(Rules(&kAny, {"legeerkl\xC3\xA6ring.pdf"}, {{"legeerkl\xC3\xA6ring.pdf", kPdf, 1}}),
              ElementsAre("attachment-name@0?"));
}

TEST(CheckAttachments, SizesAndTypes) {
  EXPECT_THAT(Rules(&kAny, {"a.pdf"}, {{"a.pdf", kPdf, 0}}), ElementsAre("attachment-empty"));
  EXPECT_THAT(Rules(&kAny, {"a.pdf", "b.pdf"}, {{"a.pdf", kPdf, 500}, {"b.pdf", kPdf, 500}}),
              IsEmpty());
  EXPECT_THAT(Rules(&kAny, {"a.pdf", "b.pdf"}, {{"a.pdf", kPdf, 500}, {"b.pdf", kPdf, 501}}),
              ElementsAre("attachments-too-large"));
  const MultipartForm paternity = {
      {"melding", "application/xml", ""},
      {{"vedlegg", "application/pdf", 1}, {"melding2", "application/xml", 1}}};
  const OfferedAttachment xml = {"a.xml", "application/xml", 1}, text = {"a.txt", "text/plain", 1};
  EXPECT_THAT(Rules(&paternity, {"a.xml"}, {xml}), IsEmpty());
  EXPECT_THAT(Rules(&paternity, {"a.txt"}, {text}), ElementsAre("attachment-type"));
  EXPECT_THAT(Rules(&paternity, {"a.xml", "b.xml"}, {xml, {"b.xml", "application/xml", 1}}),
              ElementsAre("attachment-type"))
      << "one of it at most";
  EXPECT_THAT(CheckAttachments(&paternity, Names{"a.txt"}, Files{text}, 10)[0].text,
              HasSubstr("application/pdf (at most 1), application/xml (at most 1)"));
}

TEST(DocumentOrder, IsThatOfTheNames) {
  const Files offered = {{"c", kPdf, 1}, {"a", kPdf, 1}, {"x", kPdf, 1}, {"b", kPdf, 1}};
  EXPECT_THAT(DocumentOrder(Names{"a", "b", "c"}, offered), ElementsAre(1u, 3u, 0u, 2u));
  EXPECT_THAT(DocumentOrder(Names{}, offered), ElementsAre(0u, 1u, 2u, 3u));
}

TEST(Attachments, AreToldWithTheirPlaceInTheDocument) {
  const std::string document =
      ReadFile(SchemasDir() + "/examples/RekvisisjonAvDNummer_5.0_med_vedlegg.xml");
  const std::string ressurs = "rekvisisjon_av_dnummer_v5.vedlegg";
  const Files both = {{"rekvisisjon.pdf", kPdf, 1}, {"pass.pdf", kPdf, 1}};
  EXPECT_THAT(Briefs(Check(document, {.ressurs = ressurs, .attachments = both})), IsEmpty());
  const Checked found = Check(document, {.attachments = both});
  EXPECT_TRUE(found.valid);
  EXPECT_EQ(found.ressurs, ressurs) << "with attachments, the one that takes them";
  EXPECT_EQ(Check(document).ressurs, "rekvisisjon_av_dnummer_v5");

  const Files wrong = {{"Pass.pdf", kPdf, 1}, {"annet.pdf", kPdf, 1}};
  const Checked refused = Check(document, {.ressurs = ressurs, .attachments = wrong});
  EXPECT_FALSE(refused.valid);
  EXPECT_THAT(Briefs(refused),
              ElementsAre("attachment-surplus 0 ",
                          "attachment-case 57 /rekvisisjonAvDNummer/forespoersel/identifikasjon/"
                          "dokumentgrunnlag/dokumentkopi/multipartnavn",
                          "attachment-missing 65 "
                          "/rekvisisjonAvDNummer/forespoersel/papirrekvisisjon/multipartnavn"));
  EXPECT_TRUE(Check(document, {.ressurs = ressurs, .schema_only = true}).valid);
}

// Each would be looked up in all of the document, were they placed one by one.
TEST(Attachments, ADocumentThatNamesThirtyThousandIsAnsweredSoon) {
  std::string many;
  for (int i = 0; i < 30'000; ++i) {
    many += "<vedlegg><multipartnavn>" + std::to_string(i) + ".pdf</multipartnavn></vedlegg>\n";
  }
  const std::string document =
      Changed(Example("Doedsfall_v1.2"), "</forespoersel>", many + "</forespoersel>");
  ASSERT_LT(document.size(), 2u << 20) << "the door lets it in";
  const std::clock_t before = std::clock();
  const Checked checked = Check(document);
  // A hundredth of what one by one takes; sanitizers and old machines have room.
  EXPECT_LT(std::clock() - before, 5 * CLOCKS_PER_SEC);
  EXPECT_FALSE(checked.valid);
  EXPECT_EQ(checked.violations.size(), 100u);
  EXPECT_EQ(checked.violations[99].rule, "attachment-missing");
  EXPECT_EQ(checked.violations[99].line, checked.violations[0].line + 99);
  EXPECT_EQ(checked.more, 10'000u) << "counted no further";
}

}  // namespace
}  // namespace utboks::test

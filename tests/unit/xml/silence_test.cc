// Whatever stands in a document, and wherever: none of it comes back in an answer.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "producer/xml/tag_scanner.h"
#include "tests/unit/xml/own_catalogue.h"

namespace utboks::test {
namespace {

// A synthetic number and a name; letters of the name are no part of any contract's.
constexpr std::string_view kNumber = "21873816357";
constexpr std::string_view kName = "Qvaerzulf";

std::string Everything(const Checked& checked) {
  std::string all = checked.ressurs + checked.edition;
  for (const Violation& violation : checked.violations) {
    all += violation.rule + '\n' + violation.path + '\n' + violation.text + '\n';
  }
  return all;
}

void ExpectSilence(const std::string& document) {
  for (const bool production : {false, true}) {
    const auto checked = ShippedValidator(production).Check(document, {.schema_only = production});
    const std::string answer = checked.ok() ? Everything(*checked) : checked.status().text();
    EXPECT_EQ(answer.find(kNumber), std::string::npos) << answer << "\nof\n" << document;
    EXPECT_EQ(answer.find(kName), std::string::npos) << answer << "\nof\n" << document;
  }
}

// The document with `inserted` at `at`.
std::string With(std::string document, std::size_t at, std::string_view inserted) {
  return document.insert(at, inserted);
}

TEST(Silence, NothingOfADocumentIsInAnyAnswer) {
  const std::string both = std::string(kName) + std::string(kNumber);
  const std::vector<std::string> in_content = {
      both,
      std::string(kNumber),
      "<" + both + "/>",
      "<p:" + both + "/>",
      "<" + both + " xmlns='urn:" + both + "'>" + both + "</" + both + ">",
      "</" + both + ">",
      "<?" + both + " " + both + "?>",
      "<?xml version='" + both + "'?>",
      "<!--" + both + "-->",
      "<!--" + both + "--" + both + "-->",
      "<![CDATA[" + both + "]]>",
      "<![CDATA[" + both,
      "<!DOCTYPE " + both + ">",
      "<!" + both + ">",
      "&" + both + ";",
      "&#" + both + ";",
      "&#" + std::string(kNumber) + ";",
      both + "\x01",
      both + "\xFF",
      both + "]]>",
  };
  const std::vector<std::string> in_tag = {
      " " + both + "='1'",
      " " + both,
      " a='" + both + "'",
      " a='" + both,
      " a=" + both,
      " a='<" + both + "'",
      " p:" + both + "='" + both + "'",
      " xmlns:" + both + "=''",
      " xmlns='urn:" + both + "'",
      " " + both + "='1' " + both + "='2'",
      " xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:type='" + both + "'",
      " xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:type='" + both + ":" + both + "'",
      " xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:nil='" + both + "'",
      " xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:schemaLocation='" + both + "'",
      " xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:" + both + "='" + both + "'",
  };
  const std::string document = Unsent("Doedsfall_v1.2_med_vedlegg");
  xml::TagScanner scanner(document);
  for (auto tag = scanner.Next(); tag != xml::TagScanner::Tag::kDone; tag = scanner.Next()) {
    const std::size_t end = scanner.offset() + scanner.tag().size();
    for (const std::string& text : in_content) {
      ExpectSilence(With(document, end, text));
      ExpectSilence(With(document, scanner.offset(), text));
    }
    for (const std::string& text : in_tag) ExpectSilence(With(document, end - 1, text));
    // The name itself.
    ExpectSilence(With(document, end - 1, both));
    ExpectSilence(With(document, scanner.offset() + 1, both));
  }
  ExpectSilence("<" + both + "/>");
  ExpectSilence("<" + both + " xmlns='folkeregisteret:melding:doedsfall:v1'/>");
  ExpectSilence(both);
  const auto usage = ShippedValidator().Check(document, {.ressurs = both, .edition = both});
  EXPECT_EQ(usage.status().text().find(kNumber), std::string::npos);
}

TEST(Silence, NorWhereContentOfAnyKindIsTaken) {
  const auto validator = Validator::Make(LaxCatalogue(), {});
  const std::string both = std::string(kName) + std::string(kNumber);
  for (const std::string& content :
       {"<t><" + both + " xsi:type='xs:int'>" + both + "</" + both + "></t>",
        "<t xsi:type='xs:int'>" + both + "</t>", "<t><" + both + "></t>", "<w><" + both + "/></w>",
        "<" + both + "/>"}) {
    const std::string answer = Everything(Check(LaxDocument(content), {}, *validator));
    EXPECT_EQ(answer.find(kNumber), std::string::npos) << answer;
  }
}

}  // namespace
}  // namespace utboks::test

// Readers are kept from document to document, and shared by threads: neither may
// be seen from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "producer/xml/reader.h"
#include "producer/xml/reader_shelf.h"
#include "producer/xml/schema.h"
#include "producer/xml/shipped_schemas.h"
#include "tests/unit/xml/own_catalogue.h"

namespace utboks::test {
namespace {

using ::testing::IsEmpty;

std::string Verdict(const Checked& checked) {
  std::string verdict = checked.ressurs + " " + checked.edition + " " + checked.schema_hash + " " +
                        checked.extract.identifikator.reveal();
  for (const Violation& violation : checked.violations) {
    verdict += "\n" + Brief(violation) + " " + std::to_string(violation.column) + violation.text;
  }
  return verdict;
}

// Xerces 3.2 carries an xsi:type of an undeclared element over to the next
// document, and an undeclared element makes it carry the xsi:type of the next: with
// a reader kept after any of these, others are blamed on navn, or pass.
TEST(Reader, AnXsiTypeIsNotCarriedOverToTheNextDocument) {
  const std::string valid = LaxDocument("<t><x xsi:type=\"xs:int\">12</x></t><navn>a</navn>");
  const std::string invalid = LaxDocument("<t><x xsi:type=\"xs:int\">abc</x></t><navn>a</navn>");
  const std::string nested =
      LaxDocument("<t><x><y xsi:type=\"xs:int\">12</y></x></t><navn>a</navn>");
  const std::string plain = LaxDocument("<t><x>12</x></t><navn>a</navn>");
  const std::vector<std::string> documents = {valid, invalid, nested, plain};
  std::vector<std::string> fresh;
  for (const std::string& document : documents) {
    const auto validator = Validator::Make(LaxCatalogue(), {});
    fresh.push_back(Verdict(Check(document, {}, *validator)));
  }
  EXPECT_THAT(fresh[0], ::testing::Not(::testing::HasSubstr("\n")));
  EXPECT_THAT(fresh[1], ::testing::HasSubstr("value"));
  EXPECT_THAT(fresh[3], ::testing::Not(::testing::HasSubstr("\n")));

  const auto kept = Validator::Make(LaxCatalogue(), {});
  for (std::size_t i = 0; i < documents.size(); ++i) {
    for (std::size_t j = 0; j < documents.size(); ++j) {
      Check(documents[i], {}, *kept);
      EXPECT_EQ(Verdict(Check(documents[j], {}, *kept)), fresh[j]) << i << " then " << j;
    }
  }
}

// Nor to the next element of the same document: where Xerces passes over an element,
// it would blame its xsi:type on the one that follows.
TEST(Reader, AnXsiTypeIsNotCarriedOverToTheNextElement) {
  for (const std::string lax :
       {"<t><x><y xsi:type=\"xs:int\">12</y></x></t>", "<t><x/><x xsi:type=\"xs:int\">12</x></t>",
        "<w><x xmlns=\"urn:x\"><y xsi:type=\"xs:int\">a</y></x></w>",
        "<w><x xmlns=\"urn:x\"/><x xmlns=\"urn:x\" xsi:type=\"xs:int\">12</x></w>"}) {
    const auto validator = Validator::Make(LaxCatalogue(), {});
    EXPECT_THAT(Briefs(Check(LaxDocument(lax + "<navn>a</navn>"), {}, *validator)), IsEmpty())
        << lax;
    for (const std::string wrong : {"<navn><z/></navn>", "<u/>", "<navn>a</navn><navn>b</navn>"}) {
      EXPECT_EQ(Briefs(Check(LaxDocument(lax + wrong), {}, *validator)),
                Briefs(Check(LaxDocument(wrong), {}, *validator)))
          << lax << wrong;
    }
  }
}

TEST(Reader, XsiNilMayBeANumber) {
  const auto validator = Validator::Make(LaxCatalogue(), {});
  const auto valid = [&](const std::string& element) {
    return Check(LaxDocument(element), {}, *validator).valid;
  };
  for (const std::string nil : {"true", "1", " 1 "}) {
    EXPECT_TRUE(valid("<tom xsi:nil=\"" + nil + "\"/>")) << nil;
    EXPECT_TRUE(valid("<tom xsi:nil=\"" + nil + "\"></tom>")) << nil;
    EXPECT_FALSE(valid("<tom xsi:nil=\"" + nil + "\">1</tom>")) << nil;
    EXPECT_FALSE(valid("<navn xsi:nil=\"" + nil + "\"/>")) << nil;
  }
  for (const std::string nil : {"false", "0"}) {
    EXPECT_FALSE(valid("<tom xsi:nil=\"" + nil + "\"/>")) << nil;
    EXPECT_TRUE(valid("<tom xsi:nil=\"" + nil + "\">1</tom>")) << nil;
    EXPECT_FALSE(valid("<navn xsi:nil=\"" + nil + "\">a</navn>")) << nil;
  }
  for (const std::string nil : {"", "2", "True", "1 1", "11"}) {
    EXPECT_FALSE(valid("<tom xsi:nil=\"" + nil + "\">1</tom>")) << nil;
  }
  EXPECT_THAT(Briefs(Check(LaxDocument("<tom xsi:nil=\"1\"/><u/>"), {}, *validator)),
              ::testing::ElementsAre("element-unexpected 1 /r/*"));
}

TEST(Reader, WhereXsiTypeAsksForAValueNoElementMayStand) {
  const auto validator = Validator::Make(LaxCatalogue(), {});
  EXPECT_THAT(Briefs(Check(LaxDocument("<t xsi:type=\"xs:string\">a</t>"), {}, *validator)),
              IsEmpty());
  EXPECT_FALSE(Check(LaxDocument("<t xsi:type=\"xs:string\"><x>a</x></t>"), {}, *validator).valid);
}

TEST(Reader, IsKeptOnlyAfterADocumentThatLeavesNothingBehind) {
  xml::ReaderShelf shelf(std::make_shared<ShippedSchemas>(LaxCatalogue().dir()), "lax.xsd");
  ASSERT_TRUE(shelf.schema().ok());
  const auto keeps = [&](const std::string& document) {
    const auto reader = shelf.Take();
    reader->Read(document, nullptr);
    return reader->reusable();
  };
  EXPECT_TRUE(keeps(LaxDocument("")));
  EXPECT_TRUE(keeps(LaxDocument("<t>1</t><navn>a</navn>")));
  EXPECT_FALSE(keeps(LaxDocument("<t><x>1</x></t>")));
  EXPECT_FALSE(keeps(LaxDocument("<t><x xsi:type='xs:int'>1</x></t>")));
  EXPECT_FALSE(keeps(LaxDocument("<u/>")));
  EXPECT_FALSE(keeps(LaxDocument("<t>")));
  std::string foreign;
  for (int i = 0; i < 30; ++i)
    foreign += " xmlns:x" + std::to_string(i) + "='urn:" + std::to_string(i) + "'";
  EXPECT_FALSE(keeps(LaxDocument("<t" + foreign + "/>"))) << "its table of names has grown";
}

TEST(Reader, AnyOrderGivesTheSameAnswers) {
  std::vector<std::string> documents;
  for (const std::string_view name :
       {"Doedsfall_v1.0", "Doedsfall_v1.1", "Doedsfall_v1.2", "AnnulleringAvDoedsfall_v1.0",
        "AnnulleringAvDoedsfall_v1.2"}) {
    const std::string document = Example(name);
    documents.push_back(document);
    documents.push_back(Changed(document, ">helse<", ">x<"));
    documents.push_back(Changed(document, "<kilde>", "<kilde a='b'><c/>"));
    documents.push_back(Changed(document, "</innsending>", "</innsendin>"));
    documents.push_back(document.substr(0, document.size() / 2));
  }
  std::vector<std::string> fresh;
  for (const std::string& document : documents) {
    const auto validator = Validator::Make(ShippedCatalogue(), {});
    fresh.push_back(Verdict(Check(document, {}, *validator)));
  }
  std::mt19937 random(20240521);  // NOLINT: the same order each time
  const auto kept = Validator::Make(ShippedCatalogue(), {});
  std::vector<std::size_t> order(documents.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (int round = 0; round < 10; ++round) {
    std::ranges::shuffle(order, random);
    for (const std::size_t i : order) {
      EXPECT_EQ(Verdict(Check(documents[i], {}, *kept)), fresh[i]);
    }
  }

  // Eight threads on a validator that has loaded nothing yet.
  const auto shared = Validator::Make(ShippedCatalogue(), {});
  std::vector<std::vector<std::string>> answers(8);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < answers.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 10 * documents.size(); ++i) {
        answers[t].push_back(Verdict(Check(documents[(i + t) % documents.size()], {}, *shared)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t t = 0; t < answers.size(); ++t) {
    for (std::size_t i = 0; i < answers[t].size(); ++i) {
      EXPECT_EQ(answers[t][i], fresh[(i + t) % documents.size()]);
    }
  }
}

// A schema of many patterns, and the document that matches each once.
class PatternSource final : public SchemaSource {
 public:
  static constexpr int kPatterns = 400;

  std::string Meant(std::string_view location, std::string_view) const override {
    return std::string(location);
  }
  std::optional<std::string> Read(const std::string&) const override {
    std::string xsd =
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:p'"
        " elementFormDefault='qualified'><xs:element name='all'>"
        "<xs:complexType><xs:sequence>";
    for (int i = 0; i < kPatterns; ++i) {
      xsd += "<xs:element name='e" + std::to_string(i) +
             "'><xs:simpleType><xs:restriction base='xs:string'>"
             "<xs:pattern value='[13579;=?ACEGIKMOQSUWYacegikmoqsuwy]+'/>"
             "</xs:restriction></xs:simpleType></xs:element>";
    }
    return xsd + "</xs:sequence></xs:complexType></xs:element></xs:schema>";
  }
  std::string_view remedy() const override { return "correct the test"; }

  static std::string Document() {
    std::string document = "<all xmlns='urn:p'>";
    for (int i = 0; i < kPatterns; ++i) {
      const std::string name = "e" + std::to_string(i);
      document += "<" + name + ">1y</" + name + ">";
    }
    return document + "</all>";
  }
};

// Xerces makes a pattern's table at its first match, without a lock: of two threads one
// refused what is right, or the process ended.
TEST(Reader, ThreadsThatMatchANewPatternAtOnceAgree) {
  const PatternSource source;
  const std::string document = PatternSource::Document();
  for (int round = 0; round < 20; ++round) {
    const auto schema = xml::Schema::Load(source, "patterns.xsd");  // anew
    ASSERT_TRUE(schema.ok()) << schema.status().text();
    std::atomic<int> ready = 0;
    std::atomic<std::size_t> refused = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&] {
        xml::Reader reader(*schema);
        ++ready;
        while (ready < 2) std::this_thread::yield();
        refused += reader.Read(document, nullptr).violations.size();
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(refused, 0U) << round;
  }
}

}  // namespace
}  // namespace utboks::test

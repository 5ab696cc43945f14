// What a schema's file may hold before a parser sees it, by table.
#include "producer/xml/schema_door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace utboks::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kDeclaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
constexpr const char* kSchema =
    "<schema xmlns=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:a\"/>\n";

// As XML Signature's schema has it.
constexpr const char* kSignature = R"(<!DOCTYPE schema
  PUBLIC "-//W3C//DTD XMLSchema 200102//EN" "http://www.w3.org/2001/XMLSchema.dtd"
 [
   <!ATTLIST schema
     xmlns:ds CDATA #FIXED "http://www.w3.org/2000/09/xmldsig#">
   <!ENTITY dsig 'http://www.w3.org/2000/09/xmldsig#'>
   <!ENTITY % p ''>
   <!ENTITY % s ''>
  ]>
)";

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::optional<std::string> Refusal(const std::string& bytes) {
  std::string text;
  return CheckSchemaDoor(bytes, &text);
}

struct Row {
  const char* what;
  std::string bytes;
};

TEST(SchemaDoor, LetsThroughWhatIsPublished) {
  for (const Row& row : {
           Row{"plain", std::string(kDeclaration) + kSchema},
           Row{"byte order mark", std::string("\xEF\xBB\xBF") + kDeclaration + kSchema},
           Row{"CRLF", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- a -->\r\n" +
                           std::string(kSchema)},
           Row{"prefix", "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"></xs:schema>"},
           Row{"DOCTYPE of the signature", std::string(kDeclaration) + kSignature + kSchema},
           Row{"the same after a mark",
               std::string("\xEF\xBB\xBF") + kDeclaration + kSignature + kSchema},
           Row{"DOCTYPE without subset",
               "<!DOCTYPE schema SYSTEM 'a>b.dtd'>" + std::string(kSchema)},
           Row{"DOCTYPE with brackets and signs in comments",
               "<!DOCTYPE schema [ <!-- ]> % & <!ENTITY --> <?p ]> ?> <!ELEMENT schema (a|b)*> ]>" +
                   std::string(kSchema)},
           Row{"entity used",
               "<!DOCTYPE schema [<!ENTITY ns 'urn:a'>]><schema "
               "xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='&ns;'/>"},
           Row{"references that need no declaration",
               "<!DOCTYPE schema [<!ENTITY ns 'urn:a'>]><schema "
               "xmlns='http://www.w3.org/2001/XMLSchema' id='&lt;&gt;&amp;&quot;&apos;&#65;'/>"},
       }) {
    EXPECT_EQ(Refusal(row.bytes), std::nullopt) << row.what;
  }
}

struct BadRow {
  const char* what;
  std::string bytes;
  const char* says;
};

std::string WithSubset(const std::string& subset) {
  return "<!DOCTYPE schema [" + subset + "]>" + kSchema;
}

TEST(SchemaDoor, RefusesWhatLeadsOutOfTheFileOrGrows) {
  std::string laughs = "<!ENTITY a0 'ha'>";
  for (int i = 1; i < 30; ++i) {
    laughs += "<!ENTITY a" + std::to_string(i) + " '" +
              Repeated("&a" + std::to_string(i - 1) + ";", 10) + "'>";
  }
  const std::string kilobyte(1024, 'x');
  for (const BadRow& row : {
           BadRow{"external entity", WithSubset("<!ENTITY x SYSTEM 'file:///etc/hostname'>"),
                  "outside the file"},
           BadRow{"external entity, public",
                  WithSubset("<!ENTITY x PUBLIC 'p' 'http://localhost/x'>"), "outside the file"},
           BadRow{"external parameter entity",
                  WithSubset("<!ENTITY % x SYSTEM '/etc/hostname'> %x;"), "outside the file"},
           BadRow{"parameter entity used", WithSubset("<!ENTITY % x ''> %x;"), "parameter entity"},
           BadRow{"billion laughs", WithSubset(laughs), "references"},
           BadRow{"nested by a character reference",
                  WithSubset("<!ENTITY a 'ha'><!ENTITY b '&#38;a;&#38;a;'>"), "references"},
           BadRow{"entity with markup", WithSubset("<!ENTITY a '<b/>'>"), "markup"},
           BadRow{"one entity, often",
                  "<!DOCTYPE schema [<!ENTITY a '" + kilobyte +
                      "'>]><schema xmlns='http://www.w3.org/2001/XMLSchema'><!--x-->" +
                      Repeated("&a;", 20'000) + "</schema>",
                  "too large"},
           BadRow{"default attribute, often",
                  "<!DOCTYPE schema [<!ATTLIST element a CDATA '" + kilobyte +
                      "'>]><schema xmlns='http://www.w3.org/2001/XMLSchema'>" +
                      Repeated("<element/>", 20'000) + "</schema>",
                  "too large"},
           BadRow{"default attribute with references",
                  WithSubset("<!ENTITY a 'ha'><!ATTLIST schema b CDATA '&a;&a;'>"), "references"},
           BadRow{"entity that is not declared",
                  "<!DOCTYPE schema SYSTEM 'x.dtd'><schema "
                  "xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='&ns;'/>",
                  "entity ns"},
           BadRow{"DOCTYPE cut off", "<!DOCTYPE schema [<!ENTITY a 'b'>", "not well formed"},
           BadRow{"conditional section", WithSubset("<![INCLUDE[<!ENTITY a 'b'>]]>"),
                  "not well formed"},
           BadRow{"DOCTYPE in its middle",
                  "<schema xmlns='http://www.w3.org/2001/XMLSchema'>"
                  "<!DOCTYPE a></schema>",
                  "DOCTYPE"},
           BadRow{"two DOCTYPEs", "<!DOCTYPE schema><!DOCTYPE schema>" + std::string(kSchema),
                  "DOCTYPE"},
           BadRow{"UTF-16", std::string("\xFF\xFE<\0s\0", 6), "UTF-8"},
           BadRow{"Latin 1",
                  "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + std::string(kSchema),
                  "UTF-8"},
           BadRow{
               "levels without end",
               "<schema xmlns='http://www.w3.org/2001/XMLSchema'>" + Repeated("<sequence>", 1000),
               "nested deeper"},
           BadRow{"a message", "<meldingOmDoedsfall xmlns='folkeregisteret:melding:doedsfall:v1'/>",
                  "no schema"},
           BadRow{"schema of another kind", "<schema xmlns='urn:other'/>", "no schema"},
           BadRow{"a page", "<html><body>", "no schema"},
           BadRow{"nothing", "", "no XML element"},
       }) {
    const auto why = Refusal(row.bytes);
    ASSERT_TRUE(why.has_value()) << row.what;
    EXPECT_THAT(*why, HasSubstr(row.says)) << row.what;
    EXPECT_THAT(*why, Not(HasSubstr("\n"))) << row.what;
  }
}

TEST(SchemaDoor, TheParserIsNotToldOfAnExternalDtd) {
  const std::string whole = std::string(kDeclaration) + kSignature + kSchema;
  std::string text;
  ASSERT_EQ(CheckSchemaDoor(whole, &text), std::nullopt);
  EXPECT_EQ(text.size(), whole.size()) << "places stay places";
  EXPECT_EQ(text.find("PUBLIC"), std::string::npos);
  EXPECT_EQ(text.find("XMLSchema.dtd"), std::string::npos);
  EXPECT_NE(text.find("<!ENTITY dsig"), std::string::npos) << "what is in the file stays";
  ASSERT_EQ(CheckSchemaDoor(kSchema, &text), std::nullopt);
  EXPECT_EQ(text, kSchema);
}

// Whatever stands in a DOCTYPE, and wherever it is cut, the answer comes.
TEST(SchemaDoor, AnyPartOfADoctypeIsAnswered) {
  const std::string whole = std::string(kDeclaration) + kSignature + kSchema;
  for (std::size_t length = 0; length < whole.size() - 2; ++length) {
    EXPECT_TRUE(Refusal(whole.substr(0, length)).has_value()) << length;
  }
}

}  // namespace
}  // namespace utboks::test

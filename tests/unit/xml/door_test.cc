#include "producer/xml/door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "producer/xml/tag_places.h"
#include "producer/xml/tag_scanner.h"

namespace utboks {
namespace {

using ::testing::ElementsAre;
using xml::TagScanner;

// "s" start, "e" empty, "/" end, "d" DOCTYPE, "b" broken.
std::string Tags(std::string_view text) {
  std::string tags;
  TagScanner scanner(text);
  while (true) {
    switch (scanner.Next()) {
      case TagScanner::Tag::kStart:
        tags += 's';
        break;
      case TagScanner::Tag::kEmpty:
        tags += 'e';
        break;
      case TagScanner::Tag::kEnd:
        tags += '/';
        break;
      case TagScanner::Tag::kDoctype:
        return tags + 'd';
      case TagScanner::Tag::kBroken:
        return tags + 'b';
      case TagScanner::Tag::kDone:
        return tags;
    }
  }
}

TEST(TagScanner, TellsTagsApart) {
  EXPECT_EQ(Tags(""), "");
  EXPECT_EQ(Tags("text"), "");
  EXPECT_EQ(Tags("<a><b/><c d='1'/></a>"), "see/");
  EXPECT_EQ(Tags("<?xml version='1.0'?><!-- <x> --><a><![CDATA[<y>]] ></z>]]><?p <q>?></a >"),
            "s/");
  EXPECT_EQ(Tags("<a b='>' c=\"/>\"><d e = '</a>'/></a>"), "se/");
  EXPECT_EQ(Tags("<a b='/'></a>"), "s/");
  EXPECT_EQ(Tags("<a\nb='1'\n/>"), "e");
  EXPECT_EQ(Tags("<!DOCTYPE a><a/>"), "d");
  EXPECT_EQ(Tags("<a><!DOCTYPE b></a>"), "sd");
}

TEST(TagScanner, StopsAtWhatIsNotWellFormed) {
  for (const std::string_view text :
       {"<", "<a", "<a b", "<a b=", "<a b='", "<a b='>", "<a b='1' ", "</a", "<!-- ", "<!-- --",
        "<!-- -- -->", "<![CDATA[ ]]", "<?p ?", "<!ELEMENT a>", "<!"}) {
    EXPECT_EQ(Tags(text), "b") << text;
  }
}

TEST(TagScanner, CountsAttributesAndDeclarations) {
  TagScanner scanner("<a b='1' xmlns='u'\txmlns:c = \"v\" xmlnsd='1' c:xmlns='1'><b/></a>");
  ASSERT_EQ(scanner.Next(), TagScanner::Tag::kStart);
  EXPECT_EQ(scanner.attributes(), 5);
  EXPECT_EQ(scanner.declarations(), 2);
  ASSERT_EQ(scanner.Next(), TagScanner::Tag::kEmpty);
  EXPECT_EQ(scanner.attributes(), 0);
  EXPECT_EQ(scanner.tag(), "<b/>");
}

TEST(PlacesOfTags, FollowTheDocument) {
  const std::string text = "<a>\n <b/><!-- <x> --> ø<c d='\n'>\n</c><e/></a>";
  const std::vector<std::uint32_t> wanted = {1, 2, 2, 3, 4, 9};
  std::vector<std::string> places;
  for (const auto& place : xml::PlacesOfTags(text, wanted)) {
    places.push_back(std::to_string(place.line) + ":" + std::to_string(place.column));
  }
  EXPECT_THAT(places, ElementsAre("1:1", "2:2", "2:2", "2:20", "4:5", "4:5"));
}

TEST(ReadRootTag, ResolvesItsName) {
  struct Case {
    std::string_view tag, name, name_space;
  };
  for (const Case& c : {Case{"<a>", "a", ""},
                        {"<a/>", "a", ""},
                        {"<a xmlns='urn:b'>", "a", "urn:b"},
                        {"<a\n xmlns = \"urn:b\"\t>", "a", "urn:b"},
                        {"<p:a xmlns='urn:b' xmlns:p='urn:c'>", "a", "urn:c"},
                        {"<a x='>' xmlns='urn&#58;&amp;&#x62;'>", "a", "urn:&b"},
                        {"<a xmlns='urn:\n\xC3\xB8'>", "a", "urn: \xC3\xB8"},
                        {"<a xmlns='&#x1F600;'>", "a", "\xF0\x9F\x98\x80"}}) {
    std::string name;
    std::string name_space;
    EXPECT_TRUE(ReadRootTag(c.tag, &name, &name_space)) << c.tag;
    EXPECT_EQ(name, c.name);
    EXPECT_EQ(name_space, c.name_space);
  }
  for (const std::string_view tag :
       {"<p:a>", "<p:a xmlns:q='urn:b'>", "<a xmlns=urn>", "<a xmlns='&b;'>",
        "<a xmlns='&#xD800;'>", "<a xmlns='&#4294967361;'>", "<a b>", "<:a>", "<p:>", "< a>"}) {
    std::string name;
    std::string name_space;
    EXPECT_FALSE(ReadRootTag(tag, &name, &name_space)) << tag;
  }
}

std::string Rule(const std::string& document, const DoorLimits& limits = {}) {
  Opened opened;
  const auto refused = CheckDoor(document, limits, &opened);
  return refused ? refused->rule : "";
}

TEST(Door, LimitsAreExact) {
  EXPECT_EQ(Rule("<a>1234</a>", {.max_document = 11}), "");
  EXPECT_EQ(Rule("<a>1234</a>", {.max_document = 10}), "too-large");
  EXPECT_EQ(Rule("<a><b/></a>", {.max_depth = 2}), "");
  EXPECT_EQ(Rule("<a><b><c/></b></a>", {.max_depth = 2}), "too-deep");
  EXPECT_EQ(Rule("<a><b/><b/><b></b><b/></a>", {.max_depth = 2}), "");
  EXPECT_EQ(Rule("<a b='' c=''/>", {.max_attributes = 2}), "");
  EXPECT_EQ(Rule("<a b='' c='' d=''/>", {.max_attributes = 2}), "too-many-attributes");
  EXPECT_EQ(Rule("<a><b c='' d=''/><b c='' d=''/></a>", {.max_attributes = 2}), "");
  EXPECT_EQ(Rule("<a xmlns='u'><b xmlns='u'/><b xmlns='u'/></a>", {.max_attributes = 2}),
            "too-many-attributes");
}

TEST(Door, DeclarationMustSayUtf8OrNothing) {
  EXPECT_EQ(Rule("<?xml version='1.0'?><a/>"), "");
  EXPECT_EQ(Rule("<?xml version=\"1.0\" encoding=\"utf-8\" standalone='yes'?><a/>"), "");
  EXPECT_EQ(Rule("\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?><a/>"), "");
  EXPECT_EQ(Rule("<?xml version='1.0' encoding='UTF8'?><a/>"), "encoding");
  EXPECT_EQ(Rule("<?xml version='1.0' encoding = \"iso-8859-1\"?><a/>"), "encoding");
  EXPECT_EQ(Rule("<?xml version='1.1' encoding='UTF-8'?><a/>"), "xml-version");
  // Not a declaration.
  EXPECT_EQ(Rule("<?xml-stylesheet encoding='x'?><a/>"), "");
}

TEST(Door, TellsWhere) {
  Opened opened;
  const auto refused = CheckDoor("<a>\n <b>\n  <c><d/></c></b></a>", {.max_depth = 3}, &opened);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->line, 3);
  EXPECT_EQ(refused->column, 6);
}

}  // namespace
}  // namespace utboks

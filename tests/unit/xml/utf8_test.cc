#include "producer/xml/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace utboks::xml {
namespace {

using Kind = BadByte::Kind;

TEST(FindBadByte, TakesEveryKindOfWellFormedSequence) {
  for (const std::string text :
       {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBD", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\xF0\x9F\xBF\xBE"}) {
    EXPECT_FALSE(FindBadByte(text)) << text;
  }
}

struct Bad {
  std::string bytes;
  Kind kind;
};
const Bad kBad[] = {
    {"\x80", Kind::kEncoding},              // stray
    {"\xC0\xAF", Kind::kEncoding},          // overlong
    {"\xC1\xBF", Kind::kEncoding},          //
    {"\xE0\x9F\xBF", Kind::kEncoding},      //
    {"\xF0\x8F\xBF\xBF", Kind::kEncoding},  //
    {"\xC3", Kind::kEncoding},              // cut
    {"\xE2\x82", Kind::kEncoding},          //
    {"\xF0\x9F\x98", Kind::kEncoding},      //
    {"\xC3(", Kind::kEncoding},             //
    {"\xED\xA0\x80", Kind::kEncoding},      // surrogate
    {"\xED\xBF\xBF", Kind::kEncoding},      //
    {"\xF4\x90\x80\x80", Kind::kEncoding},  // above U+10FFFF
    {"\xF5\x80\x80\x80", Kind::kEncoding},  //
    {"\xFE", Kind::kEncoding},              //
    {"\xFF", Kind::kEncoding},              //
    {std::string(1, '\0'), Kind::kCharacter},
    {"\xEF\xBF\xBE", Kind::kCharacter},
    {"\xEF\xBF\xBF", Kind::kCharacter},
};

TEST(FindBadByte, FindsEachKindAtEachOffset) {
  for (const Bad& bad : kBad) {
    for (std::size_t before = 0; before < 70; ++before) {
      for (const std::string filler : {"x", "ø"}) {
        std::string text;
        for (std::size_t i = 0; i < before; ++i) text += filler;
        const std::size_t offset = text.size();
        for (const std::string after : {"", "x", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}) {
          const auto found = FindBadByte(text + bad.bytes + after);
          ASSERT_TRUE(found);
          EXPECT_EQ(found->offset, offset);
          EXPECT_EQ(found->kind, bad.kind);
        }
      }
    }
  }
}

TEST(FindBadByte, SaysTheFirst) {
  EXPECT_EQ(FindBadByte(std::string("a\xFFz\0", 4))->offset, 1u);
  EXPECT_EQ(FindBadByte(std::string("a\0z\xFF", 4))->kind, Kind::kCharacter);
}

TEST(ToUtf8, CodesEveryLength) {
  EXPECT_EQ(ToUtf8(u"aø\u20AC\U0001F600"), "aø€😀");
  const char16_t lone[] = {0xD83D, u'x', 0xDE00};
  EXPECT_EQ(ToUtf8({lone, 3}), "\xEF\xBF\xBDx\xEF\xBF\xBD");
}

TEST(IsBlank, KnowsUnicodesWhiteSpace) {
  for (const std::string blank :
       {"", " ", "\t\r\n", "\xC2\xA0", "\xE2\x80\x83 \xE3\x80\x80", "\xC2\x85"}) {
    EXPECT_TRUE(IsBlank(blank));
  }
  for (const std::string text : {".", " a ", "\xC2\xA1", "\xE2\x80\x8B", "\xC2"}) {
    EXPECT_FALSE(IsBlank(text)) << text;
  }
}

TEST(PlaceFinder, CountsLinesAndCharacters) {
  const std::string text = "ab\nø😀x\r\ny\rz";
  PlaceFinder finder(text);
  const auto at = [&](std::size_t offset) {
    const auto place = finder.At(offset);
    return std::to_string(place.line) + ":" + std::to_string(place.column);
  };
  EXPECT_EQ(at(0), "1:1");
  EXPECT_EQ(at(1), "1:2");
  EXPECT_EQ(at(3), "2:1");
  EXPECT_EQ(at(5), "2:2");   // behind ø
  EXPECT_EQ(at(9), "2:3");   // behind the smile
  EXPECT_EQ(at(12), "3:1");  // one line break, not two
  EXPECT_EQ(at(14), "4:1");  // a lone CR is a line break
  EXPECT_EQ(at(1000), "4:2");
}

}  // namespace
}  // namespace utboks::xml

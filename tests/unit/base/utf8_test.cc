#include "queue/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

#include "queue/base/ascii.h"

namespace utboks {
namespace {

TEST(Utf8Test, EveryLengthIsCodedAndMeasured) {
  std::string text;
  for (const std::uint32_t c : {0x61u, 0xF8u, 0x20ACu, 0x1F600u, 0x10FFFFu}) AppendUtf8(c, &text);
  EXPECT_EQ(text, "aø€😀\xF4\x8F\xBF\xBF");
  std::string_view rest = text;
  for (const std::size_t length : {1u, 2u, 3u, 4u, 4u}) {
    EXPECT_EQ(Utf8SequenceLength(rest), length);
    rest.remove_prefix(length);
  }
  EXPECT_EQ(Utf8SequenceLength(rest), 0u);
}

TEST(Utf8Test, WhatIsNotWellFormedHasNoLength) {
  for (const char* bad : {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xE2\x82",
                          "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_EQ(Utf8SequenceLength(bad), 0u) << bad;
  }
}

TEST(Utf8Test, ControlsOfBothKindsAreKnown) {
  using namespace std::string_view_literals;
  for (const std::string_view control : {"\0"sv, "\n"sv, "\x1b["sv, "\x7f"sv, "\xC2\x9B"sv}) {
    EXPECT_TRUE(BeginsWithControl(control)) << control;
  }
  for (const std::string_view other : {""sv, " "sv, "\xC2\xA0"sv, "ø"sv, "\xC2"sv}) {
    EXPECT_FALSE(BeginsWithControl(other)) << other;
  }
}

TEST(AsciiTest, CaseIsThatOfEnglishLettersAlone) {
  EXPECT_TRUE(EqualsIgnoringCase("Content-TYPE", "content-type"));
  EXPECT_FALSE(EqualsIgnoringCase("utf-8", "utf-88"));
  EXPECT_FALSE(EqualsIgnoringCase("Ø", "ø"));
  EXPECT_FALSE(EqualsIgnoringCase("[", "{")) << "what stands beside the letters is none";
  EXPECT_EQ(AsciiLowered("A-Z Æ"), "a-z Æ");
}

}  // namespace
}  // namespace utboks

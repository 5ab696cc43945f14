#include "producer/net/http_date.h"

#include <gtest/gtest.h>

namespace utboks {
namespace {

TEST(HttpDateTest, ThreeForms) {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    const auto time = ParseHttpDate(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(FormatUtc(*time), "1994-11-06T08:49:37.000Z");
  }
  EXPECT_EQ(FormatUtc(*ParseHttpDate("Mon, 23 Nov 2026 12:00:00 GMT")), "2026-11-23T12:00:00.000Z");
  EXPECT_EQ(FormatUtc(*ParseHttpDate("Thu, 29 Feb 2024 23:59:60 GMT")), "2024-03-01T00:00:00.000Z");
}

TEST(HttpDateTest, AnythingElseIsNone) {
  for (const char* text :
       {"", " ", "1500", "tomorrow", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nox 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 99999 08:00:00 GMT", "Sun, 06 Nov -994 08:49:37",
        "Sun, 29 Feb 2023 00:00:00 GMT", "2026-11-23T12:00:00Z", "a b c d e f g h i j k"}) {
    EXPECT_FALSE(ParseHttpDate(text)) << text;
  }
}

}  // namespace
}  // namespace utboks

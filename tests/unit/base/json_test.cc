#include "queue/base/json.h"

#include <gtest/gtest.h>

#include <limits>

namespace utboks {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

TEST(JsonTest, EscapesWhatWouldBreakALine) {
  EXPECT_EQ(Quoted("æ \"x\" \\ \n\t\x01\x7f"), R"("æ \"x\" \\ \n\t\u0001\u007f")");
}

TEST(JsonTest, BytesThatAreNoUtf8AreReplaced) {
  EXPECT_EQ(Quoted("\xff"), R"("\ufffd")");
  EXPECT_EQ(Quoted("\xc3"), R"("\ufffd")");                          // cut short
  EXPECT_EQ(Quoted("\xc0\xaf"), R"("\ufffd\ufffd")");                // overlong
  EXPECT_EQ(Quoted("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");      // a surrogate
  EXPECT_EQ(Quoted("\xf5\x80\x80\x80").substr(0, 7), R"("\ufffd)");  // beyond Unicode
  EXPECT_EQ(Quoted("\xf0\x9f\x93\xae"), "\"\xf0\x9f\x93\xae\"");
}

TEST(JsonTest, FieldsStandInTheOrderAdded) {
  JsonObject object;
  EXPECT_EQ(object.Text(), "{}");
  EXPECT_EQ(JsonList().Text(), "[]");
  object.Add("b", "text")
      .Add("a", 7)
      .Add("yes", true)
      .Add("half", 0.5)
      .Add("none", std::numeric_limits<double>::infinity())
      .AddNull("null")
      .Add("in", JsonObject().Add("x", std::int64_t{-1}))
      .Add("list", JsonList().Add("one").Add(JsonObject()));
  EXPECT_EQ(object.Text(),
            R"({"b":"text","a":7,"yes":true,"half":0.5,"none":null,"null":null,"in":{"x":-1},)"
            R"("list":["one",{}]})");
}

}  // namespace
}  // namespace utboks

#include "producer/app/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace utboks::app {
namespace {

using ::testing::ElementsAre;

TEST(TableTest, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({"id", "ressurs", "end"});
  EXPECT_TRUE(table.empty());
  table.Row({"1", "doedsfall_v1", "x"});
  table.Row({"", "ærå", "y"});
  EXPECT_THAT(table.Lines(), ElementsAre("id  ressurs       end",  //
                                         "1   doedsfall_v1  x",    //
                                         "-   ærå           y"));
}

TEST(TableTest, NothingCanMoveTheCursor) {
  EXPECT_EQ(Printable("a\x1b[2Jb\nc\td\x7f"), "a?[2Jb?c?d?");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "?31m");  // the one-character form of ESC [
  EXPECT_EQ(Printable("\xff\xc3"), "??");
  EXPECT_EQ(Printable("æøå \xf0\x9f\x93\xae"), "æøå \xf0\x9f\x93\xae");
}

TEST(TableTest, LongTextIsShortenedByCharacters) {
  EXPECT_EQ(Shortened("æøå", 3), "æøå");
  EXPECT_EQ(Shortened("æøåæ", 3), "æø…");
  EXPECT_EQ(Shortened("", 3), "");
}

}  // namespace
}  // namespace utboks::app

// What an agency's program was compiled with must fit the library that it meets.
#include <gtest/gtest.h>
#include <utboks/outbox.h>

#include <type_traits>

namespace utboks::outbox {
namespace {

// Another number here is another layout: raise SOVERSION in producer/embed/CMakeLists.txt
// together with it.
#if defined(__x86_64__) && defined(__GLIBCXX__) && !defined(_GLIBCXX_DEBUG)
TEST(LayoutTest, IsThatOfTheSoname) {
  EXPECT_EQ(sizeof(Status), 40U);
  EXPECT_EQ(sizeof(Attachment), 96U);
  EXPECT_EQ(sizeof(Document), 136U);
  EXPECT_EQ(sizeof(Violation), 112U);
  EXPECT_EQ(sizeof(Answer), 176U);
  EXPECT_EQ(sizeof(Message), 232U);
  EXPECT_EQ(sizeof(Options), 128U);
  EXPECT_EQ(sizeof(Opened), 48U);
  EXPECT_EQ(sizeof(Found), 272U);
  EXPECT_EQ(sizeof(Outbox), 8U);
}
#endif

TEST(LayoutTest, ValuesCanBeMovedAndOutboxesCannotBeCopied) {
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<Answer>);
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<Document>);
  EXPECT_FALSE(std::is_copy_constructible_v<Outbox>);
}

TEST(LayoutTest, EachCodeAndStateHasAName) {
  for (int code = 0; code <= 13; ++code) {
    EXPECT_STRNE(CodeName(static_cast<Code>(code)), "unknown") << code;
  }
  EXPECT_STREQ(CodeName(static_cast<Code>(14)), "unknown");
  for (int state = 0; state <= 8; ++state) {
    EXPECT_STRNE(StateName(static_cast<State>(state)), "unknown") << state;
  }
  EXPECT_STREQ(StateName(State::kInDoubt), "in_doubt");
  EXPECT_STREQ(StateName(static_cast<State>(9)), "unknown");
}

}  // namespace
}  // namespace utboks::outbox

#include "queue/base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace utboks {
namespace {

TEST(RandomTest, TheSameSeedDrawsTheSame) {
  auto one = SeededRandom(7);
  auto two = SeededRandom(7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(one->Next(), two->Next());
}

TEST(RandomTest, DrawsStayInTheirBounds) {
  for (int i = 0; i < 10'000; ++i) {
    const double unit = SecureRandom().Unit();
    EXPECT_GE(unit, 0.0);
    EXPECT_LT(unit, 1.0);
    EXPECT_LT(SecureRandom().Below(3), 3U);
    const Millis wait = SecureRandom().Between(Millis(5), Millis(9));
    EXPECT_GE(wait, Millis(5));
    EXPECT_LE(wait, Millis(9));
  }
  EXPECT_EQ(SecureRandom().Between(Millis(9), Millis(5)), Millis(9));
}

TEST(RandomTest, IdsSortByTimeAndReadBack) {
  auto random = SeededRandom(1);
  const Uuid early = MakeUuid(WallFromMillis(1'000), *random);
  const Uuid late = MakeUuid(WallFromMillis(1'001), *random);
  EXPECT_LT(early, late);
  EXPECT_EQ(early[6] >> 4, 7);
  EXPECT_EQ(early[8] >> 6, 2);
  Uuid back{};
  ASSERT_TRUE(ParseUuid(FormatUuid(early), &back));
  EXPECT_EQ(back, early);
}

TEST(RandomTest, RefusesWhatIsNoUuid) {
  Uuid id{};
  for (const char* text :
       {"", "x", "00000000-0000-7000-8000-00000000000", "00000000-0000-7000-8000-00000000000g",
        "00000000x0000-7000-8000-000000000000"}) {
    EXPECT_FALSE(ParseUuid(text, &id)) << text;
  }
}

TEST(RandomTest, IdsOfOneMillisecondDiffer) {
  std::set<Uuid> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(MakeUuid(WallFromMillis(5), SecureRandom()));
  EXPECT_EQ(seen.size(), 10'000U);
}

}  // namespace
}  // namespace utboks

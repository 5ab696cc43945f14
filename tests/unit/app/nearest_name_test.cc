#include "producer/app/nearest_name.h"

#include <gtest/gtest.h>

#include <array>

namespace utboks::app {
namespace {

TEST(NearestNameTest, FindsWhatWasMeant) {
  constexpr std::array<std::string_view, 3> known = {"backoff_min", "backoff_max", "lifetime"};
  EXPECT_EQ(NearestName("backof_min", known), "backoff_min");
  EXPECT_EQ(NearestName("backoff_maks", known), "backoff_max");
  EXPECT_EQ(NearestName("life_time", known), "lifetime");
  EXPECT_EQ(NearestName("", known), "lifetime");
  EXPECT_EQ(NearestName("x", {}), "");
}

}  // namespace
}  // namespace utboks::app

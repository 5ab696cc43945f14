#include "producer/domain/organisation_number.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <utility>

namespace utboks {
namespace {

TEST(OrganisationNumber, ByWorkedExamples) {
  for (const char* number :
       {"123456785", "974760746", "889640782", "974761076", "983163327", "988312495", "991825827",
        "981566378", "310943223", "100101688", "701730496"}) {
    EXPECT_TRUE(IsOrganisationNumber(number)) << number;
  }
  for (const char* number : {"123456789", "987654321", "111222333", "999888999", "97476074",
                             "9747607460", "", "97476074x", " 974760746", "97476074 "}) {
    EXPECT_FALSE(IsOrganisationNumber(number)) << number;
  }
}

// Each has one control digit or none.
TEST(OrganisationNumber, EverySingleWrongDigitIsSeen) {
  int without = 0;
  for (int stem = 31'000'000; stem < 31'001'000; ++stem) {
    int right = 0;
    for (int control = 0; control <= 9; ++control) {
      const std::string number = fmt::format("{}{}", stem, control);
      if (!IsOrganisationNumber(number)) continue;
      ++right;
      for (std::size_t at = 0; at < number.size(); ++at) {
        for (char digit = '0'; digit <= '9'; ++digit) {
          std::string other = number;
          other[at] = digit;
          EXPECT_EQ(IsOrganisationNumber(other), other == number) << other;
        }
      }
    }
    EXPECT_LE(right, 1) << stem;
    without += right == 0 ? 1 : 0;
  }
  EXPECT_GT(without, 50);
  EXPECT_LT(without, 130) << "one in eleven has none";
}

// Weights that are the same stand six places apart: all else that is changed for one
// another is seen.
TEST(OrganisationNumber, AllTranspositionsAreSeenButTwo) {
  const std::set<std::pair<std::size_t, std::size_t>> unseen = {{1, 7}, {2, 8}};
  std::mt19937 chance(974760746);
  int numbers = 0;
  for (int n = 0; n < 20'000; ++n) {
    const std::string stem = fmt::format("{:08}", chance() % 100'000'000);
    for (char control = '0'; control <= '9'; ++control) {
      const std::string number = stem + control;
      if (!IsOrganisationNumber(number)) continue;
      ++numbers;
      for (std::size_t i = 1; i <= number.size(); ++i) {
        for (std::size_t j = i + 1; j <= number.size(); ++j) {
          std::string other = number;
          std::swap(other[i - 1], other[j - 1]);
          if (other == number) continue;
          if (IsOrganisationNumber(other) != unseen.contains({i, j})) {
            ADD_FAILURE() << other << " for " << number;
          }
        }
      }
    }
  }
  EXPECT_GT(numbers, 17'500);
}

}  // namespace
}  // namespace utboks

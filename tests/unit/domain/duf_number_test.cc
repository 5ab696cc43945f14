#include "producer/domain/duf_number.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace utboks {
namespace {

TEST(DufNumber, ByWorkedExamples) {
  for (const char* number : {"200112345609", "201017238203", "200816832910", "199201426900",
                             "200205705502", "200900595509", "204167553610"}) {
    EXPECT_TRUE(LooksLikeDufNumber(number)) << number;
  }
  for (const char* number : {"201258697561", "123411234560", "200112345610", "20011234560",
                             "2001123456090", "", "2001123456O9"}) {
    EXPECT_FALSE(LooksLikeDufNumber(number)) << number;
  }
}

// Years and serial numbers by chance, each with the control digits that fit.
std::vector<std::string> Sample() {
  std::mt19937 chance(2001);
  std::vector<std::string> numbers;
  for (int n = 0; n < 5'000; ++n) {
    const std::string stem = fmt::format("{}{:06}", 1980 + chance() % 50, chance() % 1'000'000);
    for (int control = 0; control < 100; ++control) {
      std::string number = fmt::format("{}{:02}", stem, control);
      if (LooksLikeDufNumber(number)) numbers.push_back(std::move(number));
    }
  }
  return numbers;
}

TEST(DufNumber, EveryStemHasOneAndEverySingleWrongDigitIsSeen) {
  const std::vector<std::string> numbers = Sample();
  EXPECT_EQ(numbers.size(), 5'000u);
  for (const std::string& number : numbers) {
    for (std::size_t at = 0; at < number.size(); ++at) {
      std::string other = number;
      for (other[at] = '0'; other[at] <= '9'; ++other[at]) {
        if (other == number) continue;
        if (LooksLikeDufNumber(other)) ADD_FAILURE() << other << " for " << number;
      }
    }
  }
}

// The weights of the year come again behind it.  That of a digit with one of the control
// digits is another sum, which is not looked at here.
TEST(DufNumber, TranspositionsAreSeenWhereTheWeightsDiffer) {
  const std::set<std::pair<std::size_t, std::size_t>> unseen = {{1, 5}, {2, 6}, {3, 7}, {4, 8}};
  for (const std::string& number : Sample()) {
    for (std::size_t i = 1; i <= 10; ++i) {
      for (std::size_t j = i + 1; j <= 10; ++j) {
        std::string other = number;
        std::swap(other[i - 1], other[j - 1]);
        if (other == number) continue;
        if (LooksLikeDufNumber(other) != unseen.contains({i, j})) {
          ADD_FAILURE() << other << " for " << number;
        }
      }
    }
    std::string turned = number;
    std::swap(turned[10], turned[11]);
    EXPECT_EQ(LooksLikeDufNumber(turned), turned == number) << turned;
  }
}

}  // namespace
}  // namespace utboks

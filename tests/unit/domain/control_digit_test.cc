// The sums themselves, as they are worked out by hand in the sources of the rules.
#include "producer/domain/control_digit.h"

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace utboks {
namespace {

constexpr std::array kFirst = {3, 7, 6, 1, 8, 9, 4, 5, 2};
constexpr std::array kSecond = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
constexpr std::array kOrganisation = {3, 2, 7, 6, 5, 4, 3, 2};
constexpr std::array kDuf = {4, 6, 3, 2, 4, 6, 3, 2, 7, 5};

TEST(WeightedRemainder, ByWorkedSums) {
  struct Case {
    std::string_view digits;
    std::span<const int> weights;
    int sum;
  };
  for (const Case& c : std::vector<Case>{
           {"200369147", kFirst, 176},
           {"2003691470", kSecond, 154},
           {"038515987", kFirst, 217},
           {"0385159873", kSecond, 187},
           {"301082999", kFirst, 196},
           {"3010829993", kSecond, 200},
           {"551024999", kFirst, 207},
           {"5510249994", kSecond, 202},
           {"701073009", kFirst, 128},
           {"7010730094", kSecond, 140},
           {"12345678", kOrganisation, 138},
           {"97476074", kOrganisation, 170},
           {"88964078", kOrganisation, 196},
           {"2001123456", kDuf, 108},
           {"2010172382", kDuf, 135},
           {"2008168329", kDuf, 153},
           {"2012586975", kDuf, 193},
       }) {
    EXPECT_EQ(WeightedRemainder(c.digits, c.weights), c.sum % 11) << c.digits;
  }
}

TEST(IsDigits, KnowsAsciiDigitsAlone) {
  EXPECT_TRUE(IsDigits("0123456789"));
  EXPECT_TRUE(IsDigits(""));
  for (const char* text : {" 1", "1 ", "-1", "1x", "\xEF\xBC\x91", "1\xFF", "/", ":"}) {
    EXPECT_FALSE(IsDigits(text)) << text;
  }
}

}  // namespace
}  // namespace utboks

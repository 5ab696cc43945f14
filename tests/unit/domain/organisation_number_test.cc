#include "producer/domain/organisation_number.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "producer/domain/duf_number.h"

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

}  // namespace
}  // namespace utboks

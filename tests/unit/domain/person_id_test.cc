// Every number here is synthetic or published as an example by the register itself.
#include "producer/domain/person_id.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace utboks {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

bool IsRight(std::string_view number, ControlRule rule = ControlRule::kPresent) {
  return ReadPersonId(number, rule).has_value();
}

TEST(PersonId, RightByBothRules) {
  for (const char* number :
       {"20036914700", "03851598730", "29020073150", "02013299997", "02013299806", "30108299920",
        "11111598403", "23114048690", "41814061033", "41814065640", "41814075603", "41810021827",
        "41810025091", "41810034422", "41819077302", "70107300943", "46879700922", "53097248016",
        "45092528433", "67016464373", "15507600333", "55507608360", "29422059278", "69422056629",
        "05440355678", "45440356293", "12429400544", "52429405181", "12505209719", "52505209540",
        "21483609245", "61483601467", "17912099997", "57912075186", "29822099635", "69822075096",
        "05840399895", "45840375084", "12829499914", "52829400197", "12905299938", "52905200100",
        "21883649874", "61883600222", "21929774873", "61929750062", "31739556891", "44722264549",
        "28894698995", "03923248608", "06821099739", "17908599950"}) {
    EXPECT_TRUE(IsRight(number)) << number;
    EXPECT_TRUE(IsRight(number, ControlRule::kFrom2032)) << number;
    EXPECT_FALSE(ReadPersonId(number, ControlRule::kFrom2032)->from_2032) << number;
  }
}

TEST(PersonId, RightFrom2032Only) {
  for (const char* number :
       {"30108299939", "30908299902", "02013299903", "41819077906", "55102499947"}) {
    PersonIdFault fault{};
    EXPECT_FALSE(ReadPersonId(number, ControlRule::kPresent, &fault)) << number;
    EXPECT_EQ(fault, PersonIdFault::kControl) << number;
    const auto id = ReadPersonId(number, ControlRule::kFrom2032);
    ASSERT_TRUE(id.has_value()) << number;
    EXPECT_TRUE(id->from_2032);
    EXPECT_THAT(PossibleYears(*id), IsEmpty()) << "it does not tell";
  }
}

TEST(PersonId, WrongByBothRules) {
  struct Case {
    std::string_view number;
    PersonIdFault fault;
  };
  for (const Case& c : {
           Case{"20036914712", PersonIdFault::kControl},
           Case{"29020105729", PersonIdFault::kDate},  // 2001 was no leap year
           Case{"02013299987", PersonIdFault::kControl},
           Case{"02013299996", PersonIdFault::kControl},
           Case{"13097248032", PersonIdFault::kControl},  // the first digit alone would do
           Case{"13097248023", PersonIdFault::kControl},
           Case{"01010112345", PersonIdFault::kControl},
           Case{"02020223456", PersonIdFault::kControl},
           Case{"00818299906", PersonIdFault::kDate},
           Case{"32818299906", PersonIdFault::kDate},
           Case{"72818299906", PersonIdFault::kDate},  // day 32 of a D-number
           Case{"01008299906", PersonIdFault::kDate},
           Case{"01138299906", PersonIdFault::kDate},
           Case{"01538299906", PersonIdFault::kDate},
           Case{"01788299906", PersonIdFault::kDate},
           Case{"01938299906", PersonIdFault::kDate},
           Case{"31848299906", PersonIdFault::kDate},
           Case{"", PersonIdFault::kForm},
           Case{"2003691470", PersonIdFault::kForm},
           Case{"200369147000", PersonIdFault::kForm},
           Case{"200369 4700", PersonIdFault::kForm},
           Case{"2003691470x", PersonIdFault::kForm},
       }) {
    for (const ControlRule rule : {ControlRule::kPresent, ControlRule::kFrom2032}) {
      PersonIdFault fault{};
      EXPECT_FALSE(ReadPersonId(c.number, rule, &fault)) << c.number;
      EXPECT_EQ(fault, c.fault) << c.number;
    }
  }
}

TEST(PersonId, SaysWhatIsInIt) {
  struct Case {
    std::string_view number;
    bool dnummer;
    Series series;
    int day, month, year;
  };
  for (const Case& c : {
           Case{"20036914700", false, Series::kRegister, 20, 3, 69},
           Case{"70107300943", true, Series::kRegister, 30, 10, 73},
           Case{"15507600333", false, Series::kNavOrHospital, 15, 10, 76},
           Case{"69422056629", true, Series::kNavOrHospital, 29, 2, 20},
           Case{"31739556891", false, Series::kSyntPop, 31, 8, 95},
           Case{"44722264549", true, Series::kSyntPop, 4, 7, 22},
           Case{"17912099997", false, Series::kTenor, 17, 11, 20},
           Case{"46879700922", true, Series::kTenor, 6, 7, 97},
       }) {
    const auto id = ReadPersonId(c.number, ControlRule::kPresent);
    ASSERT_TRUE(id.has_value()) << c.number;
    EXPECT_EQ(id->dnummer, c.dnummer) << c.number;
    EXPECT_EQ(id->series, c.series) << c.number;
    EXPECT_EQ(id->day, c.day) << c.number;
    EXPECT_EQ(id->month, c.month) << c.number;
    EXPECT_EQ(id->short_year, c.year) << c.number;
    EXPECT_EQ(id->synthetic(), c.series == Series::kTenor || c.series == Series::kSyntPop);
  }
}

TEST(PersonId, YearsByTheIndividualNumber) {
  const auto years = [](bool dnummer, int short_year, int individual) {
    PersonId id;
    id.dnummer = dnummer;
    id.short_year = short_year;
    id.individual = individual;
    return PossibleYears(id);
  };
  EXPECT_THAT(years(false, 69, 147), ElementsAre(1969));
  EXPECT_THAT(years(false, 97, 748), ElementsAre(1897));
  EXPECT_THAT(years(false, 20, 999), ElementsAre(2020));
  EXPECT_THAT(years(false, 94, 999), ElementsAre(1994));
  EXPECT_THAT(years(false, 0, 500), ElementsAre(2000));
  EXPECT_THAT(years(false, 0, 499), ElementsAre(1900));
  EXPECT_THAT(years(false, 39, 900), ElementsAre(2039));
  EXPECT_THAT(years(false, 45, 600), IsEmpty()) << "of no series";
  // What was extended in 2021 overlaps with what was before.
  EXPECT_THAT(years(true, 40, 610), ElementsAre(1940));
  EXPECT_THAT(years(true, 0, 218), ElementsAre(1900, 2000));
  EXPECT_THAT(years(true, 25, 284), ElementsAre(1925, 2025));
  EXPECT_THAT(years(true, 64, 643), ElementsAre(1864, 1964));
  EXPECT_THAT(years(true, 20, 105), ElementsAre(1920));
  EXPECT_THAT(years(true, 97, 510), ElementsAre(1897));
}

// Of each kind of number, all individual numbers of one day: in the right one each
// other digit in each place is seen, by either rule.
TEST(PersonId, EverySingleWrongDigitIsSeen) {
  int right = 0, checked = 0;
  for (const int day : {17, 57}) {
    for (const int month : {5, 45, 70, 85}) {
      for (int individual = 0; individual < 1'000; ++individual) {
        const std::string stem = fmt::format("{:02}{:02}62{:03}", day, month, individual);
        for (int control = 0; control < 100; ++control) {
          const std::string number = fmt::format("{}{:02}", stem, control);
          if (!IsRight(number)) continue;
          ++right;
          for (std::size_t at = 0; at < number.size(); ++at) {
            std::string other = number;
            for (other[at] = '0'; other[at] <= '9'; ++other[at]) {
              if (other == number) continue;
              ++checked;
              if (IsRight(other)) ADD_FAILURE() << other << " for " << number;
            }
          }
        }
      }
    }
  }
  EXPECT_GT(right, 6'000) << "about five of six individual numbers have control digits";
  EXPECT_EQ(checked, right * 99);
}

// From 2032 there are four times as many, and those from before are among them.
TEST(PersonId, TheRuleFrom2032OnlyWidens) {
  int before = 0, after = 0;
  for (int individual = 0; individual < 1'000; ++individual) {
    for (int control = 0; control < 100; ++control) {
      const std::string number = fmt::format("178562{:03}{:02}", individual, control);
      const bool is_right = IsRight(number);
      const auto id = ReadPersonId(number, ControlRule::kFrom2032);
      if (is_right) {
        EXPECT_TRUE(id && !id->from_2032) << number;
      }
      before += is_right ? 1 : 0;
      after += id ? 1 : 0;
    }
  }
  EXPECT_GT(after, before * 7 / 2);
  EXPECT_LT(after, before * 9 / 2);
}

}  // namespace
}  // namespace utboks

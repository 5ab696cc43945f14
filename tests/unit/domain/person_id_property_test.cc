// What the rules of persons' numbers catch and what not, number by number.
//
// Places in a number count from 1, as they do in the rules: 1–2 day, 3–4 month, 5–6 year,
// 7–9 individual number, 10 and 11 the control digits.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "producer/domain/control_digit.h"
#include "producer/domain/person_id.h"

namespace utboks {
namespace {

using ::testing::ElementsAreArray;

constexpr std::array kBothRules = {ControlRule::kPresent, ControlRule::kFrom2032};
constexpr std::array kMonthOffsets = {40, 65, 80};  // no real person's
constexpr std::array kFirstWeights = {3, 7, 6, 1, 8, 9, 4, 5, 2, 1};

// Right by `rule`: of each day of a leap year, each synthetic series, with and without 40
// on the day, those with a year and an individual number by chance.
std::vector<std::string> Sample(ControlRule rule) {
  std::mt19937 chance(20320101);
  std::vector<std::string> numbers;
  for (int month = 1; month <= 12; ++month) {
    for (int day = 1; day <= 31; ++day) {
      for (const int offset : kMonthOffsets) {
        for (const int of_d : {0, 40}) {
          const std::string stem = fmt::format("{:02}{:02}{:02}{:03}", day + of_d, month + offset,
                                               chance() % 100, chance() % 1000);
          for (int control = 0; control < 100; ++control) {
            std::string number = fmt::format("{}{:02}", stem, control);
            if (ReadPersonId(number, rule)) numbers.push_back(std::move(number));
          }
        }
      }
    }
  }
  return numbers;
}

// Two places changed for each other.
using Places = std::pair<std::size_t, std::size_t>;
std::string Swapped(std::string number, const Places& places) {
  std::swap(number[places.first - 1], number[places.second - 1]);
  return number;
}

// What becomes of `other`, which was made out of a right number.
enum class Fate { kRight, kDate, kControl };
Fate FateOf(const std::string& other, ControlRule rule) {
  PersonIdFault fault{};
  if (ReadPersonId(other, rule, &fault)) return Fate::kRight;
  EXPECT_NE(fault, PersonIdFault::kForm) << other;
  return fault == PersonIdFault::kDate ? Fate::kDate : Fate::kControl;
}

// The second control digit has a weight for every place, and none is a multiple of 11: so
// by the rule from 2032 too.
TEST(PersonIdRules, EverySingleWrongDigitIsSeenByEitherRule) {
  for (const ControlRule rule : kBothRules) {
    const std::vector<std::string> numbers = Sample(rule);
    EXPECT_GT(numbers.size(), rule == ControlRule::kPresent ? 1'500u : 5'000u);
    for (const std::string& number : numbers) {
      for (std::size_t at = 0; at < number.size(); ++at) {
        std::string other = number;
        for (other[at] = '0'; other[at] <= '9'; ++other[at]) {
          if (other == number) continue;
          if (ReadPersonId(other, rule)) ADD_FAILURE() << other << " for " << number;
        }
      }
    }
  }
}

// But for one pair: the month's second digit and the first control digit weigh the same
// in both sums.  Then only a month that there is not tells.
TEST(PersonIdRules, ByThePresentRuleAllTranspositionsAreSeenButOne) {
  constexpr Places kUnseen = {4, 10};
  std::map<Fate, int> of_unseen;
  for (const std::string& number : Sample(ControlRule::kPresent)) {
    for (std::size_t i = 1; i <= 11; ++i) {
      for (std::size_t j = i + 1; j <= 11; ++j) {
        const std::string other = Swapped(number, {i, j});
        if (other == number) continue;
        const Fate fate = FateOf(other, ControlRule::kPresent);
        if (Places(i, j) == kUnseen) {
          ++of_unseen[fate];
        } else if (fate == Fate::kRight) {
          ADD_FAILURE() << other << " for " << number;
        }
      }
    }
  }
  EXPECT_GT(of_unseen[Fate::kRight], 0);
  EXPECT_GT(of_unseen[Fate::kDate], 0);
  EXPECT_EQ(of_unseen[Fate::kControl], 0);
}

// Only the second control digit is as strict as before; it weighs four pairs of places the
// same.  Of these the first one sees what its remainder is moved to above 3 by.
TEST(PersonIdRules, From2032FourTranspositionsMayPass) {
  // By how much the first remainder moves, for each one that the digits differ by.
  const std::map<Places, int> kSameInTheSecond = {
      {{1, 7}, -1}, {{2, 8}, 2}, {{3, 9}, 4}, {{4, 10}, 0}};
  std::map<Places, std::map<Fate, int>> fates;
  for (const std::string& number : Sample(ControlRule::kFrom2032)) {
    const int remainder = WeightedRemainder(number.substr(0, 10), kFirstWeights);
    for (std::size_t i = 1; i <= 11; ++i) {
      for (std::size_t j = i + 1; j <= 11; ++j) {
        const std::string other = Swapped(number, {i, j});
        if (other == number) continue;
        const Fate fate = FateOf(other, ControlRule::kFrom2032);
        const auto same = kSameInTheSecond.find({i, j});
        if (same == kSameInTheSecond.end()) {
          if (fate == Fate::kRight) ADD_FAILURE() << other << " for " << number;
          continue;
        }
        ++fates[{i, j}][fate];
        if (fate == Fate::kDate) continue;
        const int moved = remainder + same->second * (number[j - 1] - number[i - 1]);
        const bool passes = (moved % 11 + 11) % 11 <= 3;
        EXPECT_EQ(fate == Fate::kRight, passes) << other << " for " << number;
      }
    }
  }
  for (const auto& [places, unused] : kSameInTheSecond) {
    EXPECT_GT(fates[places][Fate::kRight], 0) << places.first;
    const int seen = fates[places][Fate::kControl];
    EXPECT_EQ(seen > 0, places != Places(4, 10)) << places.first;
  }
}

// What comes before the control digits has one number at most by the present rule; from
// 2032 on two to four, so that no day and no individual number is without.
TEST(PersonIdRules, HowManyNumbersThereAreOfEachIndividualNumber) {
  std::set<int> present, from_2032;
  for (const int day : {17, 57}) {
    for (int individual = 0; individual < 1'000; ++individual) {
      std::map<ControlRule, int> right;
      for (int control = 0; control < 100; ++control) {
        // Of a year for which some individual numbers are of no series.
        const std::string number = fmt::format("{:02}8545{:03}{:02}", day, individual, control);
        for (const ControlRule rule : kBothRules) right[rule] += ReadPersonId(number, rule) ? 1 : 0;
      }
      present.insert(right[ControlRule::kPresent]);
      from_2032.insert(right[ControlRule::kFrom2032]);
    }
  }
  EXPECT_THAT(present, ElementsAreArray({0, 1}));
  EXPECT_THAT(from_2032, ElementsAreArray({2, 3, 4}));
}

// All that two digits of a day and two of a month can be.
TEST(PersonIdRules, DaysAndMonthsAreThoseThatThereAre) {
  using namespace std::chrono;
  for (int written_day = 0; written_day < 100; ++written_day) {
    for (int written_month = 0; written_month < 100; ++written_month) {
      // Born in 1963, which was no leap year, by either rule.
      const std::string number = fmt::format("{:02}{:02}6312300", written_day, written_month);
      bool there = false;
      for (const int of_d : {0, 40}) {
        for (const int offset : {0, 40, 65, 80}) {
          const int day_of = written_day - of_d, month_of = written_month - offset;
          if (day_of < 1 || month_of < 1) continue;
          const year_month_day date(year(1963), month(static_cast<unsigned>(month_of)),
                                    day(static_cast<unsigned>(day_of)));
          there = there || date.ok();
        }
      }
      EXPECT_EQ(FateOf(number, ControlRule::kPresent) != Fate::kDate, there) << number;
      EXPECT_EQ(FateOf(number, ControlRule::kFrom2032) != Fate::kDate, there) << number;
    }
  }
}

// By the present rule in a year that the number can be of; from 2032 in any century, as is
// one whose first control digit is of that rule.
TEST(PersonIdRules, TheTwentyNinthOfFebruaryIsInLeapYears) {
  using std::chrono::year;
  for (const bool dnummer : {false, true}) {
    for (int short_year = 0; short_year < 100; ++short_year) {
      for (int individual = 0; individual < 1'000; ++individual) {
        PersonId id;
        id.dnummer = dnummer;
        id.short_year = short_year;
        id.individual = individual;
        std::vector<int> years = PossibleYears(id);
        const bool tells = !years.empty();
        if (!tells) years = {1800 + short_year, 1900 + short_year, 2000 + short_year};
        const bool leap = std::ranges::any_of(years, [](int y) { return year(y).is_leap(); });
        const std::string stem =
            fmt::format("{}82{:02}{:03}", dnummer ? 69 : 29, short_year, individual);
        const int remainder = WeightedRemainder(stem + "0", kFirstWeights);
        if (remainder == 1) continue;  // there is no digit that makes it 0
        const std::string number = fmt::format("{}{}0", stem, (11 - remainder) % 11);
        if ((FateOf(number, ControlRule::kPresent) != Fate::kDate) != leap) {
          ADD_FAILURE() << number;
        }
        // 1900 and 1800 were none, 2000 was.
        if ((FateOf(number, ControlRule::kFrom2032) != Fate::kDate) != (short_year % 4 == 0)) {
          ADD_FAILURE() << number;
        }
      }
    }
  }
}

// As the register's pages have the series: by years of birth, then by individual numbers.
TEST(PersonIdRules, YearsOfEveryIndividualNumber) {
  const auto born = [](int y, int individual) {
    if (y >= 1854 && y <= 1899 && individual >= 500 && individual <= 749) return true;
    if (y >= 1900 && y <= 1999 && individual <= 499) return true;
    if (y >= 1940 && y <= 1999 && individual >= 900) return true;
    return y >= 2000 && y <= 2039 && individual >= 500;
  };
  // Since November 2021, by the first digit; those from before are as above.
  const auto born_d = [&](int y, int individual) {
    if (born(y, individual)) return true;
    const int first = individual / 100;
    if (y >= 1858 && y <= 1899) return first == 5;
    if (y >= 1900 && y <= 1939) return first <= 1;
    if (y >= 1940 && y <= 1999) return first != 5;
    return y >= 2000 && y <= 2039 && first >= 2;
  };
  for (const bool dnummer : {false, true}) {
    for (int short_year = 0; short_year < 100; ++short_year) {
      for (int individual = 0; individual < 1'000; ++individual) {
        PersonId id;
        id.dnummer = dnummer;
        id.short_year = short_year;
        id.individual = individual;
        std::vector<int> years;
        for (const int century : {1800, 1900, 2000}) {
          const int y = century + short_year;
          if (dnummer ? born_d(y, individual) : born(y, individual)) years.push_back(y);
        }
        if (PossibleYears(id) != years) {
          ADD_FAILURE() << (dnummer ? "D " : "") << short_year << " " << individual;
        }
      }
    }
  }
}

}  // namespace
}  // namespace utboks

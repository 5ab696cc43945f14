#include "producer/domain/person_id.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "producer/domain/control_digit.h"

namespace utboks {
namespace {

constexpr std::array kFirstWeights = {3, 7, 6, 1, 8, 9, 4, 5, 2, 1};
constexpr std::array kSecondWeights = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};

struct Offset {
  int months;
  Series series;
};
constexpr std::array kOffsets = {Offset{80, Series::kTenor}, Offset{65, Series::kSyntPop},
                                 Offset{40, Series::kNavOrHospital}, Offset{0, Series::kRegister}};

// Which individual numbers were given to those born in which years.
struct Range {
  int low, high;  // of the individual number
  int first_year, last_year;
};
constexpr std::array kBirthSeries = {Range{500, 749, 1854, 1899}, Range{0, 499, 1900, 1999},
                                     Range{900, 999, 1940, 1999}, Range{500, 999, 2000, 2039}};
// Of D-numbers since November 2021; those from before have the series above.
constexpr std::array kDNumberSeries = {Range{500, 599, 1858, 1899}, Range{0, 199, 1900, 1939},
                                       Range{0, 499, 1940, 1999}, Range{600, 999, 1940, 1999},
                                       Range{200, 999, 2000, 2039}};

std::optional<Offset> OffsetOf(int written_month) {
  for (const Offset& offset : kOffsets) {
    const int month = written_month - offset.months;
    if (month >= 1 && month <= 12) return offset;
  }
  return std::nullopt;
}

bool IsElevenDigits(std::string_view number) {
  return number.size() == 11 && IsDigits(number);
}
int Part(std::string_view number, std::size_t from, std::size_t count) {
  int value = 0;
  for (const char digit : number.substr(from, count)) value = value * 10 + (digit - '0');
  return value;
}

void AddYears(const PersonId& id, std::span<const Range> series, std::vector<int>* years) {
  for (const Range& range : series) {
    if (id.individual < range.low || id.individual > range.high) continue;
    for (const int century : {1800, 1900, 2000}) {
      const int year = century + id.short_year;
      if (year >= range.first_year && year <= range.last_year) years->push_back(year);
    }
  }
}

bool IsLeap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool IsDay(int day, int month, bool leap) {
  constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int days = kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
  return day >= 1 && day <= days;
}

// In the years that the number tells of; in any century when it tells of none, or the
// rule is that from 2032, by which it may not mean what it says.
bool IsDayOf(const PersonId& id, ControlRule rule) {
  std::vector<int> years = PossibleYears(id);
  if (years.empty() || rule == ControlRule::kFrom2032) {
    years = {1800 + id.short_year, 1900 + id.short_year, 2000 + id.short_year};
  }
  return std::ranges::any_of(years,
                             [&](int year) { return IsDay(id.day, id.month, IsLeap(year)); });
}

}  // namespace

std::optional<PersonId> ReadPersonId(std::string_view number, ControlRule rule,
                                     PersonIdFault* fault) {
  const auto refuse = [fault](PersonIdFault why) {
    if (fault != nullptr) *fault = why;
    return std::nullopt;
  };
  if (!IsElevenDigits(number)) return refuse(PersonIdFault::kForm);
  PersonId id;
  id.day = Part(number, 0, 2);
  id.month = Part(number, 2, 2);
  id.short_year = Part(number, 4, 2);
  id.individual = Part(number, 6, 3);
  if (id.day > 40) {
    id.dnummer = true;
    id.day -= 40;
  }
  const auto offset = OffsetOf(id.month);
  if (!offset) return refuse(PersonIdFault::kDate);
  id.series = offset->series;
  id.month -= offset->months;
  const int first = WeightedRemainder(number.substr(0, 10), kFirstWeights);
  const int second = WeightedRemainder(number, kSecondWeights);
  id.from_2032 = first > 0;
  if (!IsDayOf(id, rule)) return refuse(PersonIdFault::kDate);
  const bool is_right = first <= (rule == ControlRule::kFrom2032 ? 3 : 0) && second == 0;
  if (!is_right) return refuse(PersonIdFault::kControl);
  return id;
}

std::optional<Series> SeriesOf(std::string_view number) {
  if (!IsElevenDigits(number)) return std::nullopt;
  const auto offset = OffsetOf(Part(number, 2, 2));
  return offset ? std::optional(offset->series) : std::nullopt;
}

std::vector<int> PossibleYears(const PersonId& id) {
  std::vector<int> years;
  if (id.from_2032) return years;
  AddYears(id, kBirthSeries, &years);
  if (id.dnummer) AddYears(id, kDNumberSeries, &years);
  std::ranges::sort(years);
  // Not ranges::unique: clang 14 (the tidy preset) cannot read what it returns.
  years.erase(std::unique(years.begin(), years.end()), years.end());
  return years;
}

}  // namespace utboks

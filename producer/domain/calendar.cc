#include "producer/domain/calendar.h"

#include <algorithm>
#include <charconv>

namespace utboks {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Norway is at most this far ahead of UTC.
constexpr hours kNorwayAhead{2};

std::string_view WithoutSpace(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Takes `count` digits off the front.
std::optional<int> TakeNumber(std::string_view* text, std::size_t count) {
  if (text->size() < count) return std::nullopt;
  int value = 0;
  const char* end = text->data() + count;
  const auto read = std::from_chars(text->data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || text->front() == '-') return std::nullopt;
  text->remove_prefix(count);
  return value;
}

bool TakeCharacter(std::string_view* text, char c) {
  if (!text->starts_with(c)) return false;
  text->remove_prefix(1);
  return true;
}

std::optional<Day> TakeDay(std::string_view* text) {
  const auto year = TakeNumber(text, 4);
  if (!year || !TakeCharacter(text, '-')) return std::nullopt;
  const auto month = TakeNumber(text, 2);
  if (!month || !TakeCharacter(text, '-')) return std::nullopt;
  const auto day = TakeNumber(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year == 0) return std::nullopt;
  return Day(date);
}

// The rest of a date or a time: how far it is ahead of UTC, or nothing.  False when it
// is neither.
bool TakeZone(std::string_view text, std::optional<minutes>* ahead) {
  ahead->reset();
  if (text.empty()) return true;
  if (text == "Z") {
    *ahead = minutes(0);
    return true;
  }
  const bool east = text.front() == '+';
  if (!east && text.front() != '-') return false;
  text.remove_prefix(1);
  const auto hour = TakeNumber(&text, 2);
  if (!hour || !TakeCharacter(&text, ':')) return false;
  const auto minute = TakeNumber(&text, 2);
  if (!minute || !text.empty() || *hour > 14 || *minute > 59) return false;
  *ahead = (hours(*hour) + minutes(*minute)) * (east ? 1 : -1);
  return true;
}

}  // namespace

std::optional<Day> ReadDay(std::string_view text) {
  text = WithoutSpace(text);
  const auto day = TakeDay(&text);
  std::optional<minutes> ahead;
  if (!day || !TakeZone(text, &ahead)) return std::nullopt;
  return day;
}

std::optional<ReadTime> ReadDateTime(std::string_view text) {
  text = WithoutSpace(text);
  const auto day = TakeDay(&text);
  if (!day || !TakeCharacter(&text, 'T')) return std::nullopt;
  const auto hour = TakeNumber(&text, 2);
  if (!hour || !TakeCharacter(&text, ':')) return std::nullopt;
  const auto minute = TakeNumber(&text, 2);
  if (!minute || !TakeCharacter(&text, ':')) return std::nullopt;
  const auto second = TakeNumber(&text, 2);
  if (!second || *hour > 24 || *minute > 59 || *second > 59) return std::nullopt;
  if (TakeCharacter(&text, '.')) {
    // Parts of a second do not matter to what is asked of a time here.
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
  }
  std::optional<minutes> ahead;
  if (!TakeZone(text, &ahead)) return std::nullopt;
  ReadTime time;
  time.zone = ahead.has_value();
  time.at = *day + hours(*hour) + minutes(*minute) + seconds(*second) -
            ahead.value_or(minutes(kNorwayAhead));
  return time;
}

Day TodayInNorway(WallTime now) {
  return std::chrono::floor<std::chrono::days>(now + kNorwayAhead);
}

}  // namespace utboks

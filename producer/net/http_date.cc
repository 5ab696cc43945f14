#include "producer/net/http_date.h"

#include <array>
#include <charconv>
#include <cstddef>

namespace utboks {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The words of a date, split at blanks, commas and dashes; at most 7.
struct Words {
  std::array<std::string_view, 7> word;
  std::size_t count = 0;
};

std::optional<Words> Split(std::string_view text) {
  constexpr std::string_view kSeparators = " ,-";
  Words words;
  while (!text.empty()) {
    const auto begin = text.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    if (words.count == words.word.size()) return std::nullopt;
    const auto end = text.find_first_of(kSeparators);
    words.word[words.count++] = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  }
  return words;
}

std::optional<int> Number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<WallTime> Combine(std::string_view day, std::string_view month, std::string_view year,
                                std::string_view time) {
  using namespace std::chrono;
  std::optional<unsigned> month_number;
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == month) month_number = i + 1;
  }
  const auto day_number = Number(day);
  auto year_number = Number(year);
  if (time.size() != 8 || time[2] != ':' || time[5] != ':') return std::nullopt;
  const auto h = Number(time.substr(0, 2));
  const auto m = Number(time.substr(3, 2));
  const auto s = Number(time.substr(6, 2));
  if (!month_number || !day_number || !year_number || !h || !m || !s) return std::nullopt;
  // Two digits are of RFC 850's time and ours: 1970 to 2069.
  if (year.size() == 2) *year_number += *year_number < 70 ? 2000 : 1900;
  if (*h > 23 || *m > 59 || *s > 60 || *year_number < 1970 || *year_number > 9999) {
    return std::nullopt;
  }
  const year_month_day date{std::chrono::year(*year_number), std::chrono::month(*month_number),
                            std::chrono::day(static_cast<unsigned>(*day_number))};
  if (!date.ok()) return std::nullopt;
  return WallTime(sys_days(date) + hours(*h) + minutes(*m) + seconds(*s));
}

}  // namespace

std::optional<WallTime> ParseHttpDate(std::string_view text) {
  const auto words = Split(text);
  if (!words) return std::nullopt;
  const auto& w = words->word;
  // Sun, 06 Nov 1994 08:49:37 GMT; Sunday, 06-Nov-94 08:49:37 GMT
  if (words->count == 6 && w[5] == "GMT") return Combine(w[1], w[2], w[3], w[4]);
  // Sun Nov  6 08:49:37 1994
  if (words->count == 5) return Combine(w[2], w[1], w[4], w[3]);
  return std::nullopt;
}

}  // namespace utboks

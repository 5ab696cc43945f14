#include "tests/contracts/value.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>

#include "tests/contracts/pattern.h"

namespace utboks::contracts {
namespace {

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, IsDigit);
}

// Takes `count` digits, whose value is in [low, high], off the front.
std::optional<int> TakeNumber(std::string_view* text, std::size_t count, int low, int high) {
  if (text->size() < count || !IsDigits(text->substr(0, count))) return std::nullopt;
  int value = 0;
  for (const char c : text->substr(0, count)) value = value * 10 + (c - '0');
  text->remove_prefix(count);
  if (value < low || value > high) return std::nullopt;
  return value;
}
bool TakeCharacter(std::string_view* text, char c) {
  if (!text->starts_with(c)) return false;
  text->remove_prefix(1);
  return true;
}

bool IsZone(std::string_view text) {
  if (text.empty() || text == "Z") return true;
  if (text[0] != '+' && text[0] != '-') return false;
  text.remove_prefix(1);
  const auto hours = TakeNumber(&text, 2, 0, 14);
  if (!hours || !TakeCharacter(&text, ':')) return false;
  const auto minutes = TakeNumber(&text, 2, 0, *hours == 14 ? 0 : 59);
  return minutes && text.empty();
}

// True when the year, of any number of digits, is above `limit`.
bool IsAbove(std::string_view digits, std::string_view limit) {
  while (digits.starts_with('0')) digits.remove_prefix(1);
  return digits.size() != limit.size() ? digits.size() > limit.size() : digits > limit;
}

bool TakeDate(std::string_view* text, const Quirks& quirks) {
  TakeCharacter(text, '-');
  const auto end = std::ranges::find_if_not(*text, IsDigit);
  const std::string_view year = text->substr(0, static_cast<std::size_t>(end - text->begin()));
  text->remove_prefix(year.size());
  if (year.size() < 4 || year == "0000" || (year.size() > 4 && year[0] == '0')) return false;
  if (quirks.contains(Quirk::kYearIs32Bit) && IsAbove(year, "2147483647")) return false;
  if (quirks.contains(Quirk::kYearIs64Bit) && IsAbove(year, "9223372036854775807")) return false;
  if (!TakeCharacter(text, '-')) return false;
  const auto month = TakeNumber(text, 2, 1, 12);
  if (!month || !TakeCharacter(text, '-')) return false;
  constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  // The last four digits tell of a leap year: 400 divides 10,000.
  std::string_view last_four = year.substr(year.size() - 4);
  const int short_year = TakeNumber(&last_four, 4, 0, 9999).value_or(0);
  const bool leap = short_year % 4 == 0 && (short_year % 100 != 0 || short_year % 400 == 0);
  const int days = kDays[static_cast<std::size_t>(*month - 1)] + (*month == 2 && leap ? 1 : 0);
  return TakeNumber(text, 2, 1, days).has_value();
}

bool IsDate(std::string_view text, const Quirks& quirks) {
  return TakeDate(&text, quirks) && IsZone(text);
}

bool IsDateTime(std::string_view text, const Quirks& quirks) {
  if (!TakeDate(&text, quirks) || !TakeCharacter(&text, 'T')) return false;
  const auto hours = TakeNumber(&text, 2, 0, 24);
  if (!hours || !TakeCharacter(&text, ':')) return false;
  const auto minutes = TakeNumber(&text, 2, 0, 59);
  if (!minutes || !TakeCharacter(&text, ':')) return false;
  const auto seconds = TakeNumber(&text, 2, 0, 59);
  if (!seconds) return false;
  bool is_whole = true;
  if (TakeCharacter(&text, '.')) {
    const auto end = std::ranges::find_if_not(text, IsDigit);
    const std::string_view part = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (part.empty()) return false;
    is_whole = std::ranges::all_of(part, [](char c) { return c == '0'; });
    text.remove_prefix(part.size());
  }
  if (*hours == 24 && (*minutes != 0 || *seconds != 0 || !is_whole)) return false;
  return IsZone(text);
}

bool IsInteger(std::string_view text, std::string_view largest, std::string_view smallest) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!IsDigits(text)) return false;
  const std::string_view limit = negative ? smallest : largest;
  return limit.empty() || !IsAbove(text, limit);
}

int Sextet(char c) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = kAlphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

// `text` is collapsed: single spaces may stand between any two characters.
bool IsBase64(std::string_view text, const Quirks& quirks) {
  std::string sextets;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    if (c == '=') {
      ++padding;
    } else if (Sextet(c) >= 0) {
      if (padding > 0) return false;
      sextets += c;
    } else if (!quirks.contains(Quirk::kBase64SkipsForeign)) {
      return false;
    }
  }
  if ((sextets.size() + padding) % 4 != 0 || padding > 2) return false;
  // Bits that no byte needs must be zero.
  if (padding > 0 && sextets.empty()) return false;
  if (padding == 1) return (Sextet(sextets.back()) & 3) == 0;
  if (padding == 2) return (Sextet(sextets.back()) & 15) == 0;
  return true;
}

bool IsName(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (c & 0x80) != 0;
  };
  return !text.empty() && letter(text[0]) && std::ranges::all_of(text, [&](char c) {
    return letter(c) || IsDigit(c) || c == '-' || c == '.';
  });
}

// Not of xs:integer, which has no bounds.
bool StaysAround(std::string_view builtin, std::string_view text) {
  if (builtin != "date" && builtin != "dateTime" && builtin != "long" && builtin != "int") {
    return false;
  }
  if (text.empty()) return false;
  if (IsSpace(text.front())) return true;
  if (!IsSpace(text.back())) return false;
  const auto last = std::find_if_not(text.rbegin(), text.rend(), IsSpace);
  return builtin != "dateTime" || last == text.rend() || *last != 'Z';
}

const Pattern& PatternOf(const std::string& source) {
  static std::map<std::string, Pattern> patterns;
  return patterns.try_emplace(source, source).first->second;
}

}  // namespace

std::string Collapsed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!IsSpace(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

bool IsKnownBuiltin(std::string_view builtin) {
  constexpr std::array<std::string_view, 11> kKnown = {"string", "date", "dateTime", "boolean",
                                                       "long",   "int",  "integer",  "base64Binary",
                                                       "anyURI", "ID",   "anyType"};
  return std::ranges::find(kKnown, builtin) != kKnown.end();
}

bool IsBuiltinValue(std::string_view builtin, std::string_view text, const Quirks& quirks) {
  if (builtin == "string") return true;
  if (quirks.contains(Quirk::kSpaceStaysAroundDates) && StaysAround(builtin, text)) return false;
  const std::string value = Collapsed(text);
  if (builtin == "date") return IsDate(value, quirks);
  if (builtin == "dateTime") return IsDateTime(value, quirks);
  if (builtin == "boolean") {
    return value == "true" || value == "false" || value == "1" || value == "0";
  }
  if (builtin == "long") return IsInteger(value, "9223372036854775807", "9223372036854775808");
  if (builtin == "int") return IsInteger(value, "2147483647", "2147483648");
  if (builtin == "integer") return IsInteger(value, "", "");
  if (builtin == "base64Binary") return IsBase64(value, quirks);
  if (builtin == "anyURI") return true;
  if (builtin == "ID") return IsName(value);
  std::fprintf(stderr, "the oracle does not know xs:%s\n", std::string(builtin).c_str());
  std::abort();
}

bool IsValue(const SimpleType& type, std::string_view text, const Quirks& quirks) {
  if (!IsBuiltinValue(type.builtin, text, quirks)) return false;
  const std::u32string points = ToCodePoints(text);
  std::size_t length = points.size();
  if (quirks.contains(Quirk::kLengthInUtf16)) {
    length += static_cast<std::size_t>(
        std::ranges::count_if(points, [](char32_t c) { return c > 0xFFFF; }));
  }
  if (type.length && length != *type.length) return false;
  if (type.min_length && length < *type.min_length) return false;
  if (type.max_length && length > *type.max_length) return false;
  for (const std::string& source : type.patterns) {
    if (!PatternOf(source).Matches(points, quirks.contains(Quirk::kDotStopsAtSeparators))) {
      return false;
    }
  }
  return type.values.empty() || std::ranges::find(type.values, text) != type.values.end();
}

}  // namespace utboks::contracts

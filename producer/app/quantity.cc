#include "producer/app/quantity.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

namespace utboks::app {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::int64_t kDay = 24LL * 3'600'000;
constexpr std::array<Unit, 5> kDurations = {
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", kDay}}};
constexpr std::array<Unit, 4> kSizes = {
    {{"B", 1}, {"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30}}};

// A century: the sum of a time and a duration stays far from overflow.
constexpr std::int64_t kLongest = 36'525 * kDay;
constexpr std::int64_t kLargest = 1LL << 50;

std::optional<std::int64_t> ParseWithUnit(std::string_view text, std::span<const Unit> units,
                                          std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (text == unit.name) {
      if (number > most / unit.factor) return std::nullopt;
      return number * unit.factor;
    }
  }
  return std::nullopt;
}

std::string FormatWithUnit(std::int64_t value, std::span<const Unit> units, std::size_t zero) {
  if (value == 0) return fmt::format("0{}", units[zero].name);
  for (std::size_t i = units.size(); i-- > 0;) {
    if (value % units[i].factor == 0) {
      return fmt::format("{}{}", value / units[i].factor, units[i].name);
    }
  }
  return fmt::format("{}{}", value, units[0].name);
}

// Takes exactly `digits` decimal digits off the front.
std::optional<int> TakeNumber(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool TakeChar(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// The zone at the end of an RFC 3339 time.
std::optional<std::chrono::minutes> TakeZone(std::string_view& text) {
  if (TakeChar(text, "Zz")) return std::chrono::minutes(0);
  const int sign = !text.empty() && text.front() == '-' ? -1 : 1;
  if (!TakeChar(text, "+-")) return std::nullopt;
  const auto hours = TakeNumber(text, 2);
  if (!hours || *hours > 23 || !TakeChar(text, ":")) return std::nullopt;
  const auto minutes = TakeNumber(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return std::chrono::minutes(sign * (*hours * 60 + *minutes));
}

// Fractions beyond the millisecond are cut off.
std::optional<Millis> TakeFraction(std::string_view& text) {
  if (!TakeChar(text, ".")) return Millis(0);
  int value = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 3) value = value * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (std::size_t i = digits; i < 3; ++i) value *= 10;
  return Millis(value);
}

std::optional<WallTime> ParseRfc3339(std::string_view text) {
  using namespace std::chrono;
  const auto year_number = TakeNumber(text, 4);
  if (!year_number || !TakeChar(text, "-")) return std::nullopt;
  const auto month_number = TakeNumber(text, 2);
  if (!month_number || !TakeChar(text, "-")) return std::nullopt;
  const auto day_number = TakeNumber(text, 2);
  if (!day_number || !TakeChar(text, "Tt ")) return std::nullopt;
  const auto hour = TakeNumber(text, 2);
  if (!hour || *hour > 23 || !TakeChar(text, ":")) return std::nullopt;
  const auto minute = TakeNumber(text, 2);
  if (!minute || *minute > 59 || !TakeChar(text, ":")) return std::nullopt;
  const auto second = TakeNumber(text, 2);
  if (!second || *second > 60) return std::nullopt;
  const auto fraction = TakeFraction(text);
  if (!fraction) return std::nullopt;
  const auto zone = TakeZone(text);
  if (!zone || !text.empty()) return std::nullopt;
  const year_month_day date(year(*year_number), month(static_cast<unsigned>(*month_number)),
                            day(static_cast<unsigned>(*day_number)));
  if (!date.ok()) return std::nullopt;
  return WallTime(sys_days(date)) + hours(*hour) + minutes(*minute) + seconds(*second) + *fraction -
         *zone;
}

}  // namespace

Result<Millis> ParseDuration(std::string_view text) {
  const auto value = ParseWithUnit(text, kDurations, kLongest);
  if (!value) {
    return Status(Code::kUsage, "a duration is a whole number and ms, s, m, h or d, as in 90s");
  }
  return Millis(*value);
}

std::string FormatDuration(Millis duration) {
  return FormatWithUnit(duration.count(), kDurations, 1);
}

Result<std::int64_t> ParseSize(std::string_view text) {
  const auto value = ParseWithUnit(text, kSizes, kLargest);
  if (!value) {
    return Status(Code::kUsage, "a size is a whole number and B, KiB, MiB or GiB, as in 2MiB");
  }
  return *value;
}

std::string FormatSize(std::int64_t bytes) {
  return FormatWithUnit(bytes, kSizes, 0);
}

Result<WallTime> ParseTime(std::string_view text, WallTime now) {
  if (text.starts_with('+')) {
    if (const auto ahead = ParseDuration(text.substr(1)); ahead.ok()) return now + *ahead;
  } else if (const auto time = ParseRfc3339(text)) {
    return *time;
  } else if (ParseRfc3339(std::string(text) + "Z")) {
    return Status(Code::kUsage,
                  "a time needs its zone: write it with Z, or with an offset such as +01:00");
  }
  return Status(Code::kUsage, "a time is written 2026-11-23T22:15:00+01:00, or +2h from now");
}

}  // namespace utboks::app

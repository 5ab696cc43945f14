#include "tests/bench/shown.h"

#include <fmt/format.h>

#include <cmath>

namespace utboks::bench {

std::string Short(double value) {
  if (std::abs(value) >= 10'000) return fmt::format("{:.1f}k", value / 1'000);
  if (std::abs(value) >= 100) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
}

std::string Whole(double value) {
  return value == std::floor(value) ? fmt::format("{:.0f}", value) : Short(value);
}

std::string Show(const Spread& spread, std::string_view unit) {
  return fmt::format("{}{} ({}–{})", Short(spread.median), unit, Short(spread.low),
                     Short(spread.high));
}

std::string ShowRatio(const Spread& ratio) {
  return fmt::format("**{:.2f}** ({:.2f}–{:.2f})", ratio.median, ratio.low, ratio.high);
}

}  // namespace utboks::bench

// What control digits are worked out of.  Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace utboks {

inline bool IsDigits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The sum of the digits, each times its weight, modulo 11.  `digits` has as many as
// there are weights.
inline int WeightedRemainder(std::string_view digits, std::span<const int> weights) {
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * (digits[i] - '0');
  return sum % 11;
}

}  // namespace utboks

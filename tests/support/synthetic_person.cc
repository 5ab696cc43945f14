#include "tests/support/synthetic_person.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace utboks::testing {
namespace {

constexpr std::array kFirstWeights = {3, 7, 6, 1, 8, 9, 4, 5, 2};
constexpr std::array kSecondWeights = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};

// The control digit of what stands there, 10 where there is none.
template <std::size_t N>
int ControlDigit(std::string_view digits, const std::array<int, N>& weights) {
  int sum = 0;
  for (std::size_t i = 0; i < N; ++i) sum += weights[i] * (digits[i] - '0');
  return (11 - sum % 11) % 11;
}

}  // namespace

std::string PersonNumber(int n) {
  // Serials without control digits are passed over; each n has a hundred of its own.
  for (int serial = 100; serial < 200; ++serial) {
    const std::string digits =
        fmt::format("{:02}{:02}{:02}{}", n % 28 + 1, n / 28 % 12 + 81, n / 336 % 100, serial);
    const int first = ControlDigit(digits, kFirstWeights);
    const std::string with_first = fmt::format("{}{}", digits, first);
    const int second = first == 10 ? 10 : ControlDigit(with_first, kSecondWeights);
    if (second != 10) return fmt::format("{}{}", with_first, second);
  }
  std::abort();  // cannot be: of a hundred serials most have both
}

}  // namespace utboks::testing

#include "producer/domain/duf_number.h"

#include <array>

#include "producer/domain/control_digit.h"

namespace utboks {

bool LooksLikeDufNumber(std::string_view number) {
  constexpr std::array kWeights = {4, 6, 3, 2, 4, 6, 3, 2, 7, 5};
  if (number.size() != 12 || !IsDigits(number)) return false;
  const int control = WeightedRemainder(number.substr(0, 10), kWeights);
  return control == (number[10] - '0') * 10 + (number[11] - '0');
}

}  // namespace utboks

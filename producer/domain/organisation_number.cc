#include "producer/domain/organisation_number.h"

#include <array>

#include "producer/domain/control_digit.h"

namespace utboks {

bool IsOrganisationNumber(std::string_view number) {
  constexpr std::array kWeights = {3, 2, 7, 6, 5, 4, 3, 2, 1};
  return number.size() == kWeights.size() && IsDigits(number) &&
         WeightedRemainder(number, kWeights) == 0;
}

}  // namespace utboks

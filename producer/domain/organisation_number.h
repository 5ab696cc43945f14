// Pure.
#pragma once

#include <string_view>

namespace utboks {

// Nine digits, the last of them the right control digit.  The first may be any: real
// ones begin with 8 or 9, synthetic ones and those in test certificates do not.
bool IsOrganisationNumber(std::string_view number);

}  // namespace utboks

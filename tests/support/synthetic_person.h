// Numbers of persons that nobody has, for tests.
#pragma once

#include <string>

namespace utboks::testing {

// The n-th synthetic person: month + 80, right control digits, another number for each n
// below 33,600.
std::string PersonNumber(int n);

}  // namespace utboks::testing

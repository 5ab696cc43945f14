// The immigration authorities' numbers (DUF).  Pure.
#pragma once

#include <string_view>

namespace utboks {

// Twelve digits: a year, a serial number, and two control digits.  The rule is not
// published but worked out by others: a number that does not keep it is to be warned
// of, never refused.
bool LooksLikeDufNumber(std::string_view number);

}  // namespace utboks

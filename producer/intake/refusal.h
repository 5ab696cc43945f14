// A refused document in one line for a person.  Pure.
#pragma once

#include <string>

#include "producer/xml/validator.h"

namespace utboks {

// "12:5 /meldingOmDoedsfall/…/kommune: the value … (pattern)"; the place and the
// path only where there are any.
std::string DescribeViolation(const Violation& violation);

// The first violation that is no warning, and how many there are beside it.  `checked`
// is not valid.
std::string DescribeRefusal(const Checked& checked);

}  // namespace utboks

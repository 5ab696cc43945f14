// Dates and times that Xerces-C++ takes and the register's own validator does not.
// The register answers with the class names of Java's validator, so that one's
// verdict is taken: XSD 1.0 has no second 60, and Java's year is a 32-bit number.
// Pure.
#pragma once

#include <string_view>

namespace utboks::xml {

// `value` is lexically a valid xs:date or xs:dateTime (white space around it is
// fine).  True when it has second 60, or a year beyond 2147483647.
bool BeyondJava(std::u16string_view value);

}  // namespace utboks::xml

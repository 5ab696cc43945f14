// Whether a text is a value of a simple type: the built-in types that the contracts
// have, and facets.  Pure.
#pragma once

#include <string>
#include <string_view>

#include "tests/contracts/model.h"
#include "tests/contracts/quirk.h"

namespace utboks::contracts {

// Of the built-in type "date", "string" …; white space is as the document has it.
// Ends the test program for a type that is not known here.
bool IsBuiltinValue(std::string_view builtin, std::string_view text, const Quirks& quirks);
bool IsKnownBuiltin(std::string_view builtin);

bool IsValue(const SimpleType& type, std::string_view text, const Quirks& quirks);

// Leading and trailing white space dropped, what is between made single spaces.
std::string Collapsed(std::string_view text);

}  // namespace utboks::contracts

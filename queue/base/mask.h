// The last line of defence for personal numbers: whatever is shown passes here.
//
// A Norwegian personal identifier is eleven digits.  Nothing in utboks writes one
// on purpose; these functions see to it that nothing does by accident.  Pure.
#pragma once

#include <string>
#include <string_view>

namespace utboks {

// `text` with each run of exactly eleven digits that is not part of a longer
// word, number or UUID replaced by asterisks:
// (?<![0-9A-Za-z-])[0-9]{11}(?![0-9A-Za-z-]).  For running text: log, errors.
std::string MaskNumbers(std::string_view text);

// The same for what came from outside in one piece: an identifier a producer
// chose, a file's name, a word of a command line, an error that may hold one.
// Nothing joins: "sak-26854099137-1", "fnr26854099137" and "268540 99137" (six
// digits that could be a date, a blank, hyphen, dot or underscore, five digits)
// are masked too.  Left alone are digits inside a UUID or a longer hash.
std::string MaskIdentifier(std::string_view identifier);

}  // namespace utboks

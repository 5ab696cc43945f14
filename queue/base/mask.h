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

// The same for an identifier a producer chose, where a hyphen is a separator
// ("sak-26854099137-1"): no group of a UUID has eleven digits, so none is hurt.
std::string MaskIdentifier(std::string_view identifier);

}  // namespace utboks

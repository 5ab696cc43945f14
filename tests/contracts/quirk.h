// Where an engine is known to answer otherwise than the standard: its names stand in
// docs/decisions.md, which the test holds against this list.
#pragma once

#include <array>
#include <set>
#include <string_view>

namespace utboks::contracts {

enum class Quirk {
  kSpaceStaysAroundDates,
  kLengthInUtf16,
  kDotStopsAtSeparators,
  kYearIs32Bit,
  kYearIs64Bit,
  kBase64SkipsForeign,
  kTypeNameIsNotTrimmed,
  kAnyTypeHasNoName,
  kLaxIsNotDeep,
  kCdataIsText,
  kAnyGlobalIsRoot,
};

using Quirks = std::set<Quirk>;

struct QuirkName {
  Quirk quirk;
  std::string_view name;
  bool ours, libxml2;  // who has it
};
inline constexpr auto kQuirks = std::to_array<QuirkName>({
    {Quirk::kSpaceStaysAroundDates, "space-around-dates", false, true},
    {Quirk::kLengthInUtf16, "length-in-utf16", true, false},
    {Quirk::kDotStopsAtSeparators, "dot-stops-at-separators", true, false},
    {Quirk::kYearIs32Bit, "year-of-32-bits", true, false},
    {Quirk::kYearIs64Bit, "year-of-64-bits", false, true},
    {Quirk::kBase64SkipsForeign, "base64-skips-foreign", false, true},
    {Quirk::kTypeNameIsNotTrimmed, "type-name-not-trimmed", false, true},
    {Quirk::kAnyTypeHasNoName, "any-type-has-no-name", true, false},
    {Quirk::kLaxIsNotDeep, "lax-is-not-deep", true, false},
    {Quirk::kCdataIsText, "cdata-is-text", false, true},
    {Quirk::kAnyGlobalIsRoot, "any-global-is-root", false, true},
});

inline Quirks QuirksOf(bool QuirkName::*engine) {
  Quirks quirks;
  for (const QuirkName& quirk : kQuirks) {
    if (quirk.*engine) quirks.insert(quirk.quirk);
  }
  return quirks;
}

}  // namespace utboks::contracts

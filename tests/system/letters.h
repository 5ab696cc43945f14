// What an agency hands in, full of what must never be seen outside a document:
// persons' numbers and names.  All synthetic.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/synthetic_person.h"

namespace utboks::testing {

// Names that stand in every letter; no part of them is part of a contract.
inline constexpr std::string_view kClerk = "Hjalmara Qvistrupsen";
inline constexpr std::string_view kHospital = "Zwinglereid sjukestove på Ødvåg";

// PersonNumber(n) with a wrong last digit.
std::string WrongNumber(int n);

// A valid death notice (doedsfall_v1 1.1).  Names a reference (avsendersSaksreferanse)
// "ref-IDENTIFIER" and both names above.
std::string DeathNotice(std::string_view identifier, std::string_view number);
// The annulment of it, on the same person (annullering_av_doedsfall_v1 1.1).
std::string Annulment(std::string_view identifier, std::string_view number);
// Whom to write to about what the person left (kontaktopplysninger_doedsbo_v1 1.0).
std::string EstateContact(std::string_view identifier, std::string_view number);

struct HostileLetter {
  std::string name;  // of its file
  std::string bytes;
};
// Refused, each in its own way, with `number` and kClerk wherever a refusal could
// be tempted to quote: element, attribute, namespace, entity, identifier, value.
std::vector<HostileLetter> HostileLetters(std::string_view number);

}  // namespace utboks::testing

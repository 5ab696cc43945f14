// Numbers of persons: fødselsnummer and D-nummer, real and synthetic.  What a number
// says, and whether there can be one like it; never whose it is.  Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace utboks {

// Which control digits are right.  From 2032 on the first may leave 0 to 3, not 0
// alone, and neither sex nor century can be read out of a number; those from before
// stay valid.
enum class ControlRule { kPresent, kFrom2032 };

// Whose numbers these are, as the month tells.
enum class Series {
  kRegister,       // 01 to 12: a real person's
  kNavOrHospital,  // +40: NAV's synthetic ones, and H-numbers that hospitals give real patients
  kSyntPop,        // +65: synthetic, of the health sector's test population
  kTenor,          // +80: synthetic, the tax administration's
};

struct PersonId {
  bool dnummer = false;  // the day has 40 added
  Series series = Series::kRegister;
  int day = 0, month = 0;  // without what was added
  int short_year = 0;      // two digits
  int individual = 0;      // three digits
  bool from_2032 = false;  // right by that rule only

  bool synthetic() const { return series == Series::kSyntPop || series == Series::kTenor; }
};

enum class PersonIdFault {
  kForm,     // not eleven digits
  kDate,     // no such day
  kControl,  // a control digit is wrong
};

// Nothing, and *fault says why (it may be null), when there can be no such number.
std::optional<PersonId> ReadPersonId(std::string_view number, ControlRule rule,
                                     PersonIdFault* fault = nullptr);

// Whose number it is made to look like, by its month alone; nothing when it is not
// eleven digits, or there is no such month.
std::optional<Series> SeriesOf(std::string_view number);

// The years, oldest first, in which a person with this number may have been born: two
// where the series of D-numbers overlap, none where the individual number is of no
// series.  Only a hint: a D-number may have the day it was given out, and from 2032
// on no number tells.  Nothing of a number by that rule.
std::vector<int> PossibleYears(const PersonId& id);

}  // namespace utboks

// Numbers of persons and organisations, in the fields that the catalogue marks: their
// control digits, and that each belongs in the environment it is sent to.  Pure.
#pragma once

#include <string_view>
#include <vector>

#include "producer/domain/person_id.h"
#include "producer/domain/severity.h"
#include "producer/xml/catalogue.h"

namespace utboks {

struct NumberRules {
  bool production = false;
  Severity checks = Severity::kError;  // what a wrong control digit is
  ControlRule control_rule = ControlRule::kPresent;
};

struct NumberFinding {
  std::string_view rule;  // a fixed name, as in Violation
  std::string_view text;  // never the number
  bool warning = false;
};

// Nothing for a field that holds no number, and for what the schema refuses by itself
// (a number of another length).
std::vector<NumberFinding> CheckNumber(Field field, std::string_view text,
                                       const NumberRules& rules);

}  // namespace utboks

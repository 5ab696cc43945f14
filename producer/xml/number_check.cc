#include "producer/xml/number_check.h"

#include "producer/domain/duf_number.h"
#include "producer/domain/organisation_number.h"

namespace utboks {
namespace {

using Findings = std::vector<NumberFinding>;

// Holds whatever the setting of the checks: what comes to the wrong register cannot be
// taken back.
void CheckFence(std::string_view number, const NumberRules& rules, Findings* findings) {
  const auto series = SeriesOf(number);
  if (!series) return;
  // With wrong control digits it is nobody's.
  const bool exists = ReadPersonId(number, ControlRule::kFrom2032).has_value();
  switch (*series) {
    case Series::kTenor:
    case Series::kSyntPop:
      if (rules.production) {
        findings->push_back({"synthetic-number",
                             "a synthetic person's number: nothing of it may go to production"});
      }
      return;
    case Series::kRegister:
      if (!rules.production && exists) {
        findings->push_back(
            {"real-number",
             "a real person's number: nothing of it may go to the test environment"});
      }
      return;
    case Series::kNavOrHospital:
      if (exists) {
        findings->push_back(
            {"hospital-number",
             rules.production
                 ? "a synthetic person's number, or one that a hospital gave: not the register's"
                 : "a synthetic person's number, or one that a hospital gave to a real patient",
             true});
      }
      return;
  }
}

void CheckPerson(std::string_view number, const NumberRules& rules, Findings* findings) {
  if (rules.checks != Severity::kOff) {
    const bool warning = rules.checks == Severity::kWarning;
    PersonIdFault fault = PersonIdFault::kForm;
    const auto id = ReadPersonId(number, rules.control_rule, &fault);
    if (!id && fault == PersonIdFault::kDate) {
      findings->push_back(
          {"person-number", "the number begins with no day that there is", warning});
    } else if (!id && fault == PersonIdFault::kControl) {
      findings->push_back({"person-number", "a control digit of the number is wrong", warning});
    } else if (id && rules.control_rule == ControlRule::kPresent && PossibleYears(*id).empty()) {
      findings->push_back(
          {"person-series", "the number is of no series that has been given out", true});
    }
  }
  CheckFence(number, rules, findings);
}

}  // namespace

std::vector<NumberFinding> CheckNumber(Field field, std::string_view text,
                                       const NumberRules& rules) {
  Findings findings;
  const bool on = rules.checks != Severity::kOff;
  const bool warning = rules.checks == Severity::kWarning;
  switch (field) {
    case Field::kPerson:
    case Field::kFoedselsnummer:
      CheckPerson(text, rules, &findings);
      break;
    case Field::kOrganisasjonsnummer:
      if (on && text.size() == 9 && !IsOrganisationNumber(text)) {
        findings.push_back({"organisation-number",
                            "the control digit of the organisation number is wrong", warning});
      }
      break;
    case Field::kDufnummer:
      if (on && !LooksLikeDufNumber(text)) {
        findings.push_back({"duf-number", "this does not look like a DUF number", true});
      }
      break;
    case Field::kIdentifikator:
    case Field::kSaksreferanse:
    case Field::kMultipartnavn:
    case Field::kInnsendingstidspunkt:
    case Field::kDato:
      break;
  }
  return findings;
}

}  // namespace utboks

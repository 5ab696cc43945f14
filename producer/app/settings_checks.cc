#include <array>

#include "producer/app/setting_rows.h"

namespace utboks::app {
namespace {

using enum SettingKind;

constexpr const char* kSeverities = "error|warning|off";

template <auto section, auto field>
Status SetSeverity(Config& config, const SettingValue& value) {
  (config.*section).*field = value.text == "off"       ? Severity::kOff
                             : value.text == "warning" ? Severity::kWarning
                                                       : Severity::kError;
  return Status();
}

const std::array kRows = {
    Setting{.section = "identifiers",
            .key = "checks",
            .kind = kChoice,
            .fallback = "error",
            .choices = kSeverities,
            .meaning = "What a personal or organisation number with a wrong control digit is: an "
                       "error, for which the document is refused, a warning, or nothing. Synthetic "
                       "persons are refused in production and real ones in test all the same.",
            .apply = SetSeverity<&Config::identifiers, &IdentifiersSection::checks>},
    Setting{.section = "meaning",
            .key = "date_in_future",
            .kind = kChoice,
            .fallback = "error",
            .choices = kSeverities,
            .meaning = "What no schema can say is a rule of its own, and a document that breaks it "
                       "is refused (error), taken with a warning, or not looked at (off). A day of "
                       "what has happened (a death, a birth, a marriage) that is later than today.",
            .apply = SetSeverity<&Config::meaning, &MeaningRules::date_in_future>},
    Setting{.section = "meaning",
            .key = "death_before_birth",
            .kind = kChoice,
            .fallback = "error",
            .choices = kSeverities,
            .meaning = "A day of death before the person's birth, where the number tells it. A "
                       "D-number does not.",
            .apply = SetSeverity<&Config::meaning, &MeaningRules::death_before_birth>},
    Setting{.section = "meaning",
            .key = "duplicate_identifier",
            .kind = kChoice,
            .fallback = "error",
            .choices = kSeverities,
            .meaning = "avsendersMeldingsidentifikator of another document among those that "
                       "`validate` is given together. `enqueue` refuses other bytes under an "
                       "identifier that is taken whatever stands here.",
            .apply = SetSeverity<&Config::meaning, &MeaningRules::duplicate_identifier>},
    Setting{.section = "meaning",
            .key = "empty_identifier",
            .kind = kChoice,
            .fallback = "error",
            .choices = "error",
            .meaning = "avsendersMeldingsidentifikator missing or blank, where the schema lets it "
                       "pass. Never less than an error: a message without it could not be known "
                       "again, neither when it is resent nor when it is answered.",
            .apply = [](Config&, const SettingValue&) { return Status(); }},
    Setting{.section = "meaning",
            .key = "same_person_twice",
            .kind = kChoice,
            .fallback = "error",
            .choices = kSeverities,
            .meaning = "One person in two roles: both spouses, child and parent.",
            .apply = SetSeverity<&Config::meaning, &MeaningRules::same_person_twice>},
    Setting{.section = "meaning",
            .key = "sent_in_future",
            .kind = kChoice,
            .fallback = "error",
            .choices = kSeverities,
            .meaning = "avsendersInnsendingstidspunkt more than five minutes ahead of this "
                       "machine's clock.",
            .apply = SetSeverity<&Config::meaning, &MeaningRules::sent_in_future>},
    Setting{.section = "meaning",
            .key = "sent_without_zone",
            .kind = kChoice,
            .fallback = "warning",
            .choices = kSeverities,
            .meaning = "avsendersInnsendingstidspunkt without a zone: which one the register takes "
                       "it for is nowhere written.",
            .apply = SetSeverity<&Config::meaning, &MeaningRules::sent_without_zone>},
};

}  // namespace

std::span<const Setting> ChecksRows() {
  return kRows;
}

}  // namespace utboks::app

// The rules about what a document says that no schema holds, each of which the
// configuration can set ([meaning] in conf/utboks.toml is their manual).
#pragma once

#include "producer/domain/severity.h"

namespace utboks {

struct MeaningRules {
  Severity date_in_future = Severity::kError;
  Severity death_before_birth = Severity::kError;
  // Only among the documents that `validate` is given together; a store keeps its own
  // promise about identifiers.
  Severity duplicate_identifier = Severity::kError;
  Severity same_person_twice = Severity::kError;
  Severity sent_in_future = Severity::kError;
  Severity sent_without_zone = Severity::kWarning;
};

}  // namespace utboks

// What is in the catalogue and whether it can be used: `schemas list`, `schemas
// check` and doctor.
#pragma once

#include <string>
#include <vector>

#include "producer/xml/catalogue.h"
#include "queue/base/status.h"

namespace utboks {

struct SchemaReport {
  std::string ressurs, edition, file;
  EditionStatus status = EditionStatus::kProduction;
  SchemaSet set = SchemaSet::kShipped;
  std::string hash;                // "" when not loaded
  std::vector<std::string> files;  // that it was loaded from
  // kConfig: it cannot be loaded, has not the root element in the namespace that the
  // catalogue says, or (told of the newest edition) no edition has an element that the
  // catalogue reads: its path is misspelt, and what stands there would be missed.  Of
  // an installed one, too: the shipped one in whose place it is has that element.
  Status usable;
};

// Loads every schema of the catalogue, one after the other; in its order.
std::vector<SchemaReport> CheckSchemas(const Catalogue& catalogue);

}  // namespace utboks

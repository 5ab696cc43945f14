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
  std::string hash;  // "" when not loaded
  // kConfig: it cannot be loaded, has not the root element that the catalogue
  // says, or (told of the newest edition) no edition has an element that the
  // catalogue reads: its path is misspelt, and what stands there would be missed.
  Status usable;
};

// Loads every schema of the catalogue, one after the other; in its order.
std::vector<SchemaReport> CheckSchemas(const Catalogue& catalogue);

}  // namespace utboks

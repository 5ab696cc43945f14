// `utboks schemas install`: the register's own XSD files put in place of the shipped
// ones, contract by contract, once all of them are known to be good.
#pragma once

#include <string>
#include <vector>

#include "producer/xml/catalogue.h"
#include "producer/xml/installed_schemas.h"
#include "queue/base/status.h"

namespace utboks {

struct SchemasInstalled {
  struct Contract {
    std::string file, hash;  // as `schemas check` shows it
  };
  std::vector<Contract> contracts;    // now the register's own; in the catalogue's order
  std::vector<std::string> shipped;   // files of those that stay as they were shipped
  std::vector<std::string> left_out;  // names in `dir` that no contract needs
};

// Takes the files of `dir` that `catalogue` (the shipped one) has contracts of, and what
// these include; loads them, checks them as `schemas check` does, and puts them into
// `place`.  On any failure nothing is changed: kUnreadable: `dir` cannot be read;
// kInvalid: it is not as it must be, a schema is wrong, or no contract is in it; else as
// InstalledSchemas::Replace.
Result<SchemasInstalled> InstallSchemas(const Catalogue& catalogue, const std::string& dir,
                                        const InstalledSchemas& place);

}  // namespace utboks

// The schema of a store, as numbered steps.  The n-th migration has number n; a
// migration that has been released is never edited: a store keeps its checksum.
#pragma once

#include <string_view>
#include <vector>

namespace utboks {

struct Migration {
  std::string_view name;  // "001_first"
  std::string_view sql;
};

const std::vector<Migration>& SqliteMigrations();
const std::vector<Migration>& PostgresMigrations();

}  // namespace utboks

// The schema of a store, as numbered steps.  The n-th migration has number n; a
// migration that has been released is never edited: a store keeps its checksum.
//
// Workers of two versions may share a store for a while.  A migration that begins with
//   -- lives with: N
// says that a program which knows those up to N can work on beside it: what such a program
// reads is still there and means the same, and what it writes is whole.  Without that line only
// programs that know the migration can.
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

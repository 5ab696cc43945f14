// A bare loop stands for the store's statements only while it does what they do.
#pragma once

#include <string>

#include "tests/bench/postgres_side.h"

namespace utboks::bench {

// Gives up, with table and column, unless the stores at both paths have as many rows
// in each table, and as many bytes in each column of text and blobs.  Both are open,
// and at rest.
void MustHoldTheSame(const std::string& own, const std::string& bare);
void MustHoldTheSame(const PostgresSide& side, const PostgresPlace& own, const PostgresPlace& bare);

}  // namespace utboks::bench

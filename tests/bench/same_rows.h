// A bare loop stands for the store's statements only while it does what they do.
#pragma once

#include <string>

namespace utboks::bench {

// Gives up, with table and column, unless the stores at both paths have as many rows
// in each table, and as many bytes in each column of text and blobs.  Both are open,
// and at rest.
void MustHoldTheSame(const std::string& own, const std::string& bare);

}  // namespace utboks::bench

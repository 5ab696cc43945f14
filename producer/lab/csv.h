// Comma-separated rows as spreadsheets write them (RFC 4180): fields may be quoted,
// a quote in them doubled; lines end with LF or CRLF.  Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "queue/base/status.h"

namespace utboks::lab {

struct CsvRow {
  int line = 0;  // where it begins; 1 is the first
  std::vector<std::string> fields;
};

// Empty lines are no rows.  kInvalid, "line N: why": a quote out of place or never
// closed, more than `most_rows`.
Result<std::vector<CsvRow>> ReadCsv(std::string_view text, std::size_t most_rows);

}  // namespace utboks::lab

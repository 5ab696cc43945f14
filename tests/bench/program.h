// The utboks program itself, as the measures run it.
#pragma once

#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace utboks::bench {

// On the store at `path`; `settings` are "UTBOKS_SECTION_KEY=value".
testing::ProcessSpec UtboksProgram(const std::string& store, std::vector<std::string> words,
                                   std::vector<std::string> settings = {});

}  // namespace utboks::bench

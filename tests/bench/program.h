// The utboks program itself, as the measures run it.
#pragma once

#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace utboks::bench {

// On the store at `path`.  `settings`: "UTBOKS_SECTION_KEY=value".
testing::ProcessSpec UtboksProgram(const std::string& path, const std::string& base_url,
                                   const std::vector<std::string>& words,
                                   const std::vector<std::string>& settings = {});

}  // namespace utboks::bench

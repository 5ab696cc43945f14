// How a number that was measured is shown.
#pragma once

#include <string>
#include <string_view>

#include "tests/bench/rounds.h"

namespace utboks::bench {

// Three digits that mean something: "23.4k", "0.087".
std::string Short(double value);
// A count is shown in full.
std::string Whole(double value);
// Median and range.
std::string Show(const Spread& spread, std::string_view unit);
std::string ShowRatio(const Spread& ratio);

}  // namespace utboks::bench

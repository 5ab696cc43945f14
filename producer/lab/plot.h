// Delay against waste as a picture: one point for each policy, both axes logarithmic,
// the good corner at the lower left.  Pure.
#pragma once

#include <span>
#include <string>

#include "producer/lab/report.h"

namespace utboks::lab {

// An SVG document.  Across: requests wasted in an hour of outage; upwards: the median
// until all that waited is delivered.  A policy that gives messages up is drawn hollow.
// One of which no message that waited was delivered is left out.
std::string PlotSvg(std::span<const Row> rows);

}  // namespace utboks::lab

// utboks and its peers over the same outages, and who is better at what.
#pragma once

#include <string>
#include <vector>

#include "producer/lab/calendar.h"
#include "producer/lab/report.h"

namespace utboks::lab {

inline constexpr int kProductionLimit = 60'000;  // requests a minute

// The calendar that comes with utboks; a failure ends the program.
Calendar BuiltInHistory();

// utboks as it comes, in production, first; then every peer.
std::vector<Row> Compare(const Scenario& scenario);

// In which of the figures `peer` is better than `ours`, in words: waste, and the waits
// of the first that waited and of all.  "" in none.
std::string WherePeerIsBetter(const Summary& ours, const Summary& peer);
// Better in waste and in any of the waits.
bool BetterInBoth(const Summary& ours, const Summary& peer);

}  // namespace utboks::lab

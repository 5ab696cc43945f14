// utboks itself in the lab: a worker (dispatcher, senders, prober) that delivers the
// mail of a calendar to the register of the lab, in virtual time.
//
// Claiming, judging, gates, probes, windows and rate are the same pure code that
// delivers in earnest; what a worker needs for itself (waking up, a commit) takes no
// time.  One thread; the same scenario gives the same figures.
#pragma once

#include <cstdint>

#include "producer/lab/calendar.h"
#include "producer/lab/measures.h"
#include "queue/base/clock.h"
#include "queue/delivery_settings.h"

namespace utboks::lab {

// What every policy of one table meets.
struct Scenario {
  const Calendar& calendar;
  int per_day = 10'000;
  std::uint64_t seed = 1;
  Millis latency{200};      // of every answer
  Millis patience{70'000};  // how long a request waits for its answer
};

// What can be told of a policy with gates only.
struct GateSummary {
  std::int64_t counted = 0;            // attempts that lengthened a message's backoff
  std::int64_t counted_by_closed = 0;  // of those, sent while its gate or the site's was closed
  std::int64_t probes_an_hour = 0;     // most of one gate within any hour
};

struct Rehearsed {
  Summary summary;
  GateSummary gates;
};

// What waits still 60 days after the last outage is left waiting.
Rehearsed Rehearse(const Scenario& scenario, const DeliverySettings& settings);

}  // namespace utboks::lab

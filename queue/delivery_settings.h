// How delivery behaves: the [delivery] section of utboks.toml, and nothing else.
// Plain data; validated alone and against each other by Check().
#pragma once

#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks {

enum class DoubtPolicy {
  kByFeed,  // kWait while the feed is read and not silent, else kResend
  kWait,    // `doubt_wait` for the feed to settle it (applies only as kByFeed says), then resend
  kResend,  // after backoff
  kHold,
};

enum class HeadPolicy { kWait, kContinue };

struct DeliverySettings {
  int max_in_flight = 32;            // ceiling of each resource's window, per worker; 1…1024
  int rate_limit_per_minute = 1200;  // requests, all workers of a store together; 0 = no limit
  Millis backoff_min{2'000};
  Millis backoff_max{15 * 60'000};
  Millis lifetime{14LL * 24 * 3'600'000};  // from the first failure through open gates
  Millis stop_timeout{30'000};
  Millis probe_interval{1'000};
  Millis probe_interval_max{15'000};
  Millis probe_timeout{10'000};
  int gate_failures = 3;  // failures of different messages in a row that close a gate
  int blame_run = 5;      // blamed messages in a row that are not the messages' fault
  Millis retry_after_max{3'600'000};
  DoubtPolicy in_doubt = DoubtPolicy::kByFeed;
  Millis doubt_wait{10 * 60'000};
  int in_doubt_resends = 3;  // unanswered sends through an open gate, then held
  int crash_limit = 10;      // workers that died while sending it, then held; 0 = no bound
  HeadPolicy on_head_failed = HeadPolicy::kWait;
};

// kConfig with the name of the first setting that is out of range or does not
// fit another one.
Status Check(const DeliverySettings& settings);

}  // namespace utboks

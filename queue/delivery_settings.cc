#include "queue/delivery_settings.h"

#include <fmt/format.h>

namespace utboks {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Number {
  const char* name;
  int value;
  int low, high;
};

struct Duration {
  const char* name;
  Millis value;
  Millis low, high;
};

}  // namespace

Status Check(const DeliverySettings& settings) {
  const Number numbers[] = {
      {"max_in_flight", settings.max_in_flight, 1, 1024},
      {"rate_limit_per_minute", settings.rate_limit_per_minute, 0, 10'000'000},
      {"gate_failures", settings.gate_failures, 1, 1000},
      {"blame_run", settings.blame_run, 2, 1000},
      {"in_doubt_resends", settings.in_doubt_resends, 1, 1000},
      {"crash_limit", settings.crash_limit, 0, 1000},
  };
  for (const Number& n : numbers) {
    if (n.value < n.low || n.value > n.high) {
      return Status(Code::kConfig, fmt::format("[delivery] {} is {}: give {} to {}", n.name,
                                               n.value, n.low, n.high));
    }
  }
  if (settings.rate_limit_per_minute == 1) {
    return Status(Code::kConfig,
                  "[delivery] rate_limit_per_minute is 1: give 0 (no limit) or at least 2, for a "
                  "closed gate is asked with two requests");
  }
  const Duration durations[] = {
      {"backoff_min", settings.backoff_min, Millis(1), hours(24)},
      {"backoff_max", settings.backoff_max, Millis(1), hours(24 * 7)},
      {"lifetime", settings.lifetime, minutes(1), hours(24 * 3650)},
      {"stop_timeout", settings.stop_timeout, Millis(0), hours(1)},
      {"probe_interval", settings.probe_interval, Millis(10), hours(1)},
      {"probe_interval_max", settings.probe_interval_max, Millis(10), hours(24)},
      {"probe_timeout", settings.probe_timeout, Millis(100), minutes(10)},
      {"retry_after_max", settings.retry_after_max, Millis(1), hours(24 * 7)},
      {"in_doubt (wait)", settings.doubt_wait, Millis(0), hours(24 * 365)},
  };
  for (const Duration& d : durations) {
    if (d.value < d.low || d.value > d.high) {
      return Status(Code::kConfig, fmt::format("[delivery] {} is {}ms: give {}ms to {}ms", d.name,
                                               d.value.count(), d.low.count(), d.high.count()));
    }
  }
  if (settings.backoff_min > settings.backoff_max) {
    return Status(Code::kConfig,
                  "[delivery] backoff_min is longer than backoff_max: make it shorter");
  }
  if (settings.probe_interval > settings.probe_interval_max) {
    return Status(Code::kConfig,
                  "[delivery] probe_interval is longer than probe_interval_max: make it shorter");
  }
  // A 429 without a header counts as backoff_min; the ceiling must leave room for it.
  if (settings.backoff_min > settings.retry_after_max) {
    return Status(Code::kConfig,
                  "[delivery] backoff_min is longer than retry_after_max: make it shorter");
  }
  return Status();
}

}  // namespace utboks

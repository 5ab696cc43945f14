#include "queue/delivery_settings.h"

#include <gtest/gtest.h>

#include <functional>

namespace utboks {
namespace {

TEST(DeliverySettingsTest, TheDefaultsFitEachOther) {
  EXPECT_TRUE(Check(DeliverySettings{}).ok());
}

TEST(DeliverySettingsTest, WhatDoesNotFitIsNamed) {
  struct Case {
    const char* name;
    std::function<void(DeliverySettings&)> spoil;
  };
  using S = DeliverySettings;
  const Case cases[] = {
      {"max_in_flight", [](S& s) { s.max_in_flight = 0; }},
      {"max_in_flight", [](S& s) { s.max_in_flight = 1025; }},
      {"rate_limit_per_minute", [](S& s) { s.rate_limit_per_minute = -1; }},
      {"rate_limit_per_minute", [](S& s) { s.rate_limit_per_minute = 1; }},
      {"backoff_min", [](S& s) { s.backoff_min = Millis(0); }},
      {"backoff_min", [](S& s) { s.backoff_max = s.backoff_min - Millis(1); }},
      {"backoff_max", [](S& s) { s.backoff_max = std::chrono::hours(24 * 8); }},
      {"lifetime", [](S& s) { s.lifetime = Millis(59'999); }},
      {"stop_timeout", [](S& s) { s.stop_timeout = Millis(-1); }},
      {"probe_interval", [](S& s) { s.probe_interval = Millis(9); }},
      {"probe_interval", [](S& s) { s.probe_interval_max = s.probe_interval - Millis(1); }},
      {"probe_timeout", [](S& s) { s.probe_timeout = Millis(99); }},
      {"gate_failures", [](S& s) { s.gate_failures = 0; }},
      {"blame_run", [](S& s) { s.blame_run = 1; }},
      {"retry_after_max", [](S& s) { s.retry_after_max = Millis(0); }},
      {"retry_after_max", [](S& s) { s.retry_after_max = s.backoff_min - Millis(1); }},
      {"in_doubt", [](S& s) { s.doubt_wait = Millis(-1); }},
      {"in_doubt_resends", [](S& s) { s.in_doubt_resends = 0; }},
      {"crash_limit", [](S& s) { s.crash_limit = -1; }},
  };
  for (const Case& c : cases) {
    DeliverySettings settings;
    c.spoil(settings);
    const Status status = Check(settings);
    EXPECT_EQ(status.code(), Code::kConfig) << c.name;
    EXPECT_NE(status.text().find(c.name), std::string::npos) << status.text();
  }
}

TEST(DeliverySettingsTest, ZeroMeansNoLimitWhereItSaysSo) {
  DeliverySettings settings;
  settings.rate_limit_per_minute = 0;
  settings.crash_limit = 0;
  settings.stop_timeout = Millis(0);
  EXPECT_TRUE(Check(settings).ok());
}

}  // namespace
}  // namespace utboks

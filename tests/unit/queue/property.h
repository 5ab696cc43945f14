// What property tests share: how much they do, and a seed that is printed with every
// failure.  UTBOKS_PROPERTY_STEPS and UTBOKS_PROPERTY_SEQUENCES set how much,
// UTBOKS_PROPERTY_SEED repeats one run.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "queue/base/random.h"
#include "tests/crash/scale.h"

namespace utboks::testing {

inline std::int64_t FromEnvironment(const char* name, std::int64_t fallback) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): tests set nothing
  return text == nullptr || *text == '\0' ? fallback : std::strtoll(text, nullptr, 10);
}

inline std::int64_t PropertySteps(std::int64_t fallback = 20'000) {
  return FromEnvironment("UTBOKS_PROPERTY_STEPS", fallback);
}

// Random lives, each from its own seed.
inline std::int64_t PropertySequences(std::int64_t fallback = kSanitized ? 5'000 : 100'000) {
  return FromEnvironment("UTBOKS_PROPERTY_SEQUENCES", fallback);
}

inline std::uint64_t PropertySeed(std::uint64_t fallback) {
  return static_cast<std::uint64_t>(
      FromEnvironment("UTBOKS_PROPERTY_SEED", static_cast<std::int64_t>(fallback)));
}

}  // namespace utboks::testing

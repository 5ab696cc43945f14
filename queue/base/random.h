// Chance: jitter, tokens and ids.
//
// SecureRandom draws from the operating system and is what the program uses;
// SeededRandom repeats the same draws for the same seed, for tests and the
// simulator.  Implementations are safe for many threads.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "queue/base/clock.h"

namespace utboks {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t Next() = 0;

  double Unit();                             // [0, 1)
  std::uint64_t Below(std::uint64_t bound);  // [0, bound); bound > 0
  Millis Between(Millis low, Millis high);   // [low, high]
  void Fill(std::span<std::uint8_t> out);
};

Random& SecureRandom();
std::unique_ptr<Random> SeededRandom(std::uint64_t seed);

// A version 7 UUID: 48 bits of wall-clock milliseconds, then chance.  Ids made
// later sort later, so an index on them grows at its end.
using Uuid = std::array<std::uint8_t, 16>;
Uuid MakeUuid(WallTime now, Random& random);
std::string FormatUuid(const Uuid& id);
// False when `text` is not 8-4-4-4-12 hexadecimal digits.
bool ParseUuid(std::string_view text, Uuid* id);

}  // namespace utboks

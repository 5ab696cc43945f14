#include "tests/simulator/dice.h"

#include "queue/base/random.h"

namespace utboks::simulator {
namespace {

// The finaliser of splitmix64: every bit of the input moves every bit of the output.
std::uint64_t Mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

constexpr std::uint64_t kReferenceHigh = ~std::uint64_t{0};
constexpr std::uint64_t kReferenceLow = kReferenceHigh - 1;

}  // namespace

std::uint64_t KeyOf(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3U;
  }
  return hash;
}

std::uint64_t Dice::Draw(std::uint64_t what, std::uint64_t key, std::uint64_t send) const {
  return Mix(Mix(Mix(Mix(seed_) ^ what) ^ key) ^ send);
}

double Dice::Unit(std::uint64_t what, std::uint64_t key, std::uint64_t send) const {
  return static_cast<double>(Draw(what, key, send) >> 11U) * 0x1.0p-53;
}

Millis Dice::Between(Millis low, Millis high, std::uint64_t what, std::uint64_t key,
                     std::uint64_t send) const {
  if (high <= low) return low;
  const auto width = static_cast<std::uint64_t>((high - low).count()) + 1;
  return low + Millis(static_cast<Millis::rep>(Draw(what, key, send) % width));
}

std::string Dice::Reference(std::uint64_t key, std::uint64_t send) const {
  const std::uint64_t halves[2] = {Draw(kReferenceHigh, key, send), Draw(kReferenceLow, key, send)};
  Uuid id{};
  for (std::size_t i = 0; i < id.size(); ++i) {
    id[i] = static_cast<std::uint8_t>(halves[i / 8] >> (8U * (i % 8)));
  }
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0FU) | 0x40U);
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3FU) | 0x80U);
  return FormatUuid(id);
}

}  // namespace utboks::simulator

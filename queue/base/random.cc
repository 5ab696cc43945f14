#include "queue/base/random.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace utboks {
namespace {

class KernelRandom final : public Random {
 public:
  std::uint64_t Next() override {
    // Drawn in blocks: a system call per jitter would show in profiles.
    thread_local std::array<std::uint64_t, 32> block;
    thread_local std::size_t used = block.size();
    if (used == block.size()) {
      std::size_t have = 0;
      auto* bytes = reinterpret_cast<unsigned char*>(block.data());
      while (have < sizeof block) {
        const ssize_t got = getrandom(bytes + have, sizeof block - have, 0);
        if (got < 0 && errno != EINTR) std::abort();  // no chance, no keys, no ids
        if (got > 0) have += static_cast<std::size_t>(got);
      }
      used = 0;
    }
    return block[used++];
  }
};

class RepeatingRandom final : public Random {
 public:
  explicit RepeatingRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t Next() override {
    std::lock_guard lock(mutex_);
    return engine_();
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;  // guarded by mutex_
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

double Random::Unit() {
  return static_cast<double>(Next() >> 11) * 0x1.0p-53;
}

std::uint64_t Random::Below(std::uint64_t bound) {
  // The draws at the top that would favour small values are drawn again.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t draw = Next();
  while (draw >= limit) draw = Next();
  return draw % bound;
}

Millis Random::Between(Millis low, Millis high) {
  if (high <= low) return low;
  const auto width = static_cast<std::uint64_t>((high - low).count()) + 1;
  return low + Millis(static_cast<Millis::rep>(Below(width)));
}

void Random::Fill(std::span<std::uint8_t> out) {
  std::size_t at = 0;
  while (at < out.size()) {
    std::uint64_t draw = Next();
    for (int i = 0; i < 8 && at < out.size(); ++i, draw >>= 8) {
      out[at++] = static_cast<std::uint8_t>(draw & 0xff);
    }
  }
}

Random& SecureRandom() {
  static KernelRandom random;
  return random;
}

std::unique_ptr<Random> SeededRandom(std::uint64_t seed) {
  return std::make_unique<RepeatingRandom>(seed);
}

Uuid MakeUuid(WallTime now, Random& random) {
  Uuid id;
  random.Fill(id);
  auto stamp = static_cast<std::uint64_t>(std::max<long long>(0, ToMillis(now)));
  for (std::size_t i = 6; i-- > 0; stamp >>= 8) id[i] = static_cast<std::uint8_t>(stamp & 0xff);
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0f) | 0x70);
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3f) | 0x80);
  return id;
}

std::string FormatUuid(const Uuid& id) {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    fmt::format_to(std::back_inserter(text), "{:02x}", id[i]);
  }
  return text;
}

bool ParseUuid(std::string_view text, Uuid* id) {
  if (text.size() != 36) return false;
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i++] != '-') return false;
      continue;
    }
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    (*id)[at++] = static_cast<std::uint8_t>(high * 16 + low);
    i += 2;
  }
  return true;
}

}  // namespace utboks

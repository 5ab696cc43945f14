#include "queue/bucket.h"

#include <algorithm>
#include <cmath>

namespace utboks {
namespace {

constexpr double kMillisPerMinute = 60'000.0;
constexpr int kLeastCapacity = 2;
// A mark so little ahead of `now` is another process's reading of the same
// clock; refilling it twice would give tokens nobody has.
constexpr Millis kReadingsApart{1'000};

double AtLeastForProbes(int limit, double tokens) {
  return std::max(std::min(limit, kLeastCapacity) * 1.0, tokens);
}

double Capacity(int limit) {
  return AtLeastForProbes(limit, limit / 120.0);
}

double PerMilli(int limit) {
  // Where the bucket holds the whole allowance, the next token comes just after the
  // minute.
  const double reserve = AtLeastForProbes(limit, limit / 60.0);
  return std::max((limit - reserve) / kMillisPerMinute, 1.0 / (kMillisPerMinute + 1));
}

void Refill(Bucket& bucket, int limit, WallTime now) {
  if (bucket.filled_at == WallTime{}) {  // new: starts empty, whatever the year
    bucket = Bucket{0, now};
  }
  if (now >= bucket.filled_at) {
    const auto passed = static_cast<double>((now - bucket.filled_at).count());
    bucket.tokens += passed * PerMilli(limit);
    bucket.filled_at = now;
  } else if (bucket.filled_at - now > kReadingsApart) {
    bucket.filled_at = now;
  }
  bucket.tokens = std::clamp(bucket.tokens, 0.0, Capacity(limit));
}

}  // namespace

int Take(Bucket& bucket, int wanted, int limit_per_minute, WallTime now) {
  if (wanted <= 0) return 0;
  if (limit_per_minute <= 0) return wanted;
  Refill(bucket, limit_per_minute, now);
  const int given = static_cast<int>(std::min<double>(wanted, std::floor(bucket.tokens)));
  bucket.tokens -= given;
  return given;
}

void GiveBack(Bucket& bucket, int unused, int limit_per_minute) {
  if (unused <= 0 || limit_per_minute <= 0) return;
  bucket.tokens = std::min(bucket.tokens + unused, Capacity(limit_per_minute));
}

WallTime NextToken(const Bucket& bucket, int limit_per_minute, WallTime now) {
  if (limit_per_minute <= 0) return now;
  Bucket filled = bucket;
  Refill(filled, limit_per_minute, now);
  if (filled.tokens >= 1) return now;
  const double wait = std::ceil((1 - filled.tokens) / PerMilli(limit_per_minute));
  WallTime then = filled.filled_at + Millis(static_cast<Millis::rep>(wait));
  // Take must agree to the bit, or a caller would wait for a time that gives nothing.
  for (Bucket trial = filled; Take(trial, 1, limit_per_minute, then) == 0; trial = filled) {
    then += Millis(1);
  }
  return then;
}

}  // namespace utboks

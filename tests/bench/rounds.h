// The harness: sides that do the same work, run in interleaved rounds and held
// against each other.
//
// Machines this is run on vary tenfold in speed, also from minute to minute; so no
// number here says anything alone.  What does is the ratio of two sides of one
// round, and over the rounds its median and range.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace utboks::bench {

// What one side did in one round.
struct Sample {
  double units = 0;  // messages, documents, runs
  double seconds = 0;
  double cpu_seconds = 0;
  std::uint64_t commits = 0;
  std::uint64_t syncs = 0;
};

// A stopwatch over wall time, CPU time and this process's fsyncs.  What lies
// between Stop and the next Start is not counted.
class Meter {
 public:
  // Whose CPU time: this process's, or that of children that ended meanwhile.
  enum class Of { kSelf, kChildren };
  explicit Meter(Of of = Of::kSelf) : of_(of) {}

  void Start();
  void Stop();
  Sample Read(double units, std::uint64_t commits) const;

 private:
  const Of of_;
  Sample sum_;
  double wall_ = 0, cpu_ = 0;
  std::uint64_t syncs_ = 0;
};

struct Spread {
  double median = 0, low = 0, high = 0;
};
Spread SpreadOf(std::vector<double> values);

// The samples of one side, one per round.
using Series = std::vector<Sample>;
using Side = std::function<Sample()>;

// Runs all sides `rounds` times, forwards and backwards in turn.
std::vector<Series> Interleave(int rounds, const std::vector<Side>& sides);

// For work whose commits another process makes durable: its fsyncs are not counted here.
Series WithoutCommits(Series series);
// Round by round the slower of the two.
Series Slower(const Series& a, const Series& b);

// What is looked at of a sample.
struct Figure {
  double (*of)(const Sample&);
  std::string_view unit;
  bool more_is_better;
};
extern const Figure kRate;              // units per second
extern const Figure kRatePerCpuSecond;  // units per second of CPU
extern const Figure kMillis;            // per unit
extern const Figure kCpuMicros;         // per unit

Spread SpreadOf(const Series& series, const Figure& figure);
// Round by round, a's figure by b's.
Spread RatioOf(const Series& a, const Series& b, const Figure& figure);

}  // namespace utboks::bench

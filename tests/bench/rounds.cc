#include "tests/bench/rounds.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "tests/bench/sync_count.h"

namespace utboks::bench {
namespace {

double WallNow() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

double CpuNow(Meter::Of of) {
  rusage used{};
  getrusage(of == Meter::Of::kSelf ? RUSAGE_SELF : RUSAGE_CHILDREN, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

void Meter::Start() {
  syncs_ = SyncCount();
  cpu_ = CpuNow(of_);
  wall_ = WallNow();
}

void Meter::Stop() {
  sum_.seconds += WallNow() - wall_;
  sum_.cpu_seconds += CpuNow(of_) - cpu_;
  sum_.syncs += SyncCount() - syncs_;
}

Sample Meter::Read(double units, std::uint64_t commits) const {
  Sample sample = sum_;
  sample.units = units;
  sample.commits = commits;
  return sample;
}

Spread SpreadOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

std::vector<Series> Interleave(int rounds, const std::vector<Side>& sides) {
  std::vector<Series> all(sides.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < sides.size(); ++i) {
      const std::size_t side = round % 2 == 0 ? i : sides.size() - 1 - i;
      all[side].push_back(sides[side]());
    }
  }
  return all;
}

const Figure kRate{[](const Sample& s) { return s.units / s.seconds; }, "/s", true};
const Figure kRatePerCpuSecond{[](const Sample& s) { return s.units / s.cpu_seconds; }, "/s of CPU",
                               true};
const Figure kMillis{[](const Sample& s) { return s.seconds * 1e3 / s.units; }, " ms", false};
const Figure kCpuMicros{[](const Sample& s) { return s.cpu_seconds * 1e6 / s.units; }, " µs",
                        false};

Series WithoutCommits(Series series) {
  for (Sample& sample : series) sample.commits = 0;
  return series;
}

Series Slower(const Series& a, const Series& b) {
  Series slower;
  for (std::size_t i = 0; i < a.size(); ++i) {
    slower.push_back(kRate.of(a[i]) < kRate.of(b[i]) ? a[i] : b[i]);
  }
  return slower;
}

Spread SpreadOf(const Series& series, const Figure& figure) {
  std::vector<double> values;
  for (const Sample& sample : series) values.push_back(figure.of(sample));
  return SpreadOf(std::move(values));
}

Spread RatioOf(const Series& a, const Series& b, const Figure& figure) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < a.size(); ++i) ratios.push_back(figure.of(a[i]) / figure.of(b[i]));
  return SpreadOf(std::move(ratios));
}

}  // namespace utboks::bench

// Claiming and settling with very much waiting, against the same with little.

#include <fmt/format.h>

#include "tests/bench/backlog.h"
#include "tests/bench/measures.h"
#include "tests/support/temp_dir.h"

namespace utboks::bench {
namespace {

constexpr std::int64_t kFew = 1'000;

void Measure(const Shape& shape, const Scale& scale, Report& report) {
  const testing::TempDir folder;
  Backlog few(folder.File("few.db"), shape, kFew);
  Backlog many(folder.File("many.db"), shape, scale.backlog);
  const std::vector<Series> series = Interleave(
      scale.rounds,
      {[&] { return many.Deliver(scale.cycles); }, [&] { return few.Deliver(scale.cycles); }});
  const std::string measure =
      fmt::format("claim and settle in 64s, {} waiting, {}", scale.backlog, shape.name);
  const std::string beside = fmt::format("{} waiting", kFew);
  report.Compare(measure, series[0], series[1],
                 {.what = beside, .goal = AtLeast(0.7), .bare = false});
  report.Compare(measure + ": CPU", series[0], series[1],
                 {.what = beside, .figure = kCpuMicros, .bare = false});
}

}  // namespace

void MeasureBacklog(const Scale& scale, Report& report) {
  Measure({.name = "each with a key of its own"}, scale, report);
  Measure({.name = "10 keys", .keys = 10}, scale, report);
  Measure({.name = "due times random", .random_due = true}, scale, report);
}

}  // namespace utboks::bench

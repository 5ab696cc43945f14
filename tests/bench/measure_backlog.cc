// Claiming and settling with very much waiting, against the same with little.

#include <fmt/format.h>

#include "tests/bench/backlog.h"
#include "tests/bench/bare_delivery.h"
#include "tests/bench/bare_insert.h"
#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"
#include "tests/bench/same_rows.h"
#include "tests/support/temp_dir.h"

namespace utboks::bench {
namespace {

constexpr std::int64_t kFew = 1'000;
constexpr int kAtOnce = 64;

// As Backlog, by hand.
class BareBacklog {
 public:
  BareBacklog(const std::string& path, std::int64_t waiting) : db_(path) {
    in_.Insert(letters_.Next(static_cast<int>(waiting)));
  }

  Sample Deliver(int cycles) {
    Meter meter;
    for (int i = 0; i < cycles; ++i) {
      const std::int64_t now = bare::Now();
      meter.Start();
      if (out_.Deliver(kAtOnce, now) != kAtOnce) GiveUp("the bare loop could not claim");
      meter.Stop();
      in_.Insert(letters_.Next(kAtOnce));
    }
    return meter.Read(static_cast<double>(cycles) * kAtOnce,
                      static_cast<std::uint64_t>(cycles) * 2);
  }

 private:
  bare::Sqlite db_;
  bare::Inserter in_{db_};
  bare::Deliverer out_{db_};
  Letters letters_;
};

void Measure(const Shape& shape, const Scale& scale, Report& report) {
  const testing::TempDir folder;
  Backlog few(folder.File("few.db"), shape, kFew);
  Backlog many(folder.File("many.db"), shape, scale.backlog);
  BareBacklog bare(MadeByOurs(folder.File("bare.db")), kFew);
  const std::vector<Series> series =
      Interleave(scale.rounds, {[&] { return many.Deliver(scale.cycles); },
                                [&] { return few.Deliver(scale.cycles); },
                                [&] { return bare.Deliver(scale.cycles); }});
  const std::string measure =
      fmt::format("claim and settle in 64s, {} waiting, {}", scale.backlog, shape.name);
  const std::string beside = fmt::format("{} waiting", kFew);
  report.Compare(measure, series[0], series[1],
                 {.what = beside, .goal = AtLeast(0.7), .bare = false});
  report.Compare(measure + ": CPU", series[0], series[1],
                 {.what = beside, .figure = kCpuMicros, .bare = false});
  if (shape.keys != 0 || shape.random_due) return;  // which the bare loop knows nothing of
  MustHoldTheSame(folder.File("few.db"), folder.File("bare.db"));
  const std::string small = fmt::format("claim and settle in 64s, {} waiting", kFew);
  report.Compare(small, series[1], series[2], {.what = "bare loop"});
  report.Compare(small + ": CPU", series[1], series[2],
                 {.what = "bare loop", .figure = kCpuMicros});
}

}  // namespace

void MeasureBacklog(const Scale& scale, Report& report) {
  Measure({.name = "each with a key of its own"}, scale, report);
  Measure({.name = "10 keys", .keys = 10}, scale, report);
  Measure({.name = "due times random", .random_due = true}, scale, report);
}

}  // namespace utboks::bench

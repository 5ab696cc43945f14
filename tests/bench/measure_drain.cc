// Emptying the outbox into the simulated register as fast as it goes, against sending
// alone and against claiming and settling alone: the smaller of the two bounds it.

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "tests/bench/bare_delivery.h"
#include "tests/bench/bare_insert.h"
#include "tests/bench/bare_pg_delivery.h"
#include "tests/bench/bare_pg_insert.h"
#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"
#include "tests/bench/postgres_side.h"
#include "tests/bench/register_side.h"
#include "tests/bench/watched_delivery.h"
#include "tests/support/temp_dir.h"

namespace utboks::bench {
namespace {

constexpr Millis kPatience{300'000};
constexpr int kAtOnce = 64;

DeliverySettings Unbounded() {
  DeliverySettings settings;
  settings.rate_limit_per_minute = 0;
  // Enough under way that commits are as full as the bare loop's; with the 32 of the
  // default a slow disk, with two commits to a window, decides alone.
  settings.max_in_flight = 256;
  return settings;
}

Sample DrainOwn(Store& store, const RegisterSide& site, int messages) {
  WatchedDelivery watched(store);
  const auto dispatcher = site.Sends(watched, Unbounded());
  Meter meter;
  meter.Start();
  Must(dispatcher->Start());
  if (!watched.AwaitSettled(messages, kPatience)) GiveUp("the outbox was not emptied in time");
  meter.Stop();
  dispatcher->Stop();
  for (const auto& [state, count] : Must(store.Look()).states) {
    if (state != State::kAccepted && count != 0) GiveUp("a message was not accepted");
  }
  return meter.Read(messages, watched.writes());
}

// `measure` begins each row.
template <typename In, typename Out>
void Compare(const std::string& measure, Store& store, In& bare_in, Out& bare_out,
             const Scale& scale, Report& report) {
  const RegisterSide site("rate_limit_per_minute = 0");
  // One series of letters for all: to the register each is new.
  Letters letters;
  const auto own = [&] {
    Fill(store, letters, scale.drained);
    return DrainOwn(store, site, scale.drained);
  };
  const auto post = [&] {
    const std::vector<Letter> all = letters.Next(scale.drained);
    std::atomic<std::int64_t> answered{0};
    Meter meter;
    meter.Start();
    bare::Post(site.bare(), all, Unbounded().max_in_flight, 0, answered);
    meter.Stop();
    return meter.Read(scale.drained, 0);
  };
  const auto deliver = [&] {
    for (int left = scale.drained; left > 0; left -= kAtOnce) {
      bare_in.Insert(letters.Next(std::min(left, kAtOnce)));
    }
    Meter meter;
    std::uint64_t commits = 0;
    meter.Start();
    for (int left = scale.drained; left > 0; commits += 2) {
      left -= bare_out.Deliver(kAtOnce, bare::Now());
    }
    meter.Stop();
    return meter.Read(scale.drained, commits);
  };
  std::vector<Series> series = Interleave(scale.rounds, {own, post, deliver});
  if (std::is_same_v<Out, bare::PgDeliverer>) {
    for (Series& one : series) one = WithoutCommits(one);
  }
  const std::string drain = measure + " against the simulator";
  report.Compare(drain, series[0], series[1], {.what = "bare TLS posts"});
  report.Compare(drain, series[0], series[2], {.what = "bare claim and settle"});
  report.Compare(drain, series[0], Slower(series[1], series[2]),
                 {.what = "the slower of the two", .goal = AtLeast(0.5)});
  report.Compare(measure + ": CPU", series[0], series[1],
                 {.what = "bare TLS posts", .figure = kCpuMicros});
}

}  // namespace

void MeasureDrain(const Scale& scale, Report& report) {
  const testing::TempDir folder;
  const std::unique_ptr<Store> store = OpenOwn(folder.File("own.db"), Unbounded());
  bare::Sqlite bare_db(MadeByOurs(folder.File("bare.db")));
  bare::Inserter bare_in(bare_db);
  bare::Deliverer bare_out(bare_db);
  Compare("drain", *store, bare_in, bare_out, scale, report);
}

void MeasurePostgresDrain(const Scale& scale, Report& report) {
  PostgresSide side;
  const std::unique_ptr<Store> store = PostgresSide::Open(side.MadeByOurs(), Unbounded());
  bare::Postgres bare_db(side.MadeByOurs().url);
  bare::PgInserter bare_in(bare_db);
  bare::PgDeliverer bare_out(bare_db);
  Compare("PostgreSQL: drain", *store, bare_in, bare_out, scale, report);
}

}  // namespace utboks::bench

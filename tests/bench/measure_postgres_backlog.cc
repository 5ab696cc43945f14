// On PostgreSQL, with very much waiting and closed against the same with little: claiming
// and settling, purging, looking.

#include <fmt/format.h>

#include "tests/bench/backlog.h"
#include "tests/bench/bare_insert.h"
#include "tests/bench/bare_pg_delivery.h"
#include "tests/bench/bare_pg_insert.h"
#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"
#include "tests/bench/postgres_fill.h"
#include "tests/bench/postgres_side.h"

namespace utboks::bench {
namespace {

constexpr std::int64_t kFew = 1'000;
constexpr int kAtOnce = 64;
constexpr int kPurgeStep = 500;  // as the worker's
constexpr Millis kSecond{1'000};

Backlog MakeBacklog(const PostgresSide& side, const PostgresPlace& place, std::int64_t waiting,
                    std::int64_t closed) {
  return Backlog([&](const DeliverySettings& delivery,
                     Clock* clock) { return PostgresSide::Open(place, delivery, clock); },
                 {.name = "each with a key of its own"}, waiting,
                 [&](WallTime at) {
                   FillPostgres(side, place, {closed, waiting, at});
                 });
}

// As Backlog, by hand.
class BareBacklog {
 public:
  explicit BareBacklog(const PostgresPlace& place) : db_(place.url) {
    in_.Insert(letters_.Next(static_cast<int>(kFew)));
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
    return meter.Read(static_cast<double>(cycles) * kAtOnce, 0);
  }

 private:
  bare::Postgres db_;
  bare::PgInserter in_{db_};
  bare::PgDeliverer out_{db_};
  Letters letters_;
};

// Buries the oldest, in the worker's steps.  One was closed each second, so each step
// finds as many as it may take.
Sample Purge(Backlog& backlog, std::int64_t closed, std::int64_t& purged, int steps) {
  Meter meter;
  std::int64_t records = 0;
  for (int i = 0; i < steps; ++i) {
    const WallTime first = testing::ManualClock::kStart - closed * kSecond;
    const WallTime until = first + (purged + kPurgeStep) * kSecond;
    const auto age = std::chrono::duration_cast<Millis>(backlog.clock().Wall() - until);
    meter.Start();
    const Desk::Purged step = Must(backlog.store().Purge(age, age, true, kPurgeStep));
    meter.Stop();
    records += step.records;
    purged += step.records;
  }
  if (records == 0) GiveUp("nothing was purged");
  return meter.Read(static_cast<double>(records), 0);
}

template <typename Look>
Sample Looking(int times, const Look& look) {
  Meter meter;
  meter.Start();
  for (int i = 0; i < times; ++i) look();
  meter.Stop();
  return meter.Read(times, 0);
}

}  // namespace

void MeasurePostgresBacklog(const Scale& scale, Report& report) {
  const std::int64_t little = std::min<std::int64_t>(scale.closed, 20'000);
  PostgresSide side;
  const PostgresPlace few_place = side.MakePlace(), many_place = side.MakePlace(),
                      small_place = side.MakePlace();
  Backlog few = MakeBacklog(side, few_place, kFew, 0);
  Backlog small = MakeBacklog(side, small_place, kFew, little);
  Backlog many = MakeBacklog(side, many_place, scale.backlog, scale.closed);
  BareBacklog bare(side.MadeByOurs());
  std::vector<Series> series =
      Interleave(scale.rounds, {[&] { return many.Deliver(scale.cycles); },
                                [&] { return few.Deliver(scale.cycles); },
                                [&] { return bare.Deliver(scale.cycles); }});
  for (Series& one : series) one = WithoutCommits(one);
  const std::string size = fmt::format("{} waiting, {} closed", scale.backlog, scale.closed);
  report.Compare(
      fmt::format("PostgreSQL: claim and settle in 64s, {}", size), series[0], series[1],
      {.what = fmt::format("{} waiting, 0 closed", kFew), .goal = AtLeast(0.7), .bare = false});
  report.Compare(fmt::format("PostgreSQL: claim and settle in 64s, {} waiting", kFew), series[1],
                 series[2], {.what = "bare loop"});

  const std::string beside = fmt::format("{} waiting, {} closed", kFew, little);
  std::int64_t purged_many = 0, purged_small = 0;
  const int steps = static_cast<int>(little / kPurgeStep / scale.rounds / 2) + 1;
  series = Interleave(scale.rounds, {[&] { return Purge(many, scale.closed, purged_many, steps); },
                                     [&] { return Purge(small, little, purged_small, steps); }});
  report.Compare(fmt::format("PostgreSQL: purge of whole records in {}s, {}", kPurgeStep, size),
                 series[0], series[1], {.what = beside, .goal = AtLeast(0.7), .bare = false});

  const auto look = [&](Backlog& at) {
    return Looking(3, [&] { static_cast<void>(Must(at.store().Look())); });
  };
  const auto tick = [&](Backlog& at) {
    return Looking(3, [&] { static_cast<void>(Must(at.store().Tick())); });
  };
  series = Interleave(scale.rounds, {[&] { return look(many); }, [&] { return look(small); },
                                     [&] { return tick(many); }, [&] { return tick(small); }});
  report.Compare(fmt::format("PostgreSQL: Look (status), {}", size), series[0], series[1],
                 {.what = beside, .figure = kMillis, .bare = false});
  report.Compare(fmt::format("PostgreSQL: Tick, {}", size), series[2], series[3],
                 {.what = beside, .figure = kMillis, .bare = false});
}

}  // namespace utboks::bench

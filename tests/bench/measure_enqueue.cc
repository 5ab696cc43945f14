// Putting in, in groups and one by one: Store::Insert against its statements alone.

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "tests/bench/bare_insert.h"
#include "tests/bench/bare_pg_insert.h"
#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"
#include "tests/bench/postgres_side.h"
#include "tests/bench/same_rows.h"
#include "tests/support/temp_dir.h"

namespace utboks::bench {
namespace {

constexpr int kGroup = 64;

struct Extent {
  int rounds, commits, size;
  Goal goal;
  bool counts_syncs = true;  // a server's are not ours to count
};

// Makes `commits` groups of `size` ready, then puts them in by `insert` on the clock.
template <typename Group, typename Insert>
Sample PutIn(std::vector<Group> groups, int size, const Insert& insert) {
  Meter meter;
  meter.Start();
  for (const Group& group : groups) insert(group);
  meter.Stop();
  return meter.Read(static_cast<double>(groups.size()) * size, groups.size());
}

// `own` and `bare` are empty and of one kind; `same` holds them against each other.
template <typename Bare>
void Compare(std::string_view measure, Store& own, Bare& bare, const std::function<void()>& same,
             const Extent& extent, Report& report) {
  const auto& [rounds, commits, size, goal, counts_syncs] = extent;
  Letters own_letters, bare_letters;
  const auto run_own = [&] {
    std::vector<std::vector<NewRow>> groups;
    for (int i = 0; i < commits; ++i) groups.push_back(Letters::Rows(own_letters.Next(size)));
    return PutIn(std::move(groups), size, [&](const std::vector<NewRow>& rows) {
      const std::vector<Inserted> done = Must(own.Insert(rows, InsertMode::kEachAlone));
      if (!done.back().is_new) GiveUp("a new message was taken for an old one");
    });
  };
  const auto run_bare = [&] {
    std::vector<std::vector<Letter>> groups;
    for (int i = 0; i < commits; ++i) groups.push_back(bare_letters.Next(size));
    return PutIn(std::move(groups), size,
                 [&](const std::vector<Letter>& letters) { bare.Insert(letters); });
  };
  std::vector<Series> series = Interleave(rounds, {run_own, run_bare});
  if (!counts_syncs) {
    for (Series& one : series) one = WithoutCommits(one);
  }
  same();
  report.Compare(measure, series[0], series[1], {.what = "bare loop", .goal = goal});
  // A slow disk hides what the processor does.
  report.Compare(fmt::format("{}: CPU", measure), series[0], series[1],
                 {.what = "bare loop", .figure = kCpuMicros, .bare = false});
}

void InSqlite(std::string_view measure, const Extent& extent, Report& report) {
  const testing::TempDir folder;
  const std::unique_ptr<Store> own = OpenOwn(folder.File("own.db"));
  bare::Sqlite db(MadeByOurs(folder.File("bare.db")));
  bare::Inserter bare(db);
  const auto same = [&] { MustHoldTheSame(folder.File("own.db"), folder.File("bare.db")); };
  Compare(measure, *own, bare, same, extent, report);
}

void InPostgres(PostgresSide& side, std::string_view measure, const Extent& extent,
                Report& report) {
  const PostgresPlace own_place = side.MadeByOurs(), bare_place = side.MadeByOurs();
  const std::unique_ptr<Store> own = PostgresSide::Open(own_place);
  bare::Postgres db(bare_place.url);
  bare::PgInserter bare(db);
  const auto same = [&] { MustHoldTheSame(side, own_place, bare_place); };
  Compare(measure, *own, bare, same, extent, report);
}

}  // namespace

void MeasureEnqueue(const Scale& scale, Report& report) {
  InSqlite("enqueue, 64 in a commit", {scale.rounds, scale.groups, kGroup, AtLeast(0.8)}, report);
  InSqlite("enqueue, one by one", {scale.rounds, scale.singles, 1, AtLeast(0.8)}, report);
}

void MeasurePostgresEnqueue(const Scale& scale, Report& report) {
  PostgresSide side;
  InPostgres(side, "PostgreSQL: enqueue, 64 in a commit",
             {scale.rounds, scale.groups, kGroup, AtLeast(0.5), false}, report);
  InPostgres(side, "PostgreSQL: enqueue, one by one",
             {scale.rounds, scale.singles, 1, AtLeast(0.5), false}, report);
}

}  // namespace utboks::bench

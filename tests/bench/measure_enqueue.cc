// Putting in, in groups and one by one: Store::Insert against its statements alone.

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "tests/bench/bare_insert.h"
#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"
#include "tests/bench/same_rows.h"
#include "tests/support/temp_dir.h"

namespace utboks::bench {
namespace {

constexpr int kGroup = 64;

// Makes `commits` groups of `size` ready, then puts them in by `insert` on the clock.
template <typename Group, typename Insert>
Sample PutIn(std::vector<Group> groups, int size, const Insert& insert) {
  Meter meter;
  meter.Start();
  for (const Group& group : groups) insert(group);
  meter.Stop();
  return meter.Read(static_cast<double>(groups.size()) * size, groups.size());
}

void Measure(std::string_view measure, int rounds, int commits, int size, Report& report) {
  const testing::TempDir folder;
  const std::unique_ptr<Store> own = OpenOwn(folder.File("own.db"));
  bare::Sqlite bare_db(MadeByOurs(folder.File("bare.db")));
  bare::Inserter bare(bare_db);

  Letters own_letters, bare_letters;
  const auto run_own = [&] {
    std::vector<std::vector<NewRow>> groups;
    for (int i = 0; i < commits; ++i) groups.push_back(Letters::Rows(own_letters.Next(size)));
    return PutIn(std::move(groups), size, [&](const std::vector<NewRow>& rows) {
      const std::vector<Inserted> done = Must(own->Insert(rows, InsertMode::kEachAlone));
      if (!done.back().is_new) GiveUp("a new message was taken for an old one");
    });
  };
  const auto run_bare = [&] {
    std::vector<std::vector<Letter>> groups;
    for (int i = 0; i < commits; ++i) groups.push_back(bare_letters.Next(size));
    return PutIn(std::move(groups), size,
                 [&](const std::vector<Letter>& letters) { bare.Insert(letters); });
  };
  const std::vector<Series> series = Interleave(rounds, {run_own, run_bare});
  MustHoldTheSame(folder.File("own.db"), folder.File("bare.db"));
  report.Compare(measure, series[0], series[1], {.what = "bare loop", .goal = AtLeast(0.8)});
  // A slow disk hides what the processor does.
  report.Compare(fmt::format("{}: CPU", measure), series[0], series[1],
                 {.what = "bare loop", .figure = kCpuMicros, .bare = false});
}

}  // namespace

void MeasureEnqueue(const Scale& scale, Report& report) {
  Measure("enqueue, 64 in a commit", scale.rounds, scale.groups, kGroup, report);
  Measure("enqueue, one by one", scale.rounds, scale.singles, 1, report);
}

}  // namespace utboks::bench

// Sending at the register's own limit for as long as a minute's window can show, with
// answers that take 200 ms, and what that costs beside a loop that a clock paces: posts,
// and the store's statements in commits of 64.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

#include "tests/bench/bare_delivery.h"
#include "tests/bench/bare_insert.h"
#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"
#include "tests/bench/register_side.h"
#include "tests/bench/watched_delivery.h"
#include "tests/support/temp_dir.h"

namespace utboks::bench {
namespace {

constexpr int kLimit = 60'000;  // requests a minute
// What the bucket gives in a second (queue/bucket.h).
constexpr double kRefill = (kLimit - kLimit / 60.0) / 60;
constexpr const char* kScenario = "latency = \"200ms\"";
constexpr int kFull = 64;           // messages in a commit of the bare loop
constexpr double kWindow = 60'000;  // ms

DeliverySettings AtTheLimit() {
  DeliverySettings settings;
  settings.rate_limit_per_minute = kLimit;
  settings.max_in_flight = 256;
  return settings;
}

std::int64_t Enough(Millis time) {
  return static_cast<std::int64_t>(static_cast<double>(time.count()) / 1e3 * kRefill) + 2'000;
}

// The most of `times` (in order, ms) in any window of a minute.
std::size_t MostInAMinute(const std::vector<double>& times) {
  std::size_t most = 0;
  for (std::size_t first = 0, next = 0; next < times.size(); ++next) {
    while (times[next] - times[first] >= kWindow) ++first;
    most = std::max(most, next - first + 1);
  }
  return most;
}

void MeasureRate(Store& store, const Scale& scale, Report& report) {
  const RegisterSide site(kScenario);
  const auto dispatcher = site.Sends(store, AtTheLimit());
  Must(dispatcher->Start());
  std::this_thread::sleep_for(scale.pace_warm_up + scale.pace_time);
  dispatcher->Stop();

  // As the register saw it.
  std::vector<double> begun, accepted;
  for (const testing::JournalLine& line : site.simulator().Journal()) {
    if (line.event == "begin") begun.push_back(line.mono_ms);
    if (line.event == "end" && line.accepted) accepted.push_back(line.mono_ms);
  }
  if (begun.empty()) GiveUp("the register saw no request");
  std::sort(begun.begin(), begun.end());
  const double from = begun.front() + static_cast<double>(scale.pace_warm_up.count());
  const double to =
      begun.front() + static_cast<double>((scale.pace_warm_up + scale.pace_time).count());
  const auto counted = std::count_if(accepted.begin(), accepted.end(),
                                     [&](double at) { return at >= from && at < to; });
  const double rate = static_cast<double>(counted) / ((to - from) / 1e3);
  report.State("200 ms delay: rate, of the bucket's refill", rate / kRefill, "", AtLeast(0.98));
  report.State("200 ms delay: most requests in any 60 s", static_cast<double>(MostInAMinute(begun)),
               "", AtMost(kLimit));
}

// Lets what is running settle, then looks at a slice of it.
Sample Slice(const Scale& scale, const std::function<std::int64_t()>& done) {
  std::this_thread::sleep_for(scale.slice_warm_up);
  const std::int64_t before = done();
  Meter meter;
  meter.Start();
  std::this_thread::sleep_for(scale.slice_time);
  meter.Stop();
  return meter.Read(static_cast<double>(done() - before), 0);
}

}  // namespace

void MeasurePace(const Scale& scale, Report& report) {
  const testing::TempDir folder;
  const std::unique_ptr<Store> store = OpenOwn(folder.File("own.db"), AtTheLimit());
  Letters letters, bare_letters;
  const Millis slice = scale.slice_warm_up + scale.slice_time;
  Fill(*store, letters,
       Enough(scale.pace_warm_up + scale.pace_time) + scale.rounds * Enough(slice));
  MeasureRate(*store, scale, report);

  const RegisterSide site(std::string(kScenario) + "\nrate_limit_per_minute = 0");
  const auto own = [&] {
    WatchedDelivery watched(*store);
    const auto dispatcher = site.Sends(watched, AtTheLimit());
    Must(dispatcher->Start());
    const Sample sample = Slice(scale, [&] { return watched.settled(); });
    dispatcher->Stop();
    return sample;
  };
  bare::Sqlite bare_db(MadeByOurs(folder.File("bare.db")));
  bare::Inserter bare_in(bare_db);
  for (std::int64_t left = scale.rounds * Enough(slice); left > 0; left -= kFull) {
    bare_in.Insert(bare_letters.Next(kFull));
  }
  bare::Deliverer bare_out(bare_db);
  const auto posts = [&] {
    const std::vector<Letter> all = letters.Next(static_cast<int>(Enough(slice)));
    std::atomic<std::int64_t> answered{0};
    std::jthread posting(
        [&] { bare::Post(site.bare(), all, AtTheLimit().max_in_flight, kRefill, answered); });
    return Slice(scale, [&] { return answered.load(); });
  };
  const auto posts_and_statements = [&] {
    std::jthread delivering([&](const std::stop_token& stop) {
      const std::chrono::duration<double> full(kFull / kRefill);
      for (auto next = SystemClock().Steady(); !stop.stop_requested();) {
        bare_out.Deliver(kFull, bare::Now());
        next += std::chrono::duration_cast<SteadyTime::duration>(full);
        std::this_thread::sleep_until(next);
      }
    });
    return posts();
  };
  const std::vector<Series> series = Interleave(scale.rounds, {own, posts_and_statements, posts});
  report.Compare("200 ms delay: messages", series[0], series[1], {.what = "paced bare loop"});
  report.Compare("200 ms delay: CPU", series[0], series[1],
                 {.what = "paced bare loop", .figure = kCpuMicros, .goal = AtMost(1.5)});
  report.Compare("200 ms delay: CPU", series[0], series[2],
                 {.what = "its posts alone, without a store", .figure = kCpuMicros});
}

}  // namespace utboks::bench

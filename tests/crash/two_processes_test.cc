// Two processes, one store: one commits without pause, the other hands in one message
// at a time.  The second waits for the first's commit under way, and for no more.
//
// What is measured is the lock.  The time that our own threads stood ready while the
// machine gave them no CPU (others compile here) is told by the kernel, shown, and taken
// off; the other's delays while it holds the lock are not.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tests/conformance/store_fixture.h"
#include "tests/crash/busy_store.h"
#include "tests/crash/scale.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

constexpr std::size_t kSamples = 400;
constexpr Millis kLongestWait{kSanitized ? 2'000 : 200};  // at p99
// Commits of the other between two of ours: the one under way, and one that it may get
// in before we ask again.
constexpr std::int64_t kMostCommits = 2;

template <typename T>
T Percentile(std::vector<T> values, std::size_t percent) {
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) * percent / 100];
}

// So long this process's threads have waited for a CPU, in all; 0 where the kernel does
// not tell.
std::chrono::microseconds WaitedForCpu() {
  std::chrono::nanoseconds sum{0};
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "schedstat");
    std::int64_t on_cpu = 0, waited = 0;
    if (file >> on_cpu >> waited) sum += std::chrono::nanoseconds(waited);
  }
  return std::chrono::duration_cast<std::chrono::microseconds>(sum);
}

TEST(TwoProcesses, WhoHandsInSinglyWaitsForOneCommitOfWhoNeverPauses) {
  const TempDir dir;
  const std::string path = dir.File("outbox.db");
  const Result<std::unique_ptr<Store>> store = OpenStore(BusyStore(path));
  ASSERT_TRUE(store.ok()) << store.status().text();
  auto busy = ChildProcess::Start({.argv = {UTBOKS_BUSY_WRITER, path}});
  ASSERT_TRUE(busy.ok()) << busy.status().text();
  ASSERT_TRUE((*busy)->AwaitOut("busy")) << (*busy)->Err();

  std::vector<std::chrono::microseconds> waits, locked;
  std::vector<MessageSeq> places;
  for (std::size_t n = 0; n < kSamples; ++n) {
    const NewRow row = Row(fmt::format("single-{}", n));
    const std::chrono::microseconds without_cpu = WaitedForCpu();
    const SteadyTime began = std::chrono::steady_clock::now();
    const auto done = (*store)->Insert({&row, 1}, InsertMode::kEachAlone);
    waits.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - began));
    locked.push_back(waits.back() - (WaitedForCpu() - without_cpu));
    ASSERT_TRUE(done.ok()) << done.status().text();
  }
  (*busy)->Signal(SIGTERM);
  const std::optional<ProcessExit> ended = (*busy)->Wait();
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(*ended, (ProcessExit{0, 0})) << (*busy)->Err();

  // How far apart ours stand: a count of commits does not depend on the machine.
  for (std::size_t n = 0; n < kSamples; ++n) {
    places.push_back((*(*store)->Find(fmt::format("single-{}", n), false))[0].seq);
  }
  std::vector<std::int64_t> between;
  for (std::size_t n = 1; n < kSamples; ++n) between.push_back(places[n] - places[n - 1] - 1);
  std::cout << fmt::format(
      "waited {} us at p50, {} at p99, {} at most; but for the CPU {} at p50, {} at p99, {} at "
      "most; messages of the other between two of ours: {} at p50, {} at p99, {} at most\n",
      Percentile(waits, 50).count(), Percentile(waits, 99).count(), Percentile(waits, 100).count(),
      Percentile(locked, 50).count(), Percentile(locked, 99).count(),
      Percentile(locked, 100).count(), Percentile(between, 50), Percentile(between, 99),
      Percentile(between, 100));
  EXPECT_LT(Percentile(locked, 99), kLongestWait);
  EXPECT_GE(Percentile(between, 50), 1) << "no turns are taken: we had the lock again and again";
  // At p50: what the other does while we are not asking, on a machine that has no time
  // for us, is not the lock's doing.
  EXPECT_LE(Percentile(between, 50), kMostCommits * kBusyThreads);
}

}  // namespace
}  // namespace utboks::testing

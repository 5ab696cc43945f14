// Two processes, one store: one commits without pause, the other hands in one message
// at a time.  The second waits for the first's commit under way, and little more.
//
// What is measured is the lock, not the machine: the time that our own threads stood
// ready without a CPU (others compile here) is told by the kernel, shown, and taken off,
// and of several rounds the one in the middle counts.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/store_fixture.h"
#include "tests/crash/busy_store.h"
#include "tests/crash/scale.h"
#include "tests/support/child_process.h"
#include "tests/support/cpu_wait.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

constexpr int kRounds = 5;
constexpr std::size_t kSamples = 200;                     // in each
constexpr Millis kLongestWait{kSanitized ? 2'000 : 200};  // at p99
// Commits of the other between two of ours, at p99: the one under way, and those that
// fit into a nap at the turnstile (store_lock.cc), which is a millisecond at most.
// Without the turnstile it is hundreds.
constexpr std::int64_t kMostCommits = 16;

template <typename T>
T Percentile(std::vector<T> values, std::size_t percent) {
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) * percent / 100];
}

struct Round {
  std::vector<std::chrono::microseconds> waits, but_for_cpu;
  std::vector<std::int64_t> between;  // messages of the other between two of ours
};

void HandIn(Store& store, int round, Round* seen) {
  const auto name = [&](std::size_t n) { return fmt::format("single-{}-{}", round, n); };
  for (std::size_t n = 0; n < kSamples; ++n) {
    const NewRow row = Row(name(n));
    const std::chrono::microseconds without_cpu = WaitedForCpu(getpid());
    const SteadyTime began = std::chrono::steady_clock::now();
    const auto done = store.Insert({&row, 1}, InsertMode::kEachAlone);
    seen->waits.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - began));
    seen->but_for_cpu.push_back(seen->waits.back() - (WaitedForCpu(getpid()) - without_cpu));
    ASSERT_TRUE(done.ok()) << done.status().text();
  }
  // How far apart ours stand: a count of messages does not depend on the machine.
  MessageSeq last = 0;
  for (std::size_t n = 0; n < kSamples; ++n) {
    const MessageSeq place = (*store.Find(name(n), false))[0].seq;
    if (n > 0) seen->between.push_back(place - last - 1);
    last = place;
  }
}

TEST(TwoProcesses, WhoHandsInSinglyWaitsForOneCommitOfWhoNeverPauses) {
  const TempDir dir;
  const std::string path = dir.File("outbox.db");
  const Result<std::unique_ptr<Store>> store = OpenStore(BusyStore(path));
  ASSERT_TRUE(store.ok()) << store.status().text();
  auto busy = ChildProcess::Start({.argv = {UTBOKS_BUSY_WRITER, path}});
  ASSERT_TRUE(busy.ok()) << busy.status().text();
  ASSERT_TRUE((*busy)->AwaitOut("busy")) << (*busy)->Err();

  std::vector<std::chrono::microseconds> p99;
  std::vector<std::int64_t> between;
  for (int round = 1; round <= kRounds; ++round) {
    Round seen;
    HandIn(**store, round, &seen);
    ASSERT_FALSE(HasFatalFailure());
    p99.push_back(Percentile(seen.but_for_cpu, 99));
    between.push_back(Percentile(seen.between, 99));
    std::cout << fmt::format(
        "waited {} us at p50, {} at p99; but for the CPU {} and {}; messages of the other between "
        "two of ours: {} and {}\n",
        Percentile(seen.waits, 50).count(), Percentile(seen.waits, 99).count(),
        Percentile(seen.but_for_cpu, 50).count(), p99.back().count(), Percentile(seen.between, 50),
        between.back());
  }
  (*busy)->Signal(SIGTERM);
  const std::optional<ProcessExit> ended = (*busy)->Wait();
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(*ended, (ProcessExit{0, 0})) << (*busy)->Err();

  EXPECT_LT(Percentile(p99, 50), kLongestWait);
  EXPECT_LE(Percentile(between, 50), kMostCommits * kBusyThreads);
  EXPECT_GE(Percentile(between, 50), 1) << "the other was not busy: nothing was measured";
}

}  // namespace
}  // namespace utboks::testing

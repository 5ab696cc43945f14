#include "tests/crash/sweep.h"

#include <atomic>
#include <thread>
#include <vector>

namespace utboks::testing {
namespace {

constexpr int kMoreOfTheFirst = 20;

class Quiet final : public LogSink {
 public:
  void Write(const LogRecord&) override {}
};

}  // namespace

int Sweep(const Places& places, const std::function<bool(int)>& one) {
  std::atomic<int> next{1};
  std::atomic<bool> over{false};
  std::atomic<int> met{0};
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(places.at_once));
  for (int i = 0; i < places.at_once; ++i) {
    threads.emplace_back([&] {
      while (!over) {
        const int n = next.fetch_add(places.stride);
        if (n > places.last) break;
        bool comes = one(n);
        // Some calls are made only where another thread was not quicker: a HEAD is learnt
        // at the start, or by a probe before that.
        for (int more = 0;
             n == 1 && !comes && more < kMoreOfTheFirst && !::testing::Test::HasFailure(); ++more) {
          comes = one(n);
        }
        if (comes) {
          ++met;
        } else {
          over = true;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(met, 1) << "no run came as far as the first fault";
  ::testing::Test::RecordProperty("faults_met", met);
  return met;
}

QuietTest::QuietTest() {
  SwapLogSink(std::make_shared<Quiet>(), LogLevel::kError);
}
QuietTest::~QuietTest() {
  SwapLogSink(nullptr, LogLevel::kInfo);
}

}  // namespace utboks::testing

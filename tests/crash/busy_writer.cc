// busy_writer STORE: commits to a store without pause until SIGTERM.  Says "busy" when
// it has begun, and at its end how many messages it has put in.
//
// Several threads, so that the next group waits whenever a commit comes back: the store
// is wanted all the time.
#include <signal.h>

#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "tests/conformance/store_fixture.h"
#include "tests/crash/busy_store.h"

namespace utboks::testing {
namespace {

int Run(const std::string& path) {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);  // before any thread, so in all of them
  const Result<std::unique_ptr<Store>> store = OpenStore(BusyStore(path));
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().text().c_str());
    return 1;
  }
  std::atomic<bool> stop{false};
  std::atomic<int> put{0}, failed{0};
  std::vector<std::thread> threads;
  threads.reserve(kBusyThreads);
  for (int i = 0; i < kBusyThreads; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        const NewRow row = Row("busy-" + std::to_string(++put));
        if (!(*store)->Insert({&row, 1}, InsertMode::kEachAlone).ok()) ++failed;
      }
    });
  }
  std::puts("busy");
  std::fflush(stdout);
  int signal = 0;
  sigwait(&end, &signal);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  std::printf("put %d\n", put.load());
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace utboks::testing

int main(int argc, char** argv) {
  return argc == 2 ? utboks::testing::Run(argv[1]) : 2;
}

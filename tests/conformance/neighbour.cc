// neighbour STORE NAME COUNT: another process on a store, behaving as the program does.  Says
// "begun", puts in one message after the other ("NAME-0", "NAME-1", … and "both-0", …,
// all with the same key), each as soon as the one before is durable, and ends after
// COUNT of each.
#include <signal.h>

#include <cstdio>
#include <string>

#include "tests/conformance/neighbour.h"
#include "tests/conformance/store_fixture.h"

namespace utboks::testing {
namespace {

int Run(const std::string& path, const std::string& name, int count) {
  // As the program's wiring does, before there are other threads.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  const Result<std::unique_ptr<Store>> store = OpenStore(NeighbourStore(path));
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().text().c_str());
    return 1;
  }
  std::puts("begun");
  std::fflush(stdout);
  for (int i = 0; i < count; ++i) {
    const NewRow rows[] = {Row(name + "-" + std::to_string(i), {"key"}),
                           Row("both-" + std::to_string(i), {"key"})};
    const auto done = (*store)->Insert(rows, InsertMode::kEachAlone);
    if (!done.ok()) {
      std::fprintf(stderr, "%s\n", done.status().text().c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace utboks::testing

int main(int argc, char** argv) {
  return argc == 4 ? utboks::testing::Run(argv[1], argv[2], std::stoi(argv[3])) : 2;
}

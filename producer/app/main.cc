#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <iostream>
#include <memory>

#include "producer/app/program.h"
#include "producer/app/wiring.h"

namespace {

// Keys and content are in memory: no dump of it, and no other process of the same
// user looks into it.
void HideMemory() {
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

// A file opened as 0, 1 or 2 by chance would be written to as if it were the
// terminal: a store's, for one.
void OpenStandardStreams() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
  }
}

}  // namespace

int main(int argc, char** argv) {
  HideMemory();
  OpenStandardStreams();
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const utboks::app::Streams streams{std::cin, std::cout, std::cerr, isatty(STDIN_FILENO) == 1,
                                     isatty(STDERR_FILENO) == 1};
  return utboks::app::RunProgram(words, streams, [](const std::optional<std::string>& config_path) {
    return std::make_unique<utboks::app::Wiring>(config_path, utboks::app::ProcessEnvironment());
  });
}

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

#include "tests/simulator/options.h"
#include "tests/simulator/simulator.h"

namespace {

using utboks::Code;
using utboks::Status;
using utboks::simulator::Simulator;

int Fail(const Status& failure) {
  fmt::print(stderr, "utboks-simulator: {}\n", failure.text());
  return utboks::ExitCode(failure.code());
}

// Whoever waits for the file sees it whole or not at all.
Status WritePort(const std::string& path, unsigned port) {
  const std::string beside = fmt::format("{}.{}", path, ::getpid());
  const std::string text = fmt::format("{}\n", port);
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) ::close(file);
  if (!written || std::rename(beside.c_str(), path.c_str()) != 0) {
    ::unlink(beside.c_str());
    return {Code::kUnreadable, fmt::format("cannot write the port to {}", path)};
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  ::prctl(PR_SET_DUMPABLE, 0);  // no core dump shows the key or a message
  // Blocked before any thread is made, so that only the wait below gets them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  auto options = utboks::simulator::ParseOptions(argc, argv);
  if (!options.ok()) return Fail(options.status());
  if (!options->help.empty()) {
    fmt::print("{}", options->help);
    return 0;
  }
  const std::uint64_t seed = options->settings.seed;
  // Standard output is the journal's when it is asked to be.
  std::FILE* const words = options->settings.journal == "-" ? stderr : stdout;
  auto simulator = Simulator::Start(options->settings);
  if (!simulator.ok()) return Fail(simulator.status());
  if (!options->port_file.empty()) {
    if (Status status = WritePort(options->port_file, simulator.value()->port()); !status.ok()) {
      return Fail(status);
    }
  }
  fmt::print(words, "listening on {} (port {}, seed {})\n", simulator.value()->base_url(),
             simulator.value()->port(), seed);
  std::fflush(words);

  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

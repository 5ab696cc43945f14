// What the worker takes of memory with very much waiting: the program itself.

#include <fmt/format.h>
#include <signal.h>

#include <fstream>
#include <string>
#include <thread>

#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"
#include "tests/bench/program.h"
#include "tests/bench/register_side.h"
#include "tests/support/temp_dir.h"

namespace utboks::bench {
namespace {

// The most it has ever had resident, in MB.
double MostResident(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1'024 / 1e6;
  }
  GiveUp("the worker has no VmHWM: it ended");
}

}  // namespace

void MeasureMemory(const Scale& scale, Report& report) {
  const testing::TempDir folder;
  const std::string path = folder.File("outbox.db");
  {
    Letters letters;
    Fill(*OpenOwn(path), letters, scale.backlog);
  }
  const RegisterSide site("latency = \"200ms\"");
  const testing::DevPki& pki = site.simulator().pki();
  const auto worker = Must(testing::ChildProcess::Start(UtboksProgram(
      path, site.simulator().base_url(), {"run"},
      {"UTBOKS_REGISTER_CLIENT_CERTIFICATE=" + pki.certificate(),
       "UTBOKS_REGISTER_CLIENT_KEY=" + pki.key(), "UTBOKS_REGISTER_CA_FILE=" + pki.ca(),
       "UTBOKS_DELIVERY_MAX_IN_FLIGHT=256", "UTBOKS_DELIVERY_RATE_LIMIT_PER_MINUTE=60000"})));
  if (!worker->AwaitErr("worker-started")) GiveUp("the worker did not start: " + worker->Err());
  if (!site.simulator().Await([](const testing::JournalLine& line) { return line.accepted; })) {
    GiveUp("the worker sent nothing: " + worker->Err());
  }
  std::this_thread::sleep_for(scale.memory_time);
  const double most = MostResident(worker->pid());
  worker->Signal(SIGTERM);
  const auto ended = worker->Wait();
  if (!ended || ended->code != 0) GiveUp("the worker did not end well: " + worker->Err());
  const std::size_t sent = site.simulator().Accepted().size();
  report.State(fmt::format("worker, {} waiting, {} sent, 256 under way: memory at most",
                           scale.backlog, sent),
               most, " MB", AtMost(150));
}

}  // namespace utboks::bench

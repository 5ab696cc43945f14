// `utboks enqueue` of one small file from start to exit, against a program that does
// the same by hand.

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <vector>

#include "producer/xml/catalogue.h"
#include "tests/bench/letters.h"
#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"
#include "tests/bench/program.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace utboks::bench {
namespace {

constexpr const char* kSchemas = UTBOKS_SOURCE_DIR "/schemas";

// How often the program asked for something to be durable, by a run beside the clock.
std::uint64_t SyncsOf(const testing::ProcessSpec& spec, const std::string& trace) {
  testing::ProcessSpec traced = spec;
  // The sanitizer's leak check cannot look at a program that another one traces.
  traced.argv.insert(traced.argv.begin(), {"strace", "-f", "-E", "ASAN_OPTIONS=detect_leaks=0",
                                           "-o", trace, "-e", "fsync,fdatasync"});
  if (testing::RunToEnd(traced).code() != 0) GiveUp("strace (Debian: strace) does not run");
  std::ifstream lines(trace);
  std::uint64_t syncs = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("sync(") != std::string::npos) ++syncs;
  }
  return syncs;
}

}  // namespace

void MeasureStart(const Scale& scale, Report& report) {
  const testing::TempDir folder;
  const std::string own_store = MadeByOurs(folder.File("own.db"));
  const std::string bare_store = MadeByOurs(folder.File("bare.db"));
  const Catalogue catalogue = Must(Catalogue::Load(kSchemas));
  const std::string schema =
      fmt::format("{}/{}", kSchemas, catalogue.Find(kRessurs)->FindEdition(kEdition)->file);

  Letters letters;
  const std::string file = folder.File("letter.xml");
  const auto next = [&] {
    const Letter letter = letters.Next(1).front();
    std::ofstream(file) << letter.document;
    return letter.identifikator;
  };
  const auto own = [&] {
    next();
    return UtboksProgram(own_store, "https://localhost", {"enqueue", "--ressurs", kRessurs, file});
  };
  const auto bare = [&] {
    const std::string identifikator = next();
    return testing::ProcessSpec{
        .argv = {UTBOKS_BENCH_BARE_ENQUEUE, bare_store, schema, file, identifikator}};
  };
  const std::uint64_t own_syncs = SyncsOf(own(), folder.File("trace"));
  const std::uint64_t bare_syncs = SyncsOf(bare(), folder.File("trace"));
  const auto time = [](const testing::ProcessSpec& spec, std::uint64_t syncs) {
    Meter meter(Meter::Of::kChildren);
    meter.Start();
    const testing::Finished done = testing::RunToEnd(spec);
    meter.Stop();
    if (done.code() != 0) GiveUp(fmt::format("{} failed: {}", spec.argv[0], done.err));
    Sample sample = meter.Read(1, 1);
    sample.syncs = syncs;
    return sample;
  };
  const std::vector<Series> series = Interleave(
      scale.starts,
      {[&] { return time(own(), own_syncs); }, [&] { return time(bare(), bare_syncs); }});
  report.Compare("`enqueue` of one file, start to exit", series[0], series[1],
                 {.what = "bare program", .figure = kMillis, .goal = AtMost(3)});
  report.Compare("`enqueue` of one file: CPU", series[0], series[1],
                 {.what = "bare program", .figure = kCpuMicros});
}

}  // namespace utboks::bench

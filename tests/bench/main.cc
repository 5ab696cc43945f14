// utboks_bench: what utboks costs beside the bare work, as a table in Markdown.
//
//   utboks_bench [--smoke] [MEASURE...]
//
// Exit code 0 when all goals are met (with --smoke: when all ran), else 1;
// 2 when a measure could not be made.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

#include "tests/bench/measures.h"

namespace utboks::bench {
namespace {

struct Measure {
  std::string_view name;
  void (*run)(const Scale&, Report&);
};
constexpr Measure kMeasures[] = {
    {"validation", MeasureValidation}, {"enqueue", MeasureEnqueue}, {"start", MeasureStart},
    {"drain", MeasureDrain},           {"backlog", MeasureBacklog}, {"pace", MeasurePace},
    {"memory", MeasureMemory},
};

int Usage(std::string_view wrong) {
  fmt::print(stderr, "bench: there is no {}; utboks_bench [--smoke] [", wrong);
  for (const Measure& measure : kMeasures) fmt::print(stderr, " {}", measure.name);
  fmt::print(stderr, " ]\n");
  return 2;
}

int Main(const std::vector<std::string_view>& arguments) {
  bool smoke = false;
  std::vector<std::string_view> wanted;
  for (const std::string_view argument : arguments) {
    const bool known = std::any_of(std::begin(kMeasures), std::end(kMeasures),
                                   [&](const Measure& m) { return m.name == argument; });
    if (argument == "--smoke") {
      smoke = true;
    } else if (known) {
      wanted.push_back(argument);
    } else {
      return Usage(argument);
    }
  }
  const Scale scale = smoke ? Smoke() : Scale();
  Report report;
  for (const Measure& measure : kMeasures) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), measure.name) == wanted.end())
      continue;
    fmt::print(stderr, "bench: {}\n", measure.name);
    measure.run(scale, report);
  }
  fmt::print("{}", report.Markdown());
  return smoke || report.all_met() ? 0 : 1;
}

}  // namespace
}  // namespace utboks::bench

int main(int argc, char** argv) {
  try {
    return utboks::bench::Main({argv + 1, argv + argc});
  } catch (const std::exception& failure) {
    fmt::print(stderr, "bench: {}\n", failure.what());
    return 2;
  }
}

// utboks_bench: what utboks costs beside the bare work, as a table in Markdown.
//
//   utboks_bench [--smoke] [--rounds N] [--backlog N] [--closed N] [--seconds N] [MEASURE...]
//
// --smoke does next to nothing of each; --backlog is how many messages wait, --closed how
// many are closed beside them where that is measured; --seconds how long sending at the
// limit is looked at after its warm-up.  Without a MEASURE, all.  Exit code 0 when all
// goals are met (with --smoke: when all ran), else 1; 2 when a measure could not be made.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"

namespace utboks::bench {
namespace {

struct Measure {
  std::string_view name;
  void (*run)(const Scale&, Report&);
};
constexpr Measure kMeasures[] = {
    {"validation", MeasureValidation},
    {"contracts", MeasureContracts},
    {"enqueue", MeasureEnqueue},
    {"start", MeasureStart},
    {"drain", MeasureDrain},
    {"backlog", MeasureBacklog},
    {"postgres-enqueue", MeasurePostgresEnqueue},
    {"postgres-drain", MeasurePostgresDrain},
    {"postgres-backlog", MeasurePostgresBacklog},
    {"amqp", MeasureAmqp},
    {"pace", MeasurePace},
    {"memory", MeasureMemory},
};

struct Options {
  bool smoke = false;
  Scale scale;
  std::vector<std::string_view> wanted;  // empty: all
};

// The number after the option at `*i`.
std::int64_t NumberAfter(const std::vector<std::string_view>& words, std::size_t* i) {
  std::int64_t number = 0;
  if (*i + 1 < words.size()) {
    const std::string_view text = words[++*i];
    std::from_chars(text.data(), text.data() + text.size(), number);
  }
  if (number <= 0) GiveUp("an option wants a number above 0 after it");
  return number;
}

Options Parse(const std::vector<std::string_view>& words) {
  Options options;
  options.smoke = std::find(words.begin(), words.end(), "--smoke") != words.end();
  if (options.smoke) options.scale = Smoke();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto is_it = [&](const Measure& measure) { return measure.name == words[i]; };
    if (words[i] == "--rounds") {
      options.scale.rounds = static_cast<int>(NumberAfter(words, &i));
    } else if (words[i] == "--backlog") {
      options.scale.backlog = NumberAfter(words, &i);
    } else if (words[i] == "--closed") {
      options.scale.closed = NumberAfter(words, &i);
    } else if (words[i] == "--seconds") {
      options.scale.pace_time = std::chrono::seconds(NumberAfter(words, &i));
    } else if (std::any_of(std::begin(kMeasures), std::end(kMeasures), is_it)) {
      options.wanted.push_back(words[i]);
    } else if (words[i] != "--smoke") {
      std::string names;
      for (const Measure& measure : kMeasures) names += fmt::format(" {}", measure.name);
      GiveUp(fmt::format("there is no {}; the measures are{}", words[i], names));
    }
  }
  return options;
}

int Main(const std::vector<std::string_view>& words) {
  const Options options = Parse(words);
  Report report;
  for (const Measure& measure : kMeasures) {
    const auto& wanted = options.wanted;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), measure.name) == wanted.end())
      continue;
    fmt::print(stderr, "bench: {} …", measure.name);
    const SteadyTime begun = SystemClock().Steady();
    measure.run(options.scale, report);
    const auto took = std::chrono::round<std::chrono::seconds>(SystemClock().Steady() - begun);
    fmt::print(stderr, " {} s\n", took.count());
  }
  fmt::print("{}", report.Markdown());
  return options.smoke || report.all_met() ? 0 : 1;
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

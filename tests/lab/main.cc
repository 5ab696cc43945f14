// The policy lab: utboks and its peers over the built-in history, as Markdown on
// standard output, with a picture.  scripts/lab.sh runs it.
//
//   utboks_lab [--plot FILE.svg] [--seed N] [--per-day N]
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "producer/lab/mail.h"
#include "producer/lab/plot.h"
#include "producer/lab/report.h"
#include "tests/lab/comparison.h"
#include "tests/lab/peer.h"

namespace utboks::lab {
namespace {

struct Wishes {
  std::string plot;
  std::uint64_t seed = 1;
  int per_day = 10'000;
};

template <typename T>
bool Number(std::string_view text, T* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

bool Read(int argc, char** argv, Wishes* wishes) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i], value = argv[i + 1];
    if (name == "--plot") {
      wishes->plot = value;
    } else if (!(name == "--seed" && Number(value, &wishes->seed)) &&
               !(name == "--per-day" && Number(value, &wishes->per_day) && wishes->per_day > 0)) {
      return false;
    }
  }
  return argc % 2 == 1;
}

void Print(const std::vector<std::string>& cells) {
  std::cout << fmt::format("| {} |\n", fmt::join(cells, " | "));
}

void PrintTable(const std::vector<Row>& rows) {
  std::vector<std::string> heads = {"policy"};
  for (const Figure& figure : Figures()) heads.emplace_back(figure.head);
  Print(heads);
  Print(std::vector<std::string>(heads.size(), "---"));
  for (const Row& row : rows) {
    std::vector<std::string> cells = {row.policy};
    for (const Figure& figure : Figures()) cells.push_back(figure.show(row));
    Print(cells);
  }
}

void PrintKinds(const Row& ours) {
  const Summary& s = ours.summary;
  std::cout << "\nOf utboks alone:\n\n| from the end of an outage until | p50 | p99 | max |\n"
               "|---|---|---|---|\n";
  const auto line = [](std::string_view what, const Spread& spread) {
    std::cout << fmt::format("| {} | {} | {} | {} |\n", what, ShowWait(spread.p50),
                             ShowWait(spread.p99), ShowWait(spread.most));
  };
  line("any message is taken, whenever it came", s.any);
  line("the first that waited is taken", s.first);
  line("the same, where the register was down and not only unstable", s.first_down);
  line("all that waited are taken", s.all);
  line("the same, where the register was down", s.all_down);
  std::cout << fmt::format(
      "\nWaste: {} POSTs and {} HEADs in {:.0f} hours of outage ({:.0f} an hour, {:.0f} of them "
      "HEADs).\n",
      ShowCount(static_cast<double>(s.wasted_posts)), ShowCount(static_cast<double>(s.heads)),
      s.hours, s.waste_an_hour(), s.heads_an_hour());
}

// Where it was down all the time nobody's message passes before the end.
void PrintDown(const std::vector<Row>& rows) {
  std::cout << "\nAfter outages in which the register was down, and not only unstable:\n\n"
               "| policy | first p50 | p99 | all p50 | p99 |\n|---|---|---|---|---|\n";
  for (const Row& row : rows) {
    const Summary& s = row.summary;
    Print({row.policy, ShowWait(s.first_down.p50), ShowWait(s.first_down.p99),
           ShowWait(s.all_down.p50), ShowWait(s.all_down.p99)});
  }
}

void PrintPeers(const std::vector<Row>& rows) {
  std::cout << "\n| peer | what it does | where it is better than utboks |\n|---|---|---|\n";
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::string better = WherePeerIsBetter(rows[0].summary, rows[i].summary);
    const bool gives_up = rows[i].summary.given_up > 0;
    std::cout << fmt::format("| {} | {} | {}{} |\n", rows[i].policy, Peers()[i - 1].formula,
                             better.empty() ? "nowhere" : better,
                             gives_up ? " (of what it does not give up)" : "");
  }
}

int Run(const Wishes& wishes) {
  const auto begun = std::chrono::steady_clock::now();
  const Calendar calendar = BuiltInHistory();
  const Scenario scenario{calendar, wishes.per_day, wishes.seed};
  const std::vector<Row> rows = Compare(scenario);
  const Summary& ours = rows[0].summary;
  std::cout << fmt::format(
      "{} messages around {} outages of 2018 to 2024 ({} rows left out: {} cancelled, {} of others "
      "than producers, {} without a start, {} without an end), {} of them with messages waiting at "
      "their end; seed {}, {} messages a working day.\n\n",
      ShowCount(static_cast<double>(ours.messages)), ours.episodes, calendar.left_out(),
      calendar.cancelled, calendar.of_others, calendar.without_start, calendar.without_end,
      ours.waited_for, wishes.seed, ShowCount(wishes.per_day));
  PrintTable(rows);
  PrintDown(rows);
  PrintKinds(rows[0]);
  PrintPeers(rows);
  if (!wishes.plot.empty()) {
    std::ofstream file(wishes.plot);
    file << PlotSvg(rows);
    if (!file.flush()) {
      std::cerr << "lab: the picture cannot be written: " << wishes.plot << '\n';
      return 1;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::cerr << fmt::format("lab: {} policies in {:.1f} s\n", rows.size(), took.count());
  return 0;
}

}  // namespace
}  // namespace utboks::lab

int main(int argc, char** argv) {
  utboks::lab::Wishes wishes;
  if (!utboks::lab::Read(argc, argv, &wishes)) {
    std::cerr << "usage: utboks_lab [--plot FILE.svg] [--seed N] [--per-day N]\n";
    return 2;
  }
  return utboks::lab::Run(wishes);
}

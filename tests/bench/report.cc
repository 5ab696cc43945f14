#include "tests/bench/report.h"

#include <fmt/format.h>

#include <cmath>

namespace utboks::bench {
namespace {

constexpr double kTooGood = 1.1;

// Three digits that mean something: "23.4k", "0.087".
std::string Short(double value) {
  if (std::abs(value) >= 10'000) return fmt::format("{:.1f}k", value / 1'000);
  if (std::abs(value) >= 100) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
}

// A count is shown in full.
std::string Whole(double value) {
  return value == std::floor(value) ? fmt::format("{:.0f}", value) : Short(value);
}

std::string Show(const Spread& spread, std::string_view unit) {
  return fmt::format("{}{} ({}–{})", Short(spread.median), unit, Short(spread.low),
                     Short(spread.high));
}

std::string Show(const Goal& goal) {
  return fmt::format("{} {}", goal.kind == Goal::Kind::kAtLeast ? "≥" : "≤", Whole(goal.bound));
}

// "" when nothing was committed.
std::string SyncsPerCommit(const Series& series) {
  double syncs = 0, commits = 0;
  for (const Sample& sample : series) {
    syncs += static_cast<double>(sample.syncs);
    commits += static_cast<double>(sample.commits);
  }
  return commits == 0 ? "–" : fmt::format("{:.2f}", syncs / commits);
}

}  // namespace

std::string Report::Judge(double value, const std::optional<Goal>& goal) {
  if (!goal) return "";
  const bool met = goal->kind == Goal::Kind::kAtLeast ? value >= goal->bound : value <= goal->bound;
  all_met_ = all_met_ && met;
  return met ? "met" : "**missed**";
}

void Report::Compare(std::string_view measure, const Series& ours, const Series& other,
                     const Beside& beside) {
  const Spread ratio = RatioOf(ours, other, beside.figure);
  Row row;
  row.measure = measure;
  row.ours = Show(SpreadOf(ours, beside.figure), beside.figure.unit);
  row.other =
      fmt::format("{}: {}", beside.what, Show(SpreadOf(other, beside.figure), beside.figure.unit));
  row.ratio = fmt::format("**{:.2f}** ({:.2f}–{:.2f})", ratio.median, ratio.low, ratio.high);
  if (beside.goal) row.goal = Show(*beside.goal);
  const std::string of_ours = SyncsPerCommit(ours), of_other = SyncsPerCommit(other);
  row.syncs = fmt::format("{} / {}", of_ours, of_other);
  row.verdict = Judge(ratio.median, beside.goal);
  if (beside.bare && (beside.figure.more_is_better ? ratio.median : 1 / ratio.median) > kTooGood) {
    row.verdict += "; **fault of the measure**: better than bare";
    all_met_ = false;
  }
  rows_.push_back(std::move(row));
}

void Report::State(std::string_view measure, double value, std::string_view unit,
                   const std::optional<Goal>& goal) {
  Row row;
  row.measure = measure;
  row.ours = fmt::format("{}{}", Whole(value), unit);
  if (goal) row.goal = Show(*goal);
  row.verdict = Judge(value, goal);
  rows_.push_back(std::move(row));
}

void Report::Note(std::string_view text) {
  notes_.emplace_back(text);
}

std::string Report::Markdown() const {
  std::string text =
      "| measure | ours | beside | ratio | goal | fsyncs per commit | |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const Row& row : rows_) {
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", row.measure, row.ours, row.other,
                        row.ratio, row.goal, row.syncs, row.verdict);
  }
  for (const std::string& note : notes_) text += "\n" + note + "\n";
  return text;
}

}  // namespace utboks::bench

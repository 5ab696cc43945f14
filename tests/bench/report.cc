#include "tests/bench/report.h"

#include <fmt/format.h>

#include "tests/bench/shown.h"

namespace utboks::bench {
namespace {

constexpr double kTooGood = 1.1;

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
  row.ratio = ShowRatio(ratio);
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
  std::string text;
  if (!rows_.empty()) {
    text =
        "| measure | ours | beside | ratio | goal | fsyncs per commit | |\n"
        "|---|---|---|---|---|---|---|\n";
  }
  for (const Row& row : rows_) {
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", row.measure, row.ours, row.other,
                        row.ratio, row.goal, row.syncs, row.verdict);
  }
  for (const std::string& note : notes_) text += "\n" + note + "\n";
  return text;
}

}  // namespace utboks::bench

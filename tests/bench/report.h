// What was measured, held against its goals, as a table in Markdown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/rounds.h"

namespace utboks::bench {

struct Goal {
  enum class Kind { kAtLeast, kAtMost } kind = Kind::kAtLeast;
  double bound = 0;
};
inline Goal AtLeast(double bound) {
  return {Goal::Kind::kAtLeast, bound};
}
inline Goal AtMost(double bound) {
  return {Goal::Kind::kAtMost, bound};
}

// How two series stand beside each other in a row.
struct Beside {
  std::string what = {};                    // "bare loop"
  Figure figure = kRate;                    // of which the ratio is one of
  std::optional<Goal> goal = std::nullopt;  // nothing: shown, not judged
  // Against a bare loop we cannot win: a better ratio than 1.1 says that the loop is
  // not what it is taken for.
  bool bare = true;
};

class Report {
 public:
  void Compare(std::string_view measure, const Series& ours, const Series& other,
               const Beside& beside);
  // One value with its goal.
  void State(std::string_view measure, double value, std::string_view unit,
             const std::optional<Goal>& goal);
  // A line below the table.
  void Note(std::string_view text);

  std::string Markdown() const;
  bool all_met() const { return all_met_; }

 private:
  struct Row {
    std::string measure, ours, other, ratio, goal, syncs, verdict;
  };
  std::string Judge(double value, const std::optional<Goal>& goal);

  std::vector<Row> rows_;
  std::vector<std::string> notes_;
  bool all_met_ = true;
};

}  // namespace utboks::bench

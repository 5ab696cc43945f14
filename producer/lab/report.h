// The figures of policies side by side: for people, for programs.  Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "producer/lab/measures.h"
#include "producer/lab/rehearsal.h"
#include "queue/base/json.h"

namespace utboks::lab {

struct Row {
  std::string policy;
  Summary summary;
  std::optional<GateSummary> gates;  // of policies that have gates
};

// "0.4 s", "12 min", "3.5 h"; "–" of nothing.
std::string ShowWait(std::optional<Millis> wait);
// Thousands apart: "12,345".
std::string ShowCount(double count);

// One figure of a policy: its short name for a column, its meaning for a line of its own.
struct Figure {
  std::string_view head, meaning;
  std::string (*show)(const Row& row);
};
std::span<const Figure> Figures();

// Waits in milliseconds; null of none.
JsonObject ToJson(const Row& row);

}  // namespace utboks::lab

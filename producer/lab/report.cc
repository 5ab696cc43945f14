#include "producer/lab/report.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace utboks::lab {
namespace {

void AddWait(JsonObject& json, std::string_view name, std::optional<Millis> wait) {
  if (wait) {
    json.Add(name, wait->count());
  } else {
    json.AddNull(name);
  }
}

JsonObject SpreadJson(const Spread& spread) {
  JsonObject json;
  AddWait(json, "p50_ms", spread.p50);
  AddWait(json, "p99_ms", spread.p99);
  AddWait(json, "max_ms", spread.most);
  return json;
}

std::string Count(std::int64_t count) {
  return ShowCount(static_cast<double>(count));
}
std::string OfGates(const Row& row, std::int64_t GateSummary::*figure) {
  return row.gates ? Count((*row.gates).*figure) : "–";
}

const std::array kFigures = {
    Figure{"given up", "messages given up",
           [](const Row& r) { return Count(r.summary.given_up + r.summary.left); }},
    Figure{"waste/h", "requests wasted in an hour of outage, HEADs too",
           [](const Row& r) { return ShowCount(r.summary.waste_an_hour()); }},
    Figure{"HEADs/h", "HEADs of these",
           [](const Row& r) { return ShowCount(r.summary.heads_an_hour()); }},
    Figure{"first p50", "from an outage's end to the first that waited, median",
           [](const Row& r) { return ShowWait(r.summary.first.p50); }},
    Figure{"p99", "the same, 99 % of outages",
           [](const Row& r) { return ShowWait(r.summary.first.p99); }},
    Figure{"max", "the same, worst", [](const Row& r) { return ShowWait(r.summary.first.most); }},
    Figure{"all p50", "from an outage's end until all that waited are taken, median",
           [](const Row& r) { return ShowWait(r.summary.all.p50); }},
    Figure{"p99", "the same, 99 % of outages",
           [](const Row& r) { return ShowWait(r.summary.all.p99); }},
    Figure{"max", "the same, worst", [](const Row& r) { return ShowWait(r.summary.all.most); }},
    Figure{"peak/s", "most requests in a second, register well",
           [](const Row& r) { return Count(r.summary.peak_second); }},
    Figure{"peak/min", "most requests in a minute, register well",
           [](const Row& r) { return Count(r.summary.peak_minute); }},
    Figure{"resent", "requests for a message that an earlier one may have brought",
           [](const Row& r) { return Count(r.summary.resent_in_doubt); }},
    Figure{"overtaken", "messages overtaken on the same person",
           [](const Row& r) { return Count(r.summary.overtaken); }},
    Figure{"counted", "attempts counted",
           [](const Row& r) { return OfGates(r, &GateSummary::counted); }},
    Figure{"by closed", "attempts counted by a closed gate",
           [](const Row& r) { return OfGates(r, &GateSummary::counted_by_closed); }},
    Figure{"probes/h", "most probes of a gate in an hour",
           [](const Row& r) { return OfGates(r, &GateSummary::probes_an_hour); }},
};

}  // namespace

std::string ShowWait(std::optional<Millis> wait) {
  if (!wait) return "–";
  const double seconds = static_cast<double>(wait->count()) / 1000;
  if (seconds < 99.95) return fmt::format("{:.1f} s", seconds);
  if (seconds < 99.5 * 60) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string ShowCount(double count) {
  std::string digits = fmt::format("{}", std::llround(count));
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::span<const Figure> Figures() {
  return kFigures;
}

JsonObject ToJson(const Row& row) {
  const Summary& s = row.summary;
  JsonObject json;
  json.Add("policy", row.policy)
      .Add("messages", s.messages)
      .Add("outages", s.episodes)
      .Add("waited_for", s.waited_for)
      .Add("outage_hours", s.hours)
      .Add("given_up", s.given_up)
      .Add("given_up_in_doubt", s.given_up_in_doubt)
      .Add("left_waiting", s.left)
      .Add("waste_per_hour", s.waste_an_hour())
      .Add("wasted_posts", s.wasted_posts)
      .Add("heads", s.heads)
      .Add("any_delivery", SpreadJson(s.any))
      .Add("first_delivery", SpreadJson(s.first))
      .Add("all_delivered", SpreadJson(s.all))
      .Add("first_delivery_down", SpreadJson(s.first_down))
      .Add("all_delivered_down", SpreadJson(s.all_down))
      .Add("peak_per_second", s.peak_second)
      .Add("peak_per_minute", s.peak_minute)
      .Add("peak_per_minute_ever", s.peak_minute_ever)
      .Add("resent_in_doubt", s.resent_in_doubt)
      .Add("before_asked", s.too_early)
      .Add("overtaken", s.overtaken);
  if (row.gates) {
    json.Add("attempts_counted", row.gates->counted)
        .Add("attempts_counted_by_closed", row.gates->counted_by_closed)
        .Add("probes_per_hour", row.gates->probes_an_hour);
  }
  return json;
}

}  // namespace utboks::lab

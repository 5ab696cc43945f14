#include "tests/lab/comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/lab/peer.h"
#include "tests/lab/peer_run.h"

namespace utboks::lab {
namespace {

struct Delay {
  const char* name;
  Spread Summary::*spread;
  std::optional<Millis> Spread::*part;
};
constexpr Delay kDelays[] = {
    {"first p50", &Summary::first, &Spread::p50},  {"first p99", &Summary::first, &Spread::p99},
    {"first max", &Summary::first, &Spread::most}, {"all p50", &Summary::all, &Spread::p50},
    {"all p99", &Summary::all, &Spread::p99},      {"all max", &Summary::all, &Spread::most}};

std::vector<std::string> BetterDelays(const Summary& ours, const Summary& peer) {
  std::vector<std::string> better;
  for (const Delay& delay : kDelays) {
    const auto mine = ours.*delay.spread.*delay.part;
    const auto theirs = peer.*delay.spread.*delay.part;
    if (mine && theirs && *theirs < *mine) better.emplace_back(delay.name);
  }
  return better;
}

}  // namespace

Calendar BuiltInHistory() {
  std::ifstream file(UTBOKS_SOURCE_DIR "/conf/calendar/outages.csv");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Result<Calendar> calendar = ParseCalendar(text, "conf/calendar/outages.csv");
  if (calendar.ok()) return std::move(calendar).value();
  std::cerr << calendar.status().text() << '\n';
  std::exit(2);
}

std::vector<Row> Compare(const Scenario& scenario) {
  DeliverySettings settings;
  settings.rate_limit_per_minute = kProductionLimit;
  Rehearsed ours = Rehearse(scenario, settings);
  std::vector<Row> rows = {{"utboks", std::move(ours.summary), ours.gates}};
  for (const Peer& peer : Peers()) {
    rows.push_back(
        {std::string(peer.name), RunPeer(scenario, peer, kProductionLimit), std::nullopt});
  }
  return rows;
}

std::string WherePeerIsBetter(const Summary& ours, const Summary& peer) {
  std::vector<std::string> better = BetterDelays(ours, peer);
  if (peer.waste_an_hour() < ours.waste_an_hour()) better.insert(better.begin(), "waste");
  return fmt::format("{}", fmt::join(better, ", "));
}

bool BetterInBoth(const Summary& ours, const Summary& peer) {
  return peer.waste_an_hour() < ours.waste_an_hour() && !BetterDelays(ours, peer).empty();
}

}  // namespace utboks::lab

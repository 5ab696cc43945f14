#include "queue/alarms.h"

#include <gtest/gtest.h>

#include <functional>

#include "queue/reason.h"

namespace utboks {
namespace {

constexpr WallTime kNow{Millis(1'000'000'000)};

Gate Closed(const std::string& name, Millis ago) {
  Gate gate;
  gate.name = name;
  gate.outage = true;
  gate.outage_since = kNow - ago;
  return gate;
}

TEST(AlarmsTest, EachConditionHasItsAlarmAndNoOther) {
  struct Case {
    const char* what;
    std::function<void(AlarmFacts&)> make;
    std::vector<StandingAlarm> stands;
  };
  const Case cases[] = {
      {"all is well", [](AlarmFacts&) {}, {}},
      {"an open site", [](AlarmFacts& f) { f.gates.push_back(Gate{}); }, {}},
      {"a closed site at once",
       [](AlarmFacts& f) { f.gates.push_back(Closed("", Millis(0))); },
       {{"site-closed", "", 1}}},
      {"a site closed by the certificate",
       [](AlarmFacts& f) {
         f.gates.push_back(Closed("", Millis(0)));
         f.gates.back().credential = true;
       },
       {{"credential", "", 1}}},
      {"a site that a person has let go of",
       [](AlarmFacts& f) {
         f.gates.push_back(Closed("", Millis(0)));
         f.gates.back().outage_reason = reason::kResumed;
       },
       {}},
      {"a resource just closed",
       [](AlarmFacts& f) { f.gates.push_back(Closed("r", kResourceClosedAfter - Millis(1))); },
       {}},
      {"a resource closed for two minutes",
       [](AlarmFacts& f) { f.gates.push_back(Closed("r", kResourceClosedAfter)); },
       {{"resource-closed", "r", 1}}},
      {"a blame run",
       [](AlarmFacts& f) {
         Gate gate;
         gate.name = "r";
         gate.blame_run = true;
         gate.blamed = {1, 2, 3, 4, 5};
         f.gates.push_back(gate);
       },
       {{"blame-run", "r", 5}}},
      {"a pause is somebody's wish",
       [](AlarmFacts& f) {
         Gate gate;
         gate.paused = true;
         f.gates.push_back(gate);
       },
       {}},
      {"held", [](AlarmFacts& f) { f.held = 3; }, {{"held", "", 3}}},
      {"blocked", [](AlarmFacts& f) { f.head_blocked = 2; }, {{"head-blocked", "", 2}}},
      {"in doubt", [](AlarmFacts& f) { f.in_doubt = 4; }, {{"in-doubt", "", 4}}},
      {"disk", [](AlarmFacts& f) { f.disk_low = true; }, {{"disk", "", 1}}},
  };
  for (const Case& c : cases) {
    AlarmFacts facts;
    c.make(facts);
    const std::vector<StandingAlarm> stands = StandingAlarms(facts, kNow);
    EXPECT_EQ(stands, c.stands) << c.what;
    for (const StandingAlarm& alarm : stands) {
      EXPECT_NE(std::find(kStoreAlarms.begin(), kStoreAlarms.end(), alarm.name), kStoreAlarms.end())
          << alarm.name << " would never be cleared";
    }
  }
}

}  // namespace
}  // namespace utboks

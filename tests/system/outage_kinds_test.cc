// Every kind of outage, one after another, while 2,000 messages are under way over real
// sockets, and what the register's own journal must say afterwards: nothing lost, repeats
// only where an attempt had no answer, the same bytes each time, order kept for each
// person, and after each outage the first success soon after the first request that could
// have one: the probe interval then in force × 1.2, and 2 s (for requests that hang, and
// probe_timeout).
//
// Silence, the register's most frequent kind, is the rest of the time: what is accepted is
// all that is ever heard.  This version reads no feedback and so cannot tell silence from
// a register that is well; it must cost nothing: see ExpectNothingBetweenOutages.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>

#include "tests/crash/scale.h"
#include "tests/support/log_watch.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

constexpr int kPersons = kSanitized ? 125 : 250;
constexpr int kEach = 8;  // messages of each person, to the resources in turn
constexpr int kMessages = kPersons * kEach;
const std::array<std::string, 3> kResources = {"doedsfall_v1", "annullering_av_doedsfall_v1",
                                               "kontaktopplysninger_doedsbo_v1"};

// ---- how the agency is set ----
constexpr int kInFlight = 8;
constexpr double kProbeInterval = 200, kProbeIntervalMax = 400, kProbeTimeout = 1'000;  // ms
constexpr int kQuickProbes = 10;                    // not yet paid back; then the interval doubles
constexpr double kPayback = 8 * kProbeIntervalMax;  // ms: each
constexpr double kRetryAfter = 1'500;

// ---- what goes wrong ----
// In messages' requests: room for eight outages, and for what each of them costs.
constexpr int kFirstOutage = kMessages / 14, kBetween = kMessages * 115 / 1'000;
constexpr double kLasting = 3'500;  // ms: the interval has doubled

struct Kind {
  std::string name;
  std::string step;
  bool hangs = false;
  bool throttles = false;
  // The status line comes through, and with it the receipt: no gate shuts, and it ends
  // after so many requests.  0: it lasts its time.
  int requests = 0;
};
const std::array<Kind, 8> kKinds = {
    {{.name = "refused", .step = "kind='refuse'"},
     {.name = "reset-mid-answer", .step = "kind='reset', at='answer'", .requests = 60},
     {.name = "reset-unanswered", .step = "kind='reset', at='processed'"},
     {.name = "hang", .step = "kind='hang'", .hangs = true},
     {.name = "500", .step = "kind='error', status=500"},
     {.name = "html-503", .step = "kind='proxy', status=503"},
     {.name = "lost-answers", .step = "kind='lost'"},
     {.name = "429-storm", .step = "kind='throttle', retry_after='1500ms'", .throttles = true}}};

std::string Scenario() {
  std::string steps;
  int after = kFirstOutage;
  for (const Kind& kind : kKinds) {
    const std::string length = kind.requests > 0 ? fmt::format("for_requests={}", kind.requests)
                                                 : fmt::format("for='{}ms'", kLasting);
    steps += fmt::format("  {{name='{}', {}, after_requests={}, {}}},\n", kind.name, kind.step,
                         after, length);
    after += kBetween;
  }
  return "latency = '80ms'\nstep = [\n" + steps + "]\n";
}

// ---- the messages: number n is the person's of this number, from 1 ----
int PersonOf(int n) {
  return (n - 1) % kPersons + 1;
}
int ResourceOf(int n) {
  return (PersonOf(n) + (n - 1) / kPersons) % static_cast<int>(kResources.size());
}
int NumberOf(const JournalLine& line) {
  return std::stoi(line.identifier.substr(line.identifier.rfind('-') + 1));
}

// A probe as the worker's log tells of it.
struct LoggedProbe {
  std::string time, gate;
  int number = 0;
};

// Milliseconds of the day; a test that passes midnight sees time go back, and waits no less.
double MillisOf(const LoggedProbe& probe) {
  int hour = 0, minute = 0;
  double second = 0;
  EXPECT_EQ(std::sscanf(probe.time.c_str(), "%*10[0-9-]T%d:%d:%lf", &hour, &minute, &second), 3);
  return (hour * 60 + minute) * 60'000.0 + second * 1'000;
}

// Before the next of these probes of one gate, as it stands at `now`.
double IntervalAfter(const std::vector<LoggedProbe>& probes, double now) {
  double owed_until = 0;
  for (const LoggedProbe& probe : probes) {
    owed_until = std::max(owed_until, MillisOf(probe)) + kPayback;
    owed_until = std::min(owed_until, MillisOf(probe) + (kQuickProbes + 1) * kPayback);
  }
  return std::ceil((owed_until - now) / kPayback) < kQuickProbes ? kProbeInterval
                                                                 : kProbeIntervalMax;
}

class OutageKinds : public ::testing::Test {
 protected:
  OutageKinds() : reg_({.scenario = Scenario(), .child = true}), agency_(reg_) {
    agency_.Set("delivery.max_in_flight", std::to_string(kInFlight));
    agency_.SetText("delivery.probe_interval", fmt::format("{}ms", kProbeInterval));
    agency_.SetText("delivery.probe_interval_max", fmt::format("{}ms", kProbeIntervalMax));
    agency_.SetText("delivery.probe_timeout", fmt::format("{}ms", kProbeTimeout));
    agency_.SetText("register.response_timeout", "1s");
    // Long beside an outage: who still waits them out when a gate has opened comes too late.
    agency_.SetText("delivery.backoff_min", "1s");
    agency_.SetText("delivery.backoff_max", "15m");
  }

  std::string Letter(int n) {
    const std::string number = PersonNumber(PersonOf(n));
    switch (ResourceOf(n)) {
      case 0:
        return agency_.Letter(n, PersonOf(n));
      case 1:
        return agency_.File(fmt::format("{}.xml", n), Annulment(Agency::Identifier(n), number));
      default:
        return agency_.File(fmt::format("{}.xml", n), EstateContact(Agency::Identifier(n), number));
    }
  }

  void HandIn() {
    for (int round = 0; round < kEach; ++round) {
      std::array<std::vector<std::string>, kResources.size()> words;
      for (int n = round * kPersons + 1; n <= (round + 1) * kPersons; ++n) {
        words.at(static_cast<std::size_t>(ResourceOf(n))).push_back(Letter(n));
      }
      for (std::size_t r = 0; r < kResources.size(); ++r) {
        words[r].insert(words[r].begin(), {"enqueue", "--ressurs", kResources[r]});
        agency_.Ask(words[r]);
      }
    }
  }

  void Deliver() {
    const Finished run =
        agency_.Run({"run", "--drain", "--timeout", "100s"}, "", std::chrono::seconds(110));
    EXPECT_EQ(run.code(), 0) << run.err;
    std::istringstream log(run.err);
    for (std::string text; std::getline(log, text);) {
      if (text.find(R"("event":"probe")") == std::string::npos) continue;
      const Json line = JsonLines(text).at(0);
      probes_.push_back({Get(line, "time"), Get(line, "gate"), std::stoi(Get(line, "number"))});
    }
    journal_ = reg_.Journal();
  }

  // ---- what must hold ----

  void ExpectNothingLost() {
    std::map<std::string, int> states;
    for (const auto& [id, state] : agency_.States()) ++states[state];
    EXPECT_EQ(states, (std::map<std::string, int>{{"accepted", kMessages}}));
    std::set<std::string> accepted;
    for (const JournalLine& line : journal_) {
      if (line.accepted) accepted.insert(line.identifier);
    }
    EXPECT_EQ(accepted.size(), static_cast<std::size_t>(kMessages));
  }

  void ExpectTheSameBytesEachTime() {
    std::map<std::string, std::set<std::string>> bytes;
    for (const JournalLine& line : journal_) {
      if (line.method == "POST") bytes[line.identifier].insert(line.sha256);
    }
    for (const auto& [identifier, hashes] : bytes) EXPECT_EQ(hashes.size(), 1U) << identifier;
  }

  // As often accepted as attempts had no answer, and once: what was answered was the end.
  void ExpectRepeatsOnlyInDoubt() {
    std::map<std::string, int> accepted;
    for (const JournalLine& line : journal_) accepted[line.identifier] += line.accepted ? 1 : 0;
    int repeated = 0;
    for (const auto& [identifier, times] : accepted) {
      if (times <= 1) continue;
      ++repeated;
      const auto attempts = agency_.Show(identifier)->getArray("attempt_list");
      int unanswered = 0;
      for (unsigned i = 0; i < attempts->size(); ++i) {
        unanswered += Get(attempts->getObject(i), "result") == "unanswered" ? 1 : 0;
      }
      EXPECT_LE(times, unanswered + 1) << identifier << " was sent again after an answer";
    }
    EXPECT_GT(repeated, 0) << "no answer was lost";
    fmt::print("[  repeats ] {} of {} messages, each after an attempt without an answer\n",
               repeated, kMessages);
  }

  // A message is first sent when the one before it, of the same person, has been accepted,
  // and that one never comes again.
  void ExpectOrderKept() {
    std::map<int, int> last;  // of each person
    std::map<int, bool> taken;
    for (const JournalLine& line : journal_) {
      if (line.method != "POST") continue;
      const int n = NumberOf(line);
      int& before = last[PersonOf(n)];
      if (before != n) {
        EXPECT_EQ(n, before == 0 ? PersonOf(n) : before + kPersons) << "overtaken or come back";
        EXPECT_TRUE(before == 0 || taken[before]) << "sent before " << before << " was accepted";
        before = n;
      }
      taken[n] = taken[n] || line.accepted;
    }
  }

  // ---- outages ----

  std::size_t StepLine(const Kind& kind, bool on) const {
    const auto found = std::find_if(journal_.begin(), journal_.end(), [&](const JournalLine& line) {
      return line.event == "step" && line.name == kind.name && line.on == on;
    });
    EXPECT_NE(found, journal_.end()) << kind.name << " never " << (on ? "began" : "ended");
    return static_cast<std::size_t>(found - journal_.begin());
  }

  // When a request could succeed again.
  double CouldSucceed(const Kind& kind) const {
    if (kind.requests > 0) return journal_.at(StepLine(kind, false)).mono_ms;
    double at = journal_.at(StepLine(kind, true)).mono_ms + kLasting;
    for (const JournalLine& line : journal_) {
      if (kind.throttles && line.step == kind.name) at = std::max(at, line.mono_ms + kRetryAfter);
    }
    return at;
  }

  // Of the gate that shut this resource in the outage that ended at `off`: that before the
  // first probe afterwards.
  double IntervalInForce(const std::string& resource, std::size_t off) const {
    const auto next = std::find_if(journal_.begin() + static_cast<std::ptrdiff_t>(off) + 1,
                                   journal_.end(), [](const JournalLine& l) { return l.on; });
    std::map<std::string, std::vector<LoggedProbe>> before;  // by gate
    for (const LoggedProbe& probe : probes_) {
      std::vector<LoggedProbe>& of_gate = before[probe.gate];
      const bool after = probe.time >= journal_[off].time;
      if (after && (next == journal_.end() || probe.time <= next->time) &&
          (probe.gate == resource || probe.gate == "site")) {
        // It was planned when the one before it ended, or when the gate shut.
        const double planned = MillisOf(probe) - kProbeIntervalMax * 1.2;
        return IntervalAfter(of_gate, planned);
      }
      of_gate.push_back(probe);
    }
    return kProbeInterval;
  }

  void ExpectPromptRecovery(const Kind& kind) {
    const std::size_t on = StepLine(kind, true), off = StepLine(kind, false);
    ASSERT_LT(off, journal_.size());
    for (std::size_t i = on; kind.requests == 0 && i < off; ++i) {
      EXPECT_FALSE(journal_[i].accepted && journal_[i].sent == "whole" &&
                   journal_[i].mono_ms > journal_[on].mono_ms + 1'000)
          << kind.name << " was no outage";
    }
    const double could = CouldSucceed(kind);
    for (const std::string& resource : kResources) {
      const auto first =
          std::find_if(journal_.begin() + static_cast<std::ptrdiff_t>(off), journal_.end(),
                       [&](const JournalLine& line) {
                         return line.accepted && line.sent == "whole" && line.ressurs == resource;
                       });
      ASSERT_NE(first, journal_.end()) << kind.name << ": nothing more for " << resource;
      const double took = first->mono_ms - could;
      const double bound =
          IntervalInForce(resource, off) * 1.2 + 2'000 + (kind.hangs ? kProbeTimeout : 0);
      EXPECT_LE(took, bound) << kind.name << ": " << resource << ", ms";
      fmt::print("[ recovery ] {:<17} {:<31} first success after {:>5.0f} ms of {:.0f}\n",
                 kind.name, resource, std::max(took, 0.0), bound);
    }
  }

  void ExpectTheStormObeyed(const Kind& kind) {
    // What was under way when the first 429 was given, then one alone each time.
    int asked = 0;
    for (const JournalLine& line : journal_) {
      asked += line.event == "begin" && journal_.at(StepLine(kind, true)).mono_ms < line.mono_ms &&
                       line.mono_ms < CouldSucceed(kind)
                   ? 1
                   : 0;
    }
    const int alone = static_cast<int>(kLasting / kRetryAfter) + 1;
    EXPECT_LE(asked, kInFlight * static_cast<int>(kResources.size()) + alone);
  }

  // In silence all is accepted at once, with no gate shut.
  void ExpectNothingBetweenOutages() {
    std::string during;
    int quiet = 0;
    for (const JournalLine& line : journal_) {
      if (line.event == "step") during = line.on ? line.name : "";
      if (line.method != "POST" || line.event != "end") continue;
      if (!line.step.empty() || !during.empty() || line.send > 1 || line.sent != "whole") continue;
      ++quiet;
      EXPECT_TRUE(line.accepted) << line.identifier << ": " << line.status;
    }
    EXPECT_GT(quiet, kMessages / 2);
    // No gate shut before anything went wrong.
    const std::string begun = journal_.at(StepLine(kKinds.front(), true)).time;
    for (const LoggedProbe& probe : probes_) EXPECT_GE(probe.time, begun) << probe.gate;
  }

  // Attempts are counted only through open gates: at most what was under way when one shut.
  void ExpectOutagesToCostLittle() {
    EXPECT_EQ(agency_.Look("SELECT count(*) FROM attempt WHERE probe = 1 AND counted = 1"), "0");
    const int counted = std::stoi(agency_.Look("SELECT count(*) FROM attempt WHERE counted = 1"));
    EXPECT_LE(counted, static_cast<int>(kKinds.size() * kResources.size()) * kInFlight);
  }

  SimulatorFixture reg_;
  Agency agency_;
  std::vector<JournalLine> journal_;
  std::vector<LoggedProbe> probes_;
};

TEST_F(OutageKinds, LoseNothingRepeatOnlyDoubtsKeepOrderAndAreOverSoon) {
  // Alarms come and go with an outage, and whether a tick falls into it is chance.
  LogWatch::Allow("alarm-raised");
  HandIn();
  Deliver();
  ASSERT_FALSE(HasFailure());
  ExpectNothingLost();
  ExpectTheSameBytesEachTime();
  ExpectRepeatsOnlyInDoubt();
  ExpectOrderKept();
  for (const Kind& kind : kKinds) ExpectPromptRecovery(kind);
  ExpectTheStormObeyed(kKinds.back());
  ExpectNothingBetweenOutages();
  ExpectOutagesToCostLittle();
}

}  // namespace
}  // namespace utboks::testing

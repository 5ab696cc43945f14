// Being told to end, and being killed: what was acknowledged is there and is delivered,
// what is being sent is waited for or in doubt, and the same command again is harmless.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <map>
#include <set>
#include <sstream>

#include "queue/base/random.h"
#include "tests/support/log_watch.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

using std::chrono::steady_clock;

bool Began(const JournalLine& line) {
  return line.event == "begin" && line.method == "POST";
}

std::vector<int> Letters(int first, int count) {
  std::vector<int> letters;
  for (int n = first; n < first + count; ++n) letters.push_back(n);
  return letters;
}

// ---- told to end ----

TEST(End, WhatIsBeingSentIsWaitedFor) {
  for (const int signal : {SIGTERM, SIGINT}) {
    SimulatorFixture reg({.scenario = "latency = '500ms'"});
    Agency agency(reg);
    const std::vector<std::string> ids = agency.Enqueue({1});
    agency.StartWorker();
    ASSERT_TRUE(reg.Await(Began));
    agency.worker().Signal(signal);
    EXPECT_EQ(agency.worker().Wait(), ProcessExit{.code = 0});
    EXPECT_EQ(agency.StateOf(ids[0]), "accepted");
  }
}

TEST(End, WhatDoesNotEndInTimeIsCutOffAndInDoubt) {
  SimulatorFixture reg({.scenario = "step = [{kind='hang', accepted=true, for_requests=1}]"});
  Agency agency(reg);
  agency.SetText("delivery.stop_timeout", "200ms");
  const std::vector<std::string> ids = agency.Enqueue({1});
  agency.StartWorker();
  ASSERT_TRUE(reg.Await(Began));
  agency.StopWorker();
  EXPECT_EQ(agency.StateOf(ids[0]), "in_doubt");
  // Cut off by ourselves: it counts towards no limit, and goes again, the same bytes.
  agency.Drain();
  EXPECT_EQ(agency.StateOf(ids[0]), "accepted");
  const std::vector<JournalLine> accepted = reg.Accepted();
  ASSERT_EQ(accepted.size(), 2U);
  EXPECT_EQ(accepted[0].sha256, accepted[1].sha256);
}

TEST(End, WhatWasNotBegunIsHandedBackAndGoesAtTheNextStart) {
  SimulatorFixture reg({.scenario = "latency = '100ms'"});
  Agency agency(reg);
  agency.Enqueue(Letters(1, 100));
  agency.StartWorker();
  ASSERT_TRUE(reg.Await([](const JournalLine& line) { return line.accepted; }));
  agency.StopWorker();

  std::size_t accepted = 0;
  for (const auto& [id, state] : agency.States()) {
    EXPECT_TRUE(state == "accepted" || state == "due") << id << " is " << state;
    accepted += state == "accepted" ? 1U : 0U;
  }
  EXPECT_EQ(reg.Accepted().size(), accepted);
  EXPECT_LT(accepted, 100U);
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 100U) << "some twice";
}

TEST(End, ACommandThatFollowsIsEndedByAPipeThatCloses) {
  Agency agency;
  agency.Enqueue({1});
  ChildProcess& follower = agency.Start({"events", "--follow"});
  ASSERT_TRUE(follower.AwaitOut("queued"));
  follower.Signal(SIGTERM);
  EXPECT_TRUE(follower.Wait());
  EXPECT_EQ(agency.States().size(), 1U);
}

// ---- killed ----

TEST(Death, OfAWorkerWhileItSendsLeavesADoubtThatTheNextOneSettles) {
  SimulatorFixture reg({.scenario = "step = [{kind='hang', accepted=true, for_requests=1}]"});
  Agency agency(reg);
  const std::vector<std::string> ids = agency.Enqueue({1, 2}, 1);
  agency.StartWorker();
  ASSERT_TRUE(reg.Await(Began));
  agency.KillWorker();
  EXPECT_EQ(agency.StateOf(ids[0]), "sending") << "nobody has looked yet";

  agency.StartWorker();
  EXPECT_TRUE(agency.AwaitState(ids[0], "accepted"));
  EXPECT_TRUE(agency.AwaitState(ids[1], "accepted"));
  agency.StopWorker();
  std::vector<std::string> states;
  for (const Json& event : agency.Ask({"events"})) {
    if (Get(event, "id") == ids[0]) states.push_back(Get(event, "state"));
  }
  EXPECT_EQ(states, (std::vector<std::string>{"due", "in_doubt", "accepted"}));
  const std::vector<JournalLine> accepted = reg.Accepted();
  ASSERT_EQ(accepted.size(), 3U);
  EXPECT_EQ(accepted[0].identifier, accepted[1].identifier) << "the follower overtook a doubt";
  EXPECT_EQ(accepted[0].sha256, accepted[1].sha256);
}

TEST(Death, OfAWorkerAgainAndAgainLosesNothing) {
  SimulatorFixture reg({.scenario = "latency = ['0ms', '30ms']"});
  Agency agency(reg);
  agency.Set("delivery.crash_limit", "0");
  agency.Enqueue(Letters(1, 60));
  for (std::size_t seen = 1; seen <= 5; ++seen) {
    agency.StartWorker();
    // Each lives until something new has come to the register.
    const std::size_t before = reg.Accepted().size();
    ASSERT_TRUE(reg.Await([&](const JournalLine&) { return reg.Accepted().size() > before; }));
    agency.KillWorker();
  }
  agency.Drain();
  std::map<std::string, std::set<std::string>> bytes;
  for (const JournalLine& line : reg.Accepted()) bytes[line.identifier].insert(line.sha256);
  EXPECT_EQ(bytes.size(), 60U);
  for (const auto& [identifier, hashes] : bytes) EXPECT_EQ(hashes.size(), 1U) << identifier;
  for (const auto& [id, state] : agency.States()) EXPECT_EQ(state, "accepted") << id;
}

// The ids in whole lines of JSON.
std::vector<std::string> Printed(const std::string& out) {
  std::vector<std::string> ids;
  for (const Json& line : JsonLines(out.substr(0, out.rfind('\n') + 1))) {
    ids.push_back(Get(line, "id"));
  }
  return ids;
}

TEST(Death, OfEnqueueAtAnyMomentTakesBackNoIdThatItPrinted) {
  SimulatorFixture reg;
  Agency agency(reg);
  const auto chance = SeededRandom(20261125);
  std::size_t letters = 0, killed = 0;
  const auto round = [&](int count) {
    std::vector<std::string> words = {"--json", "enqueue", "--ressurs", "doedsfall_v1"};
    for (int i = 0; i < count; ++i) words.push_back(agency.Letter(static_cast<int>(++letters)));
    return words;
  };
  // One commit, and several in one run: groups share one.
  for (const int count : {1, 150}) {
    const auto begun = steady_clock::now();
    EXPECT_EQ(agency.Run(round(count)).code(), 0);
    const auto usual = std::chrono::duration_cast<Millis>(steady_clock::now() - begun);
    for (int time = 0; time < (count == 1 ? 25 : 12); ++time) {
      const std::vector<std::string> words = round(count);
      ChildProcess& enqueue = agency.Start(words);
      (void)enqueue.Wait(chance->Between(Millis(0), usual));
      killed += enqueue.Kill().signal == SIGKILL ? 1U : 0U;
      const std::vector<std::string> printed = Printed(enqueue.Out());
      // What it printed is there; the same again gives the same, and the rest.
      const std::map<std::string, std::string> states = agency.States();
      for (const std::string& id : printed) {
        EXPECT_TRUE(states.contains(id) && states.at(id) == "due") << id;
      }
      const Finished again = agency.Run(words);
      EXPECT_EQ(again.code(), 0) << again.err;
      std::vector<std::string> all = Printed(again.out);
      ASSERT_EQ(all.size(), static_cast<std::size_t>(count));
      all.resize(printed.size());
      EXPECT_EQ(printed, all);
    }
  }
  EXPECT_GE(killed, 5U) << "most had ended before they were killed";
  EXPECT_EQ(agency.States().size(), letters) << "stored twice, or not at all";
  agency.Drain();
  std::set<std::string> accepted;
  for (const JournalLine& line : reg.Accepted()) accepted.insert(line.identifier);
  EXPECT_EQ(accepted.size(), letters);
  EXPECT_EQ(reg.Accepted().size(), letters);
}

TEST(Death, OfTheVeryFirstEnqueueIsInNobodysWay) {
  const auto chance = SeededRandom(7);
  Agency measured;
  const auto begun = steady_clock::now();
  measured.Enqueue({1});
  const auto usual = std::chrono::duration_cast<Millis>(steady_clock::now() - begun);
  for (int time = 0; time < 15; ++time) {
    Agency agency;
    ChildProcess& enqueue =
        agency.Start({"--json", "enqueue", "--ressurs", "doedsfall_v1", agency.Letter(1)});
    (void)enqueue.Wait(chance->Between(Millis(0), usual));
    enqueue.Kill();
    const std::vector<std::string> printed = Printed(enqueue.Out());
    const std::vector<std::string> ids = agency.Enqueue({1});
    if (!printed.empty()) {
      EXPECT_EQ(printed, ids);
    }
    EXPECT_EQ(agency.States().size(), 1U);
  }
}

}  // namespace
}  // namespace utboks::testing

// Replay as a job, and a message that is replaced by a corrected one: with the program, a
// worker that may die, and a register that has not mended everything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/support/log_watch.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

using ::testing::HasSubstr;

std::vector<int> Letters(int count) {
  std::vector<int> letters;
  for (int n = 1; n <= count; ++n) letters.push_back(n);
  return letters;
}

std::string Error(int status, int attempts, const std::string& prefix = "") {
  return "{kind='error', status=" + std::to_string(status) +
         ", attempts=" + std::to_string(attempts) +
         (prefix.empty() ? std::string() : ", identifier_prefix='" + prefix + "'") + "}";
}

class ReplayJobTest : public ::testing::Test {
 protected:
  ReplayJobTest() {
    LogWatch::Allow("alarm-raised");
    LogWatch::Allow("replay-stopped");
  }

  // The agency's letters, all of them rejected.
  static std::vector<std::string> Rejected(Agency& agency, int count) {
    agency.Set("delivery.blame_run", "1000");
    const std::vector<std::string> ids = agency.Enqueue(Letters(count));
    agency.Drain();
    for (const std::string& id : ids) EXPECT_EQ(agency.StateOf(id), "rejected");
    return ids;
  }
  static std::string BeginJob(Agency& agency, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"replay", "--state", "rejected", "--yes"};
    words.insert(words.end(), more.begin(), more.end());
    const std::vector<Json> lines = agency.Ask(words);
    EXPECT_EQ(lines.size(), 1U);
    EXPECT_EQ(Get(lines.at(0), "phase"), "canary");
    return Get(lines.at(0), "job");
  }
  static Json Job(Agency& agency, const std::string& job) {
    return agency.Ask({"replay", "--job", job}).at(0);
  }
  // How often each identifier has come to the register.
  static std::map<std::string, int> Sends(SimulatorFixture& reg) {
    std::map<std::string, int> sends;
    for (const JournalLine& line : reg.Posts()) {
      if (line.event == "begin") ++sends[line.identifier];
    }
    return sends;
  }
};

TEST_F(ReplayJobTest, WithoutAWorkerNothingMovesAndThatIsSaid) {
  SimulatorFixture reg({.scenario = "step = [" + Error(400, 1) + "]"});
  Agency agency(reg);
  const std::vector<std::string> ids = Rejected(agency, 3);
  const Finished run = agency.Run({"replay", "--state", "rejected", "--yes"});
  EXPECT_EQ(run.code(), 0);
  EXPECT_THAT(run.out, HasSubstr("replay job 1: canary, 0 of 3 accepted, 3 waiting"));
  EXPECT_THAT(run.err, HasSubstr("nothing moves while none runs"));
  for (const std::string& id : ids) EXPECT_EQ(agency.StateOf(id), "rejected");
  EXPECT_THAT(agency.Run({"status"}).out, HasSubstr("replay job 1: canary"));
  ExpectRefused(agency.Run({"replay", "--state", "rejected", "--yes"}), 75,
                {"a replay job runs already", "--jobs"});
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 3U);
  const Json job = Job(agency, "1");
  EXPECT_EQ(Get(job, "phase"), "done");
  EXPECT_EQ(Get(job, "accepted"), "3");
  EXPECT_TRUE(agency.Ask({"status"}).at(0)->getArray("replays")->empty());
  EXPECT_EQ(agency.Ask({"replay", "--jobs"}).size(), 1U);
  // Its attempts and its history are all there.
  const Json shown = agency.Show(ids[0]);
  EXPECT_EQ(shown->getArray("attempt_list")->size(), 2U);
  EXPECT_THAT(agency.Run({"show", ids[0]}).out, HasSubstr("replayed"));
  EXPECT_THAT(agency.Run({"show", ids[0]}).out, HasSubstr("job 1"));
}

TEST_F(ReplayJobTest, ACanaryThatFailsStopsTheJobWithNothingElseSent) {
  // The first letter fails once more, the others are mended.
  SimulatorFixture reg(
      {.scenario = "step = [" + Error(400, 1) + "," + Error(400, 2, Agency::Identifier(1)) + "]"});
  Agency agency(reg);
  const std::vector<std::string> ids = Rejected(agency, 5);
  const std::vector<Json> causes = agency.Ask({"replay", "--state", "rejected", "--dry-run"});
  ASSERT_EQ(causes.size(), 1U);
  EXPECT_EQ(Get(causes[0], "count"), "5");
  EXPECT_EQ(Get(causes[0], "reason"), "feilkode");
  const std::string job = BeginJob(agency, {"--why", "registeret er rettet"});
  agency.Drain();
  for (const auto& [identifier, sends] : Sends(reg)) {
    EXPECT_EQ(sends, identifier == Agency::Identifier(1) ? 2 : 1) << "the canary went alone";
  }
  const Json stopped = Job(agency, job);
  EXPECT_EQ(Get(stopped, "phase"), "stopped");
  EXPECT_EQ(Get(stopped, "reason"), "canary-failed");
  EXPECT_EQ(Get(stopped, "stopped_by"), ids[0]);
  EXPECT_EQ(Get(stopped, "waiting"), "4");
  EXPECT_TRUE(agency.Alarm("replay-stopped"));
  EXPECT_THAT(agency.Run({"status"}).out, HasSubstr("its canary " + ids[0] + " failed again"));

  EXPECT_EQ(agency.Ask({"replay", "--resume", job, "--why", "sett"}).size(), 1U);
  EXPECT_FALSE(agency.Alarm("replay-stopped"));
  agency.Drain();
  EXPECT_EQ(Get(Job(agency, job), "phase"), "done");
  EXPECT_EQ(reg.Accepted().size(), 4U);
  EXPECT_EQ(agency.StateOf(ids[0]), "rejected") << "what failed is not sent again by itself";
  ExpectRefused(agency.Run({"replay", "--resume", job}), 1, {"job " + job + " is done"});
}

TEST_F(ReplayJobTest, ANewKindOfFailureStopsItAndACancelledRestStays) {
  SimulatorFixture reg(
      {.scenario = "step = [" + Error(400, 1) + "," + Error(413, 2, Agency::Identifier(4)) + "]"});
  Agency agency(reg);
  const std::vector<std::string> ids = Rejected(agency, 9);
  const std::string job = BeginJob(agency);
  agency.Drain();
  // One, two, and four of which one fails anew: what had been set due goes on.
  const Json stopped = Job(agency, job);
  EXPECT_EQ(Get(stopped, "phase"), "stopped");
  EXPECT_EQ(Get(stopped, "reason"), "new-failure");
  EXPECT_EQ(Get(stopped, "failure"), "http-413");
  EXPECT_EQ(Get(stopped, "stopped_by"), ids[3]);
  EXPECT_EQ(Get(stopped, "waiting"), "2");
  EXPECT_EQ(reg.Accepted().size(), 6U);
  const std::vector<Json> lines = agency.Ask({"replay", "--cancel", job, "--why", "nok"});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(Get(lines[0], "phase"), "cancelled");
  EXPECT_EQ(Get(lines[1], "id"), ids[3]);
  EXPECT_EQ(Get(lines[1], "result"), "failed");
  agency.Drain();
  EXPECT_EQ(agency.StateOf(ids[7]), "rejected");
  EXPECT_EQ(agency.StateOf(ids[8]), "rejected");
  EXPECT_FALSE(agency.Alarm("replay-stopped"));
}

TEST_F(ReplayJobTest, AKilledWorkersJobGoesOnAndEachIsSentOnce) {
  SimulatorFixture reg({.scenario = "latency = '20ms'\nstep = [" + Error(400, 1) + "]"});
  Agency agency(reg);
  constexpr int kAll = 40;
  const std::vector<std::string> ids = Rejected(agency, kAll);
  const std::string job = BeginJob(agency, {"--canary", "2"});
  for (const std::size_t seen : {1U, 8U, 20U}) {
    agency.StartWorker();
    ASSERT_TRUE(reg.Await([&](const JournalLine&) { return reg.Accepted().size() >= seen; }));
    agency.KillWorker();
    const std::string phase = Get(Job(agency, job), "phase");
    EXPECT_TRUE(phase == "canary" || phase == "running") << phase;
  }
  agency.Drain();
  const Json done = Job(agency, job);
  EXPECT_EQ(Get(done, "phase"), "done");
  EXPECT_EQ(Get(done, "accepted"), std::to_string(kAll));
  std::map<std::string, int> sends = Sends(reg);
  for (int n = 1; n <= kAll; ++n) {
    const std::string& id = ids[static_cast<std::size_t>(n) - 1];
    const Json shown = agency.Show(id);
    EXPECT_EQ(Get(shown, "state"), "accepted") << id;
    const auto attempts = shown->getArray("attempt_list");
    int cut_off = 0;
    for (std::size_t i = 0; i < attempts->size(); ++i) {
      cut_off +=
          Get(attempts->getObject(static_cast<unsigned>(i)), "result") == "unanswered" ? 1 : 0;
    }
    // Once for the rejection, once for the job, and once for each that died on the way.
    EXPECT_EQ(static_cast<int>(attempts->size()), 2 + cut_off) << id;
    EXPECT_LE(sends[Agency::Identifier(n)], 2 + cut_off) << id;
  }
}

TEST_F(ReplayJobTest, NamedOnesGoAtOnceUnlessAJobIsAskedFor) {
  SimulatorFixture reg({.scenario = "step = [" + Error(400, 1) + "]"});
  Agency agency(reg);
  const std::vector<std::string> ids = Rejected(agency, 4);
  EXPECT_EQ(Get(agency.Ask({"replay", ids[0]}).at(0), "state"), "due");
  EXPECT_EQ(agency.StateOf(ids[0]), "due");
  // As they came, whatever the order they are named in.
  agency.StartWorker();
  const std::vector<Json> done =
      agency.Ask({"replay", ids[3], ids[1], ids[2], "--rate", "60000/min", "--wait"});
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(Get(done[0], "phase"), "done");
  EXPECT_EQ(Get(done[0], "per_minute"), "60000");
  agency.StopWorker();
  std::vector<std::string> order;
  for (const JournalLine& line : reg.Accepted()) order.push_back(line.identifier);
  ASSERT_EQ(order.size(), 4U);
  EXPECT_EQ(std::count(order.begin(), order.end(), Agency::Identifier(2)), 1);
  const auto at = [&](int n) {
    return std::find(order.begin(), order.end(), Agency::Identifier(n)) - order.begin();
  };
  EXPECT_LT(at(2), at(3)) << "the canary is the first that came";
  EXPECT_LT(at(2), at(4));
}

TEST_F(ReplayJobTest, ACorrectedDocumentTakesThePlaceOfTheOther) {
  SimulatorFixture reg({.scenario = "step = [{kind='error', status=400, for_requests=1}]"});
  Agency agency(reg);
  const std::vector<std::string> ids = agency.Enqueue({1, 2}, 1);
  agency.Drain(75);
  ASSERT_EQ(agency.StateOf(ids[0]), "rejected");
  // The same document, and another with an identifier that is taken: not corrected.
  ExpectRefused(agency.Run({"replay", "--edit", agency.Letter(1, 1), ids[0]}), 1,
                {"an avsendersMeldingsidentifikator of its own", ids[0]});
  ExpectRefused(agency.Run({"replay", "--edit", agency.Letter(2, 1), ids[0]}), 1,
                {"is message " + ids[1] + " already"});
  const Finished invalid =
      agency.Run({"replay", "--edit", agency.File("tull.xml", "<meldingOmDoedsfall/>"), ids[0]});
  EXPECT_EQ(invalid.code(), 1);
  EXPECT_EQ(agency.StateOf(ids[0]), "rejected");

  const std::string corrected = agency.Letter(3, 1);
  const std::vector<Json> lines =
      agency.Ask({"replay", "--edit", corrected, ids[0], "--why", "feil dato"});
  ASSERT_EQ(lines.size(), 1U);
  const std::string id = Get(lines[0], "id");
  EXPECT_EQ(Get(lines[0], "replaces"), ids[0]);
  EXPECT_EQ(Get(lines[0], "passed"), "false");
  EXPECT_EQ(Get(lines[0], "new"), "true");
  EXPECT_EQ(Get(agency.Ask({"replay", "--edit", corrected, ids[0]}).at(0), "new"), "false");
  EXPECT_EQ(Get(agency.Show(ids[0]), "state"), "cancelled");
  EXPECT_EQ(Get(agency.Show(ids[0]), "replaced_by"), id);
  EXPECT_EQ(Get(agency.Show(id), "replaces"), ids[0]);
  EXPECT_THAT(agency.Run({"show", id}).out, HasSubstr(ids[0]));
  EXPECT_THAT(agency.Reveal({"show", ids[0], "--content"}).out, HasSubstr("feil dato"));
  EXPECT_EQ(Get(agency.Show(ids[1]), "waits_for"), "head:" + id) << "it keeps the place";
  agency.Drain();
  std::vector<std::string> order;
  for (const JournalLine& line : reg.Accepted()) order.push_back(line.identifier);
  EXPECT_EQ(order, (std::vector<std::string>{Agency::Identifier(3), Agency::Identifier(2)}));
  ExpectRefused(agency.Run({"replay", "--edit", agency.Letter(4, 1), id}), 1,
                {id, "is accepted", "registered"});
}

TEST_F(ReplayJobTest, WhatMayBeRegisteredIsNotReplaced) {
  SimulatorFixture reg({.scenario = "step = [{kind='lost', for_requests=1}]"});
  Agency agency(reg);
  agency.SetText("delivery.in_doubt", "hold");
  const std::vector<std::string> ids = agency.Enqueue({1});
  agency.Drain();
  ASSERT_EQ(agency.StateOf(ids[0]), "held");
  ExpectRefused(agency.Run({"replay", "--edit", agency.Letter(2, 1), ids[0]}), 1,
                {ids[0], "no answer", "may be registered"});
  EXPECT_EQ(agency.StateOf(ids[0]), "held");
  EXPECT_EQ(agency.States().size(), 1U) << "nothing of the correction was stored";
}

}  // namespace
}  // namespace utboks::testing

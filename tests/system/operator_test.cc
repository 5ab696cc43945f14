// What people do about messages and gates: each decision is obeyed, is history with who
// and why, and is refused while the message is being sent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// The last event of the message.
Json LastEvent(Agency& agency, const std::string& id) {
  Json last(new Poco::JSON::Object);
  for (const Json& event : agency.Ask({"events"})) {
    if (Get(event, "id") == id) last = event;
  }
  return last;
}

TEST(People, HoldAndRelease) {
  SimulatorFixture reg;
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  const std::vector<std::string> ids = agency.Enqueue({1, 2});
  const std::vector<Json> held = agency.Ask({"hold", ids[0], "--why", "venter på legen"});
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(Get(held[0], "from"), "due");
  EXPECT_EQ(Get(held[0], "state"), "held");
  const Json event = LastEvent(agency, ids[0]);
  EXPECT_EQ(Get(event, "event"), "held");
  EXPECT_THAT(Get(event, "actor"), StartsWith("cli:"));
  // Why is for those who may see content.
  EXPECT_EQ(agency.Run({"show", ids[0]}).out.find("legen"), std::string::npos);
  EXPECT_THAT(agency.Reveal({"show", ids[0], "--content"}).out, HasSubstr("venter på legen"));

  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 1U);
  EXPECT_EQ(Get(agency.Show(ids[0]), "reason"), "operator");
  ExpectRefused(agency.Run({"hold", ids[0]}), 1, {ids[0], "is held", "only due and in_doubt"});
  ExpectRefused(agency.Run({"release", ids[1]}), 1, {ids[1], "is accepted", "only held"});
  agency.Ask({"release", ids[0]});
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 2U);
}

TEST(People, AHeldMessageHoldsBackItsPersonAndNobodyElse) {
  SimulatorFixture reg;
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  const std::vector<std::string> one = agency.Enqueue({1, 2}, 1);
  const std::vector<std::string> other = agency.Enqueue({3}, 3);
  agency.Ask({"hold", one[0]});
  EXPECT_THAT(agency.Drain(75).err, HasSubstr("1 message is left"));
  EXPECT_EQ(agency.StateOf(other[0]), "accepted");
  EXPECT_EQ(Get(agency.Show(one[1]), "waits_for"), "head:" + one[0]);
  const std::vector<Json> blocked = agency.Ask({"list", "--blocked"});
  ASSERT_EQ(blocked.size(), 1U);
  EXPECT_EQ(Get(blocked[0], "id"), one[1]);
  agency.Ask({"release", "--reason", "operator"});
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 3U);
}

TEST(People, CancelAndWhatMayNotBe) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<std::string> ids = agency.Enqueue({1, 2});
  agency.Ask({"cancel", ids[0], "--why", "sendt på papir"});
  agency.Drain();
  EXPECT_EQ(agency.StateOf(ids[0]), "cancelled");
  EXPECT_EQ(reg.Accepted().size(), 1U);
  ExpectRefused(agency.Run({"cancel", ids[1]}), 1, {ids[1], "is accepted", "only due, held and"});
  ExpectRefused(agency.Run({"replay", ids[0]}), 1, {ids[0], "is cancelled"});
  // Its identifier stays taken: the same again is the cancelled one.
  const std::vector<Json> again =
      agency.Ask({"enqueue", "--ressurs", "doedsfall_v1", agency.Letter(1)});
  EXPECT_EQ(Get(again.at(0), "id"), ids[0]);
  EXPECT_EQ(Get(again.at(0), "state"), "cancelled");
}

TEST(People, WhatMayBeRegisteredIsNotCancelledUnseen) {
  SimulatorFixture reg({.scenario = "step = [{kind='lost', for_requests=1}]"});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.SetText("delivery.in_doubt", "hold");
  const std::vector<std::string> ids = agency.Enqueue({1});
  agency.Drain();
  EXPECT_EQ(agency.StateOf(ids[0]), "held");
  EXPECT_EQ(Get(agency.Show(ids[0]), "reason"), "in-doubt");
  ExpectRefused(agency.Run({"cancel", ids[0]}), 1,
                {ids[0], "may be registered", "--may-be-registered"});
  agency.Ask({"cancel", ids[0], "--may-be-registered"});
  EXPECT_EQ(agency.StateOf(ids[0]), "cancelled");
}

TEST(People, Close) {
  SimulatorFixture reg({.scenario = "step = [{kind='error', status=413, for_requests=1}]"});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  const std::vector<std::string> ids = agency.Enqueue({1, 2}, 1);
  EXPECT_EQ(agency.Drain(75).code(), 75) << "the second waits for the first";
  EXPECT_EQ(Get(agency.Show(ids[0]), "reason"), "http-413");
  ExpectRefused(agency.Run({"close", ids[1]}), 1, {ids[1], "is due", "only accepted, held"});
  agency.Ask({"close", ids[0], "--why", "registrert for hånd"});
  EXPECT_EQ(Get(agency.Show(ids[0]), "reason"), "manual");
  agency.Drain();
  EXPECT_EQ(agency.StateOf(ids[1]), "accepted") << "it need wait no longer";
}

TEST(People, ReplayChoosesShowsAndSendsTheSameBytes) {
  SimulatorFixture reg({.scenario = "step = [{kind='error', status=400, attempts=1}]"});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.Set("delivery.blame_run", "10");
  const std::vector<std::string> ids = agency.Enqueue({1, 2, 3});
  agency.Drain();
  for (const std::string& id : ids) EXPECT_EQ(agency.StateOf(id), "rejected");

  ExpectRefused(agency.Run({"replay"}), 2, {"replay which", "--state"});
  ExpectRefused(agency.Run({"replay", ids[0], "--state", "rejected"}), 2, {"not both"});
  ExpectRefused(agency.Run({"replay", "--state", "due"}), 2, {"--state due", "--again"});
  ExpectRefused(agency.Run({"replay", "--state", "rejected"}), 2, {"3 messages", "--yes"});
  const std::vector<Json> causes = agency.Ask({"replay", "--state", "rejected", "--dry-run"});
  ASSERT_EQ(causes.size(), 1U);
  EXPECT_EQ(Get(causes[0], "count"), "3");
  EXPECT_EQ(Get(causes[0], "state"), "rejected");
  EXPECT_EQ(agency.StateOf(ids[0]), "rejected") << "it was a dry run";

  agency.Ask({"replay", ids[0]});
  agency.Drain();
  EXPECT_EQ(agency.StateOf(ids[0]), "accepted");
  // Chosen by a filter they go as a job.
  const std::vector<Json> job = agency.Ask({"replay", "--state", "rejected", "--yes"});
  ASSERT_EQ(job.size(), 1U);
  EXPECT_EQ(Get(job[0], "messages"), "2");
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 3U);
  std::map<std::string, std::string> bytes;
  for (const JournalLine& line : reg.Posts()) {
    EXPECT_EQ(bytes.try_emplace(line.identifier, line.sha256).first->second, line.sha256);
  }
}

TEST(People, ReplayAgainOnlyWhereTheRegisterHasLostIt) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<std::string> ids = agency.Enqueue({1});
  agency.Drain();
  ExpectRefused(agency.Run({"replay", ids[0]}), 1, {ids[0], "--again", "lost"});
  agency.Ask({"replay", "--again", ids[0]});
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 2U);
  EXPECT_EQ(agency.StateOf(ids[0]), "accepted");
}

TEST(People, ReplayBehindAFollowerThatHasGoneIsSaidFirst) {
  SimulatorFixture reg({.scenario = "step = [{kind='error', status=400, for_requests=1}]"});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.SetText("delivery.on_head_failed", "continue");
  const std::vector<std::string> ids = agency.Enqueue({1, 2}, 1);
  agency.Drain();
  EXPECT_EQ(agency.StateOf(ids[0]), "rejected");
  EXPECT_EQ(agency.StateOf(ids[1]), "accepted");
  ExpectRefused(agency.Run({"replay", ids[0]}), 1, {ids[0], ids[1], "--after-followers"});
  agency.Ask({"replay", ids[0], "--after-followers"});
  agency.Drain();
  EXPECT_EQ(agency.StateOf(ids[0]), "accepted");
}

// Five different messages in a row are refused: it is not the messages.
TEST(People, ABlameRunIsReleasedTogetherAndTriedWithOne) {
  SimulatorFixture reg({.scenario = "step = [{kind='firewall', for_requests=5}]"});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.Set("delivery.max_in_flight", "1");  // else one beside the fifth may be accepted
  const std::vector<std::string> ids = agency.Enqueue({1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(agency.Drain(75).code(), 75);
  int held = 0;
  for (const std::string& id : ids) {
    const Json message = agency.Show(id);
    held += Get(message, "state") == "held" ? 1 : 0;
    if (Get(message, "state") == "held") {
      EXPECT_EQ(Get(message, "reason"), "blame-run");
    }
  }
  EXPECT_EQ(held, 5);
  EXPECT_TRUE(reg.Accepted().empty());
  EXPECT_EQ(agency.Ask({"release", "--reason", "blame-run"}).size(),
            static_cast<std::size_t>(held));
  agency.Ask({"resume", "doedsfall_v1"});
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), ids.size());
}

TEST(People, PauseOneResourceForAWhile) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<std::string> ids = agency.Enqueue({1});
  const std::string file =
      agency.File("annulment.xml", Annulment(Agency::Identifier(2), PersonNumber(2)));
  const std::vector<Json> other =
      agency.Ask({"enqueue", "--ressurs", "annullering_av_doedsfall_v1", file});
  agency.Ask({"pause", "doedsfall_v1", "--until", "+3s", "--why", "flytter"});
  EXPECT_EQ(Get(agency.Show(ids[0]), "waits_for"), "gate:doedsfall_v1");
  agency.StartWorker();
  EXPECT_TRUE(agency.AwaitState(Get(other.at(0), "id"), "accepted"));
  EXPECT_TRUE(agency.AwaitState(ids[0], "accepted")) << "it went off by itself";
  ExpectRefused(agency.Run({"resume", "doedsfall_v1"}), 1, {"doedsfall_v1", "nothing to resume"});
  ExpectRefused(agency.Run({"pause", "--until", "2020-01-01T00:00:00Z"}), 2, {"has passed"});
}

TEST(People, AnAlarmThatStandsUntilSeenIsAcknowledged) {
  SimulatorFixture reg({.scenario = "step = [{kind='receipt', status=200, for_requests=1}]"});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.Enqueue({1});
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 1U);
  ASSERT_TRUE(agency.Alarm("odd-success"));
  EXPECT_EQ(agency.Run({"status", "--check"}).code(), 1);
  ExpectRefused(agency.Run({"acknowledge", "od-success"}), 1, {"no alarm od-success"});
  agency.Ask({"acknowledge", "odd-success", "--why", "sett"});
  EXPECT_FALSE(agency.Alarm("odd-success"));
  EXPECT_EQ(agency.Run({"status", "--check"}).code(), 0);
  bool in_history = false;
  for (const Json& event : agency.Ask({"events"})) {
    in_history |= Get(event, "event") == "acknowledged";
  }
  EXPECT_TRUE(in_history);
}

TEST(People, AConditionCannotBeAcknowledgedAway) {
  SimulatorFixture reg;
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  const std::vector<std::string> ids = agency.Enqueue({1});
  agency.Ask({"hold", ids[0]});
  agency.Drain();
  ASSERT_TRUE(agency.Alarm("held"));
  ExpectRefused(agency.Run({"acknowledge", "held"}), 1, {"held", "when its cause does"});
  EXPECT_TRUE(agency.Alarm("held"));
}

TEST(People, NobodyTouchesAMessageThatIsBeingSent) {
  SimulatorFixture reg({.scenario = "step = [{kind='hang', for_requests=1}]"});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.SetText("delivery.stop_timeout", "0s");
  const std::vector<std::string> ids = agency.Enqueue({1});
  agency.StartWorker();
  ASSERT_TRUE(reg.Await([](const JournalLine& line) { return line.method == "POST"; }));
  EXPECT_EQ(agency.StateOf(ids[0]), "sending");
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"hold", ids[0]},
                                             {"release", ids[0]},
                                             {"replay", ids[0]},
                                             {"replay", "--again", ids[0]},
                                             {"cancel", ids[0]},
                                             {"cancel", "--may-be-registered", ids[0]},
                                             {"close", ids[0]}}) {
    SCOPED_TRACE(words[0]);
    ExpectRefused(agency.Run(words), 75, {ids[0], "is being sent", "nothing was changed"});
  }
  EXPECT_EQ(agency.StateOf(ids[0]), "sending");
  agency.StopWorker();
  EXPECT_EQ(agency.StateOf(ids[0]), "in_doubt");
  agency.Drain();
  EXPECT_EQ(agency.StateOf(ids[0]), "accepted");
}

TEST(People, SeveralAtOnceAreReportedEach) {
  Agency agency;
  const std::vector<std::string> ids = agency.Enqueue({1, 2});
  const std::string unknown = "018f3c2e-1111-7222-8333-444455556666";
  const Finished run = agency.Run({"hold", ids[0], unknown, ids[1]});
  EXPECT_EQ(run.code(), 1);
  EXPECT_THAT(run.out, HasSubstr(ids[0]));
  EXPECT_THAT(run.out, HasSubstr(ids[1]));
  EXPECT_THAT(run.err, HasSubstr(unknown));
  // Many come by standard input, as a pipe from list gives them.
  EXPECT_EQ(agency.Ask({"release", "-"}, 0, ids[0] + "\n" + ids[1] + "\n").size(), 2U);
}

// Days pass by setting the clock of the store back.
TEST(People, PurgeRemovesContentThenRecordsAndKeepsTheIdentifier) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<std::string> ids = agency.Enqueue({1, 2});
  agency.Drain();
  const std::vector<std::string> due = agency.Enqueue({3});
  const auto days_pass = [&](long long days) {
    const std::string by = std::to_string(days * 86'400'000);
    agency.Meddle("UPDATE message SET changed_at = changed_at - " + by);
  };
  Json done = agency.Ask({"purge"}).at(0);
  EXPECT_EQ(Get(done, "closed") + Get(done, "contents") + Get(done, "records"), "000");
  days_pass(31);
  done = agency.Ask({"purge"}).at(0);
  EXPECT_EQ(Get(done, "closed"), "2");
  EXPECT_EQ(Get(done, "contents"), "2");
  EXPECT_EQ(Get(done, "records"), "0");
  EXPECT_EQ(agency.StateOf(ids[0]), "closed");
  const Finished content = agency.Reveal({"show", ids[0], "--content"});
  EXPECT_EQ(content.code(), 0);
  EXPECT_THAT(content.err, HasSubstr("purged"));
  ExpectRefused(agency.Run({"replay", "--again", ids[0]}), 1, {ids[0], "purged"});

  days_pass(400);
  EXPECT_THAT(agency.Run({"purge"}).out, HasSubstr("records of 2"));
  ExpectRefused(agency.Run({"show", ids[0]}), 1, {"no", "message"});
  const std::vector<Json> again =
      agency.Ask({"enqueue", "--ressurs", "doedsfall_v1", agency.Letter(1)});
  EXPECT_EQ(Get(again.at(0), "id"), ids[0]);
  EXPECT_EQ(Get(again.at(0), "new"), "false");
  EXPECT_EQ(agency.States(), (std::map<std::string, std::string>{{due[0], "due"}}));
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 3U);
}

TEST(People, MigrateMakesAStore) {
  Agency agency;
  EXPECT_EQ(agency.Run({"migrate"}).code(), 0);
  EXPECT_EQ(agency.Run({"migrate"}).code(), 0) << "once more changes nothing";
  EXPECT_EQ(agency.States().size(), 0U);
}

}  // namespace
}  // namespace utboks::testing

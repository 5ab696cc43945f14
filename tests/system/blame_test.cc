// Whose fault an answer is, and that nobody else pays for it: the message's, the
// resource's, the site's; and when so many messages are blamed in a row that it cannot be
// the messages.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>

#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/support/read_file.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr const char* kOther = "annullering_av_doedsfall_v1";

// An annulment, on a person of its own.
std::string EnqueueOther(Agency& agency, int n) {
  const std::string file = agency.File(fmt::format("annulment-{}.xml", n),
                                       Annulment(Agency::Identifier(n), PersonNumber(n)));
  return Get(agency.Ask({"enqueue", "--ressurs", kOther, file}).at(0), "id");
}

// "open", or why not: "outage: http-500", "blame-run".
std::string GateOf(Agency& agency, const std::string& name) {
  const auto gates = agency.Status()->getArray("gates");
  for (unsigned i = 0; i < gates->size(); ++i) {
    const auto gate = gates->getObject(i);
    if (Get(gate, "name") != name) continue;
    return Get(gate, "state") == "open" ? "open" : Get(gate, "reason");
  }
  return "none";
}

// How often each message came to the register.
std::map<std::string, int> SendsOf(const SimulatorFixture& reg) {
  std::map<std::string, int> sends;
  for (const JournalLine& line : reg.Posts()) sends[line.identifier] += line.event == "begin";
  return sends;
}

int CountedOf(Agency& agency, const std::string& id) {
  const auto attempts = agency.Show(id)->getArray("attempt_list");
  int counted = 0;
  for (unsigned i = 0; i < attempts->size(); ++i) {
    counted += Get(attempts->getObject(i), "counted") == "true" ? 1 : 0;
  }
  return counted;
}

// ---- a message's ----

TEST(Blame, OnePoisonMessageCostsOthersNothing) {
  constexpr int kPoison = 5, kMany = 40;
  SimulatorFixture reg(
      {.scenario = fmt::format("step = [{{kind='error', status=500, identifier_prefix='{}'}}]",
                               Agency::Identifier(kPoison))});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  std::vector<int> letters;
  for (int n = 1; n <= kMany; ++n) letters.push_back(n);
  const std::vector<std::string> ids = agency.Enqueue(letters);
  agency.StartWorker();
  const auto all_but_the_poison = [&](const std::vector<std::string>& some) {
    return Eventually([&] {
      const auto states = agency.States();
      return std::all_of(some.begin(), some.end(), [&](const std::string& id) {
        return id == ids[kPoison - 1] || states.at(id) == "accepted";
      });
    });
  };
  ASSERT_TRUE(all_but_the_poison(ids));
  // Alone with it, the gate shuts for its sake, and opens for whoever comes.
  ASSERT_TRUE(Eventually([&] { return GateOf(agency, "doedsfall_v1") == "outage: http-500"; }));
  for (int n = kMany + 1; n <= kMany + 3; ++n) {
    const std::vector<std::string> later = agency.Enqueue({n});
    EXPECT_TRUE(agency.AwaitState(later[0], "accepted", std::chrono::seconds(5)));
    ASSERT_TRUE(Eventually([&] { return GateOf(agency, "doedsfall_v1") == "outage: http-500"; }));
  }
  agency.StopWorker();
  const auto sends = SendsOf(reg);
  for (int n = 1; n <= kMany + 3; ++n) {
    if (n == kPoison) continue;
    EXPECT_EQ(sends.at(Agency::Identifier(n)), 1) << n;
  }
  EXPECT_GT(sends.at(Agency::Identifier(kPoison)), 3);
  EXPECT_EQ(agency.StateOf(ids[kPoison - 1]), "due") << "it is tried for as long as it lives";
  EXPECT_EQ(reg.Accepted().size(), static_cast<std::size_t>(kMany + 2));
}

// ---- a resource's ----

TEST(Blame, A403OnOneResourceStopsOnlyThatOne) {
  SimulatorFixture reg({.scenario = fmt::format("not_in_agreement = ['{}']", kOther)});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  std::vector<std::string> stopped;
  for (int n = 1; n <= 5; ++n) stopped.push_back(EnqueueOther(agency, n));
  const std::vector<std::string> others = agency.Enqueue({11, 12, 13, 14, 15, 16, 17, 18});
  agency.StartWorker();
  for (const std::string& id : others) EXPECT_TRUE(agency.AwaitState(id, "accepted"));
  ASSERT_TRUE(Eventually([&] { return GateOf(agency, kOther) == "outage: http-403"; }));
  EXPECT_EQ(GateOf(agency, "doedsfall_v1"), "open");
  EXPECT_EQ(GateOf(agency, "site"), "open");
  for (const std::string& id : stopped) {
    EXPECT_THAT(agency.StateOf(id), AnyOf("due", "sending")) << "a probe may have it in hand";
    EXPECT_EQ(CountedOf(agency, id), 0);
  }
  agency.StopWorker();
  const auto sends = SendsOf(reg);
  for (int n = 11; n <= 18; ++n) EXPECT_EQ(sends.at(Agency::Identifier(n)), 1) << n;
  EXPECT_EQ(reg.Accepted().size(), others.size());
}

// ---- the site's ----

TEST(Blame, AnExpiredCertificateStopsAllAndCostsNoAttempt) {
  SimulatorFixture reg;
  Agency agency(reg);
  const DevPki& pki = DevPki::Shared();
  // One file with certificate and key, replaced at once as a person should.
  const std::string file = agency.folder() + "/client.pem";
  const auto install = [&](const std::string& kind) {
    std::ofstream(file + ".new") << ReadFile(pki.certificate(kind)) << ReadFile(pki.key(kind));
    fs::permissions(file + ".new", fs::perms::owner_read | fs::perms::owner_write);
    fs::rename(file + ".new", file);
  };
  install("expired-client");
  agency.SetText("register.client_certificate", file);
  agency.Set("register.client_key", "");
  std::vector<std::string> ids = agency.Enqueue({1, 2, 3, 4, 5});
  for (int n = 11; n <= 15; ++n) ids.push_back(EnqueueOther(agency, n));
  LogWatch::Expect("alarm-raised");
  ChildProcess& worker = agency.StartWorker();
  ASSERT_TRUE(Eventually([&] { return GateOf(agency, "site") == "outage: certificate-expired"; }));
  // Many probes long.
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(
        worker.AwaitErr(R"("event":"probe")", std::chrono::seconds(30), worker.Err().size()));
  }
  for (const std::string& id : ids) {
    EXPECT_THAT(agency.StateOf(id), AnyOf("due", "sending")) << "a probe may have it in hand";
    EXPECT_EQ(CountedOf(agency, id), 0) << id;
  }
  EXPECT_TRUE(reg.Posts().empty()) << "the register was asked all the same";
  EXPECT_EQ(agency.Look("SELECT count(*) FROM attempt WHERE result <> 2"), "0")
      << "an attempt that may have left";
  install("client");
  for (const std::string& id : ids) EXPECT_TRUE(agency.AwaitState(id, "accepted"));
  EXPECT_EQ(reg.Accepted().size(), ids.size());
}

// ---- not the messages' after all ----

struct Run {
  const char* name;
  const char* step;
};
void PrintTo(const Run& run, std::ostream* out) {
  *out << run.name;
}

class BlameRun : public ::testing::TestWithParam<Run> {};

TEST_P(BlameRun, ClosesTheResourceAndGivesItsMessagesBack) {
  SimulatorFixture reg({.scenario = fmt::format("step = [{{{}, resources=['doedsfall_v1'], "
                                                "method='POST', for_requests=5}}]",
                                                GetParam().step)});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.Set("delivery.max_in_flight", "1");  // else one beside the fifth may be accepted
  const std::vector<std::string> ids = agency.Enqueue({1, 2, 3, 4, 5, 6, 7, 8, 9});
  const std::string other = EnqueueOther(agency, 11);
  agency.Drain(75);
  EXPECT_EQ(GateOf(agency, "doedsfall_v1"), "blame-run");
  EXPECT_EQ(GateOf(agency, kOther), "open");
  EXPECT_EQ(agency.StateOf(other), "accepted") << "only the one resource is stopped";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Json message = agency.Show(ids[i]);
    EXPECT_EQ(Get(message, "state"), i < 5 ? "held" : "due") << i;
    EXPECT_EQ(Get(message, "reason"), i < 5 ? "blame-run" : "") << i;
    EXPECT_EQ(message->getArray("attempt_list")->size(), i < 5 ? 1U : 0U) << i;
  }
  // By a person alone: another worker changes nothing.
  agency.Drain(75);
  EXPECT_EQ(SendsOf(reg).size(), 6U);
  EXPECT_TRUE(agency.Alarm("blame-run"));

  agency.Ask({"release", "--reason", "blame-run"});
  agency.Ask({"resume", "doedsfall_v1"});
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), ids.size() + 1) << "all came back, each once";
  for (const auto& [id, state] : agency.States()) EXPECT_EQ(state, "accepted") << id;
  EXPECT_FALSE(agency.Alarm("blame-run"));
}

INSTANTIATE_TEST_SUITE_P(
    EveryKind, BlameRun,
    ::testing::Values(Run{"400s", "kind='error', status=400"},
                      Run{"Redirects",
                          "kind='answer', status=302, headers={Location='https://"
                          "localhost/flyttet'}"},
                      Run{"FirewallPages", "kind='firewall'"},
                      Run{"FirewallPagesThatSay200", "kind='firewall', status=200"},
                      Run{"OtherRefusals", "kind='error', status=422"}),
    [](const ::testing::TestParamInfo<Run>& one) { return std::string(one.param.name); });

// ---- who spoke ----

// The same status, 403: a page of the firewall holds the one message, with the id by
// which its keepers find it again; the register's own answer stops the resource.
TEST(Blame, AFirewallsPageIsToldApartFromTheRegistersAnswer) {
  constexpr const char* kSupportId = "4711000012345";
  SimulatorFixture reg(
      {.scenario = fmt::format(
           "step = [{{kind='answer', status=403, content_type='text/html', identifier_prefix='{}',"
           " body='<html><body>The requested URL was rejected.<br>Your support ID is: "
           "{}</body></html>'}},"
           " {{kind='error', status=400, identifier_prefix='{}'}},"
           " {{kind='error', status=403, resources=['{}']}}]",
           Agency::Identifier(1), kSupportId, Agency::Identifier(2), kOther)});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  const std::vector<std::string> ids = agency.Enqueue({1, 2, 3});
  const std::string other = EnqueueOther(agency, 11);
  agency.StartWorker();
  ASSERT_TRUE(agency.AwaitState(ids[0], "held"));
  ASSERT_TRUE(agency.AwaitState(ids[1], "rejected"));
  ASSERT_TRUE(agency.AwaitState(ids[2], "accepted"));
  ASSERT_TRUE(Eventually([&] { return GateOf(agency, kOther) == "outage: http-403"; }));
  EXPECT_EQ(GateOf(agency, "doedsfall_v1"), "open");

  const Json page = agency.Show(ids[0]);
  EXPECT_EQ(Get(page, "reason"), "firewall");
  const auto attempt = page->getArray("attempt_list")->getObject(0);
  EXPECT_EQ(Get(attempt, "support_id"), kSupportId);
  EXPECT_EQ(Get(attempt, "http_status"), "403");
  EXPECT_EQ(Get(attempt, "feilkode"), "");
  EXPECT_THAT(agency.Run({"show", ids[0]}).out, HasSubstr(kSupportId)) << "people see it too";

  const auto refusal = agency.Show(ids[1])->getArray("attempt_list")->getObject(0);
  EXPECT_EQ(Get(refusal, "support_id"), "");
  EXPECT_THAT(Get(refusal, "feilkode"), HasSubstr("ValideringsFeil"));
  EXPECT_THAT(agency.StateOf(other), AnyOf("due", "sending")) << "403 of the register itself";
  agency.StopWorker();
}

}  // namespace
}  // namespace utboks::testing

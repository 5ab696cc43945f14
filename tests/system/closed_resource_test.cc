// What waits behind a closed resource slows nobody else, and a failed message that is all
// there is recovers by itself: nothing else has to come along first.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

using std::chrono::steady_clock;

constexpr const char* kOther = "annullering_av_doedsfall_v1";
constexpr int kBehind = 2'000;  // tests/conformance has a hundred thousand

// So many death notices from `first` on.
void HandIn(Agency& agency, int first, int many) {
  std::vector<int> letters;
  for (int n = first; n < first + many; ++n) letters.push_back(n);
  agency.Enqueue(letters);
}

// How long 200 annulments take from `first` on, from being handed in.
Millis Deliver(Agency& agency, const SimulatorFixture& reg, int first) {
  constexpr int kMany = 200;
  const auto accepted = [&] {
    const auto lines = reg.Accepted();
    return std::count_if(lines.begin(), lines.end(),
                         [](const JournalLine& line) { return line.ressurs == kOther; });
  };
  const auto before = accepted();
  std::vector<std::string> words = {"enqueue", "--ressurs", kOther};
  for (int n = first; n < first + kMany; ++n) {
    words.push_back(agency.File(fmt::format("annulment-{}.xml", n),
                                Annulment(Agency::Identifier(n), PersonNumber(n))));
  }
  const auto start = steady_clock::now();
  agency.Ask(words);
  EXPECT_TRUE(Eventually([&] { return accepted() == before + kMany; }));
  return std::chrono::duration_cast<Millis>(steady_clock::now() - start);
}

TEST(ClosedResource, SlowsNoOtherHoweverMuchWaits) {
  SimulatorFixture reg({.scenario = "step = [{kind='error', status=404, "
                                    "resources=['doedsfall_v1']}]"});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.StartWorker();
  HandIn(agency, 1, 1);
  ASSERT_TRUE(Eventually(
      [&] { return agency.Look("SELECT outage FROM gate WHERE name = 'doedsfall_v1'") == "1"; }));
  const Millis alone = Deliver(agency, reg, 5'001);
  HandIn(agency, 2, kBehind);
  const Millis beside = Deliver(agency, reg, 5'301);
  // Wide: the machine may be busy.  What grew with the backlog would be a hundredfold.
  EXPECT_LE(beside, alone * 5 + Millis(2'000)) << alone.count() << " ms without the backlog";
  EXPECT_EQ(Get(agency.Status(), "oldest_due_s"), "") << "none of those that wait could go now";
  EXPECT_EQ(agency.Look("SELECT count(*) FROM message WHERE state = 1"),
            std::to_string(kBehind + 1));
  EXPECT_EQ(agency.Look("SELECT count(*) FROM attempt a JOIN message m ON m.seq = a.message"
                        " WHERE m.state = 1 AND a.counted = 1"),
            "0");
  agency.StopWorker();
}

class Idle : public ::testing::TestWithParam<const char*> {};

TEST_P(Idle, ASingleFailedMessageRecoversByItself) {
  SimulatorFixture reg({.scenario = fmt::format("step = [{{{}, for_requests=5}}]", GetParam())});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.SetText("delivery.in_doubt", "resend");
  agency.Set("delivery.in_doubt_resends", "50");
  agency.StartWorker();
  const std::vector<std::string> ids = agency.Enqueue({1});
  EXPECT_TRUE(agency.AwaitState(ids[0], "accepted"));
  agency.StopWorker();
  int sends = 0;
  for (const JournalLine& line : reg.Posts()) sends += line.event == "begin" ? 1 : 0;
  EXPECT_EQ(sends, 6) << "five that failed, and more than shut a gate";
}

INSTANTIATE_TEST_SUITE_P(Kinds, Idle,
                         ::testing::Values("kind='error', status=500", "kind='proxy'",
                                           "kind='error', status=404, method='POST'",
                                           "kind='reset', at='processed'",
                                           "kind='error', status=401, method='POST'"));

}  // namespace
}  // namespace utboks::testing

#include "tests/simulator/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace utboks::simulator {
namespace {

using std::chrono::seconds;

const SteadyTime kStart{std::chrono::hours(5)};
const WallTime kStartWall = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24);

// A scenario and its timeline, which points into it.
class Stage {
 public:
  explicit Stage(std::string_view text, std::uint64_t seed = 1)
      : scenario_(ParseScenario(text, "s.toml").value()),
        timeline(scenario_, seed, kStart, kStartWall) {}

  // The name of the step that decides about a POST; "" when none does.
  std::string Ask(std::string_view identifier = "m", seconds at = seconds(0),
                  std::uint64_t send = 1, std::string_view ressurs = "doedsfall_v1") {
    return Name(timeline.OnRequest({.method = "POST",
                                    .ressurs = ressurs,
                                    .identifier = identifier,
                                    .identifier_sha256 = "",
                                    .key = KeyOf(identifier),
                                    .send = send},
                                   kStart + at));
  }
  static std::string Name(const Timeline::Play& play) {
    return play.step == nullptr ? "" : play.step->name;
  }

 private:
  Scenario scenario_;

 public:
  Timeline timeline;
};

TEST(Timeline, AWindowOfTimeBeginsAndEnds) {
  Stage stage("step = [{kind='error', name='e', from='10s', until='20s'}]");
  EXPECT_EQ(stage.Ask("m", seconds(9)), "");
  EXPECT_EQ(stage.timeline.NextChange(), kStart + seconds(10));
  EXPECT_EQ(stage.Ask("m", seconds(10)), "e");
  EXPECT_EQ(stage.timeline.NextChange(), kStart + seconds(20));
  EXPECT_EQ(stage.Ask("m", seconds(19)), "e");
  EXPECT_EQ(stage.Ask("m", seconds(20)), "");
  EXPECT_EQ(stage.timeline.NextChange(), std::nullopt);
}

TEST(Timeline, ATimeOfTheCalendarIsCountedFromTheStart) {
  Stage stage("step = [{kind='error', name='e', from=2026-11-24T00:00:30Z, for='5s'}]");
  EXPECT_EQ(stage.Ask("m", seconds(29)), "");
  EXPECT_EQ(stage.Ask("m", seconds(30)), "e");
  EXPECT_EQ(stage.Ask("m", seconds(35)), "");
}

TEST(Timeline, AWindowLongPastNeverBegins) {
  Stage stage("step = [{kind='error', from=1999-01-01T00:00:00Z, until=1999-01-02T00:00:00Z}]");
  EXPECT_EQ(stage.Ask(), "");
  EXPECT_TRUE(stage.timeline.TakeChanges(kStart).empty());
}

TEST(Timeline, CountsTakeTheTimesPlace) {
  Stage stage("step = [{kind='error', name='e', after_requests=2, for_requests=3}]");
  std::vector<std::string> seen;
  for (int i = 0; i < 7; ++i) seen.push_back(stage.Ask());
  EXPECT_THAT(seen, ::testing::ElementsAre("", "", "e", "e", "e", "", ""));
}

TEST(Timeline, ALengthCountsFromTheRequestThatBeganIt) {
  Stage stage("step = [{kind='error', name='e', after_requests=1, for='5s'}]");
  EXPECT_EQ(stage.timeline.NextChange(), std::nullopt);
  EXPECT_EQ(stage.Ask("m", seconds(100)), "");
  EXPECT_EQ(stage.timeline.NextChange(), kStart + seconds(105));
  EXPECT_EQ(stage.Ask("m", seconds(104)), "e");
  EXPECT_EQ(stage.Ask("m", seconds(105)), "");
}

TEST(Timeline, OnlyRequestsThatFitAreMetAndCounted) {
  Stage stage(R"(
    [[step]]
    name = "e"
    kind = "error"
    resources = ["vigsel_v1"]
    identifier_prefix = "p-"
    after_requests = 1)");
  EXPECT_EQ(stage.Ask("p-1", seconds(0), 1, "doedsfall_v1"), "");
  EXPECT_EQ(stage.Ask("q-1", seconds(0), 1, "vigsel_v1"), "");
  EXPECT_EQ(stage.Ask("p-1", seconds(0), 1, "vigsel_v1"), "");   // counted: the first
  EXPECT_EQ(stage.Ask("p-1", seconds(0), 1, "vigsel_v1"), "e");  // met
  EXPECT_EQ(stage.Ask("q-1", seconds(0), 1, "vigsel_v1"), "");
}

TEST(Timeline, AStepMayBeForOneMethod) {
  Stage stage("step = [{kind='error', name='e', method='HEAD'}]");
  EXPECT_EQ(stage.Ask(), "");
  EXPECT_EQ(
      Stage::Name(stage.timeline.OnRequest(
          {.method = "HEAD", .ressurs = "doedsfall_v1", .identifier = "", .identifier_sha256 = ""},
          kStart)),
      "e");
}

TEST(Timeline, HeadIsMetButCountedOnlyWhereAStepIsForIt) {
  const Timeline::Request head{
      .method = "HEAD", .ressurs = "doedsfall_v1", .identifier = "", .identifier_sha256 = ""};
  Stage all("step = [{kind='error', name='e', for_requests=1}]");
  EXPECT_EQ(Stage::Name(all.timeline.OnRequest(head, kStart)), "e");
  EXPECT_EQ(Stage::Name(all.timeline.OnRequest(head, kStart)), "e");
  EXPECT_EQ(all.Ask(), "e");
  EXPECT_EQ(all.Ask(), "");
  EXPECT_EQ(Stage::Name(all.timeline.OnRequest(head, kStart)), "");

  Stage later("step = [{kind='error', name='e', after_requests=1}]");
  EXPECT_EQ(Stage::Name(later.timeline.OnRequest(head, kStart)), "");
  EXPECT_EQ(later.Ask(), "");
  EXPECT_EQ(later.Ask(), "e");

  Stage its_own("step = [{kind='error', name='e', method='HEAD', for_requests=1}]");
  EXPECT_EQ(its_own.Ask(), "");
  EXPECT_EQ(Stage::Name(its_own.timeline.OnRequest(head, kStart)), "e");
  EXPECT_EQ(Stage::Name(its_own.timeline.OnRequest(head, kStart)), "");
}

TEST(Timeline, AStepMayBeForTheFirstSendsOfEachMessage) {
  Stage stage("step = [{kind='lost', name='l', attempts=2}]");
  EXPECT_EQ(stage.Ask("a", seconds(0), 1), "l");
  EXPECT_EQ(stage.Ask("a", seconds(0), 2), "l");
  EXPECT_EQ(stage.Ask("a", seconds(0), 3), "");
  EXPECT_EQ(stage.Ask("b", seconds(0), 1), "l");
}

TEST(Timeline, AHashChoosesMessages) {
  Stage stage("step = [{kind='error', name='e', identifier_sha256='0f'}]");
  EXPECT_TRUE(stage.timeline.HashWanted());
  Timeline::Request request{
      .method = "POST", .ressurs = "doedsfall_v1", .identifier = "m", .identifier_sha256 = "0fab"};
  EXPECT_EQ(Stage::Name(stage.timeline.OnRequest(request, kStart)), "e");
  request.identifier_sha256 = "1fab";
  EXPECT_EQ(Stage::Name(stage.timeline.OnRequest(request, kStart)), "");
}

TEST(Timeline, TheFirstStepThatHitsDecidesAndLatenciesAdd) {
  Stage stage(R"(
    latency = "10ms"
    step = [{kind='latency', delay='5ms'}, {kind='error', name='first', delay='1ms'},
            {kind='hang', name='second', delay='1h'}, {kind='latency', delay='7ms'}])");
  const auto play = stage.timeline.OnRequest(
      {.method = "POST", .ressurs = "doedsfall_v1", .identifier = "m", .identifier_sha256 = ""},
      kStart);
  EXPECT_EQ(Stage::Name(play), "first");
  EXPECT_EQ(play.delay, Millis(23));
}

TEST(Timeline, AShareIsMetAboutSoOftenAndTheSameForTheSameSeed) {
  constexpr std::string_view kText = "step = [{kind='error', name='e', share=0.2}]";
  Stage one(kText, 7);
  Stage same(kText, 7);
  Stage other(kText, 8);
  int met = 0;
  int differ = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string identifier = "m" + std::to_string(i);
    const std::string step = one.Ask(identifier);
    met += step == "e" ? 1 : 0;
    EXPECT_EQ(same.Ask(identifier), step);
    differ += other.Ask(identifier) == step ? 0 : 1;
  }
  EXPECT_NEAR(met, 1000, 150);
  EXPECT_GT(differ, 1000);
}

TEST(Timeline, AShareDoesNotHangOnTheOrderInWhichMessagesCome) {
  constexpr std::string_view kText = "step = [{kind='error', name='e', share=0.5}]";
  Stage forward(kText);
  Stage backward(kText);
  std::map<int, std::string> seen;
  for (int i = 0; i < 100; ++i) seen[i] = forward.Ask("m" + std::to_string(i));
  for (int i = 99; i >= 0; --i) EXPECT_EQ(backward.Ask("m" + std::to_string(i)), seen[i]);
}

TEST(Timeline, ADelayIsDrawnBetweenItsBounds) {
  Stage stage("latency = ['10ms', '12ms']");
  std::map<Millis::rep, int> seen;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto play = stage.timeline.OnRequest(
        {.method = "POST", .ressurs = "r", .identifier = "m", .identifier_sha256 = "", .key = i},
        kStart);
    ++seen[play.delay.count()];
  }
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen.begin()->first, 10);
  EXPECT_EQ(seen.rbegin()->first, 12);
}

TEST(Timeline, TheDoorCountsWhatHasBeenDecided) {
  Stage stage("step = [{kind='refuse', after_requests=2, for='5s'}]");
  stage.Ask();
  stage.Ask();
  EXPECT_FALSE(stage.timeline.AtTheDoor());
  stage.timeline.OnDecided(kStart);
  EXPECT_FALSE(stage.timeline.HasChanges());
  stage.timeline.OnDecided(kStart + seconds(1));
  EXPECT_TRUE(stage.timeline.HasChanges());
  ASSERT_TRUE(stage.timeline.AtTheDoor());
  EXPECT_EQ(stage.timeline.AtTheDoor()->end, kStart + seconds(6));

  const auto begun = stage.timeline.TakeChanges(kStart + seconds(5));
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_TRUE(begun[0].begun);
  EXPECT_FALSE(stage.timeline.HasChanges());
  const auto ended = stage.timeline.TakeChanges(kStart + seconds(6));
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_FALSE(ended[0].begun);
  EXPECT_FALSE(stage.timeline.AtTheDoor());
}

TEST(Timeline, ABeginningAndAnEndThatNobodySawAreBothTold) {
  for (const char* text : {"step = [{kind='error', from='1s', until='2s'}]",
                           "step = [{kind='error', from='1s', for='1s'}]"}) {
    Stage stage(text);
    const auto changes = stage.timeline.TakeChanges(kStart + seconds(3));
    ASSERT_EQ(changes.size(), 2U) << text;
    EXPECT_TRUE(changes[0].begun);
    EXPECT_FALSE(changes[1].begun);
  }
}

TEST(Timeline, ACountThatIsReachedTooLateBeginsNothing) {
  Stage stage("step = [{kind='error', name='e', after_requests=1, until='10s'}]");
  EXPECT_EQ(stage.Ask("m", seconds(10)), "");
  EXPECT_EQ(stage.Ask("m", seconds(11)), "");
  EXPECT_TRUE(stage.timeline.TakeChanges(kStart + seconds(12)).empty());
}

}  // namespace
}  // namespace utboks::simulator

#include "queue/base/log.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "tests/support/log_watch.h"

namespace utboks {
namespace {

using testing::LogWatch;

LogRecord Sample() {
  return {WallFromMillis(1'795'475'700'123),
          LogLevel::kWarning,
          "gate-closed",
          {{"gate", "doedsfall_v1"},
           {"reason", "no \"answer\"\nat all"},
           {"probes", 3},
           {"open", false},
           {"wait_ms", Millis(1500)},
           {"rate", 0.5},
           {"until", WallFromMillis(0)},
           {"empty", ""}},
          false};
}

TEST(LogTest, TextIsOneLineWhateverTheFieldsHold) {
  EXPECT_EQ(FormatRecord(Sample(), LogFormat::kText),
            "2026-11-23T23:15:00.123Z warning gate-closed gate=doedsfall_v1 "
            "reason=\"no \\\"answer\\\"\\nat all\" probes=3 open=false wait_ms=1500 rate=0.5 "
            "until=1970-01-01T00:00:00.000Z empty=\"\"");
}

TEST(LogTest, JsonKeepsTheTypes) {
  EXPECT_EQ(FormatRecord(Sample(), LogFormat::kJson),
            R"({"time":"2026-11-23T23:15:00.123Z","level":"warning","event":"gate-closed",)"
            R"("gate":"doedsfall_v1","reason":"no \"answer\"\nat all","probes":3,"open":false,)"
            R"("wait_ms":1500,"rate":0.5,"until":"1970-01-01T00:00:00.000Z","empty":""})");
}

TEST(LogTest, NumbersOfPersonsAreMaskedInEveryField) {
  LogWatch::ExpectMasked();
  LogInfo("odd", {{"a", "x 26854099137"}, {"b", std::string("26854099137")}, {"c", 3}});
  const auto records = LogWatch::Records();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_TRUE(records[0].masked);
  EXPECT_EQ(FormatRecord(records[0], LogFormat::kText).find("26854099137"), std::string::npos);
}

TEST(LogTest, WhatLiesBelowTheLevelIsNotWritten) {
  auto watch = SwapLogSink(nullptr, LogLevel::kInfo);
  SwapLogSink(watch, LogLevel::kError);
  LogWarning("too-low");
  EXPECT_EQ(LogWatch::Count("too-low"), 0);
}

TEST(LogTest, ManyThreadsMayLogAtOnce) {
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([] {
        for (int i = 0; i < 200; ++i) LogInfo("tick", {{"i", i}});
      });
    }
  }
  EXPECT_EQ(LogWatch::Count("tick"), 800);
}

TEST(LogTest, GoesToStandardErrorAsOneLine) {
  auto watch = SwapLogSink(nullptr, LogLevel::kInfo);
  SetUpLog(LogLevel::kInfo, LogFormat::kText);
  ::testing::internal::CaptureStderr();
  LogInfo("hello", {{"who", "you"}});
  LogDebug("unheard");
  const std::string written = ::testing::internal::GetCapturedStderr();
  SwapLogSink(watch, LogLevel::kDebug);
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1);
  EXPECT_NE(written.find(" info hello who=you\n"), std::string::npos) << written;
}

TEST(LogTest, LevelsHaveTheirNames) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    EXPECT_EQ(ParseLogLevel(LogLevelName(level)), level);
  }
  EXPECT_FALSE(ParseLogLevel("loud"));
}

// The watch itself.
TEST(LogWatchTest, AnUnannouncedWarningFailsTheTest) {
  LogWarning("surprise");
  EXPECT_NONFATAL_FAILURE(LogWatch::Instance().Judge(), "not announced by the test");
}

TEST(LogWatchTest, AnAnnouncedEventThatDoesNotComeFailsTheTest) {
  LogWatch::Expect("promised");
  EXPECT_NONFATAL_FAILURE(LogWatch::Instance().Judge(), "never logged: promised");
}

TEST(LogWatchTest, AMaskedNumberFailsTheTest) {
  LogInfo("careless", {{"text", "26854099137"}});
  EXPECT_NONFATAL_FAILURE(LogWatch::Instance().Judge(), "had to be masked");
}

TEST(LogWatchTest, AnAnnouncedWarningIsFine) {
  LogWatch::Expect("known");
  LogError("known");
}

}  // namespace
}  // namespace utboks

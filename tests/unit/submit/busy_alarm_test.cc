#include "producer/submit/busy_alarm.h"

#include <gtest/gtest.h>

#include "tests/support/fake_store.h"
#include "tests/support/log_watch.h"

namespace utboks {
namespace {

using testing::FakeStore;
using testing::LogWatch;

const Status kHeld(Code::kBusy, "store busy: held by process 7");

TEST(BusyAlarm, IsLoggedAtOnceAndStoredAsSoonAsItCanBe) {
  LogWatch::Expect("alarm-raised");
  FakeStore store;
  BusyAlarm alarm(store);
  EXPECT_TRUE(alarm.Saw(kHeld));
  EXPECT_TRUE(alarm.Saw(kHeld)) << "and is not logged again";
  EXPECT_EQ(LogWatch::Count("alarm-raised"), 1);
  alarm.Tick();
  EXPECT_EQ(LogWatch::Count("alarm-cleared"), 0) << "it stands until a tick has seen none";
  alarm.Tick();
  EXPECT_EQ(LogWatch::Count("alarm-cleared"), 1);
  alarm.Tick();
  EXPECT_EQ(store.alarms, (std::vector<std::string>{"store-busy on", "store-busy off"}));

  EXPECT_TRUE(alarm.Saw(kHeld));
  EXPECT_EQ(LogWatch::Count("alarm-raised"), 2);
}

TEST(BusyAlarm, StandsOnWhileTheStoreIsBusyAgainAndAgain) {
  LogWatch::Expect("alarm-raised");
  FakeStore store;
  BusyAlarm alarm(store);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(alarm.Saw(kHeld));
    alarm.Tick();
  }
  // Busy when it is to be written, too.
  store.alarm_failure = kHeld;
  alarm.Tick();
  alarm.Tick();
  EXPECT_EQ(LogWatch::Count("alarm-cleared"), 0);
  alarm.Tick();
  EXPECT_EQ(store.alarms, (std::vector<std::string>{"store-busy on", "store-busy off"}));
  EXPECT_EQ(LogWatch::Count("alarm-raised"), 1);
  EXPECT_EQ(LogWatch::Count("alarm-cleared"), 1);
}

TEST(BusyAlarm, IsOfNothingElse) {
  FakeStore store;
  BusyAlarm alarm(store);
  alarm.Tick();
  EXPECT_EQ(store.alarms, std::vector<std::string>{"store-busy off"})
      << "a worker before us may have left one";
  for (const Code code : {Code::kOk, Code::kFull, Code::kCorrupt, Code::kInternal}) {
    EXPECT_FALSE(alarm.Saw(Status(code, "")));
  }
  alarm.Tick();
  EXPECT_EQ(store.alarms.size(), 1U);
}

}  // namespace
}  // namespace utboks

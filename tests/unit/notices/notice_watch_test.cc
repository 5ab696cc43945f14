#include "producer/notices/notice_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "queue/base/mutex.h"
#include "tests/support/fake_notice_board.h"
#include "tests/support/feed_text.h"
#include "tests/support/log_watch.h"
#include "tests/support/manual_clock.h"

namespace utboks {
namespace {

using std::chrono::minutes;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FeedItem;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using testing::LogWatch;

constexpr Millis kInterval = minutes(10);
const std::string kUrl = "https://feed.example/rss.xml?secret=1";

FeedItem Trouble(int nr) {
  return {"Driftsproblemer " + std::to_string(nr), "driftsproblemer-" + std::to_string(nr), "",
          "<p>Det er problemer i mottak.</p>"};
}

class NoticeWatchTest : public ::testing::Test {
 protected:
  // What the next reading gives; the last one is given for ever.
  void Serve(Result<PageReader::Page> page) {
    MutexLock lock(mutex_);
    pages_.push_back(std::move(page));
  }
  void ServeItems(const std::vector<FeedItem>& items, const std::string& tag = "") {
    Serve(PageReader::Page{true, testing::FeedText(items), tag});
  }

  std::unique_ptr<NoticeWatch> Start(int feeds = 1) {
    std::vector<Feed> all;
    for (int i = 0; i < feeds; ++i) {
      const std::string url = i == 0 ? kUrl : kUrl + std::to_string(i);
      all.push_back({url, [this](const std::string& tag, const std::stop_token&) {
                       MutexLock lock(mutex_);
                       tags_.push_back(tag);
                       Result<PageReader::Page> page = pages_.front();
                       if (pages_.size() > 1) pages_.pop_front();
                       return page;
                     }});
    }
    auto watch = std::make_unique<NoticeWatch>(std::move(all), board_, kInterval, clock_, *random_);
    EXPECT_TRUE(watch->Start().ok());
    EXPECT_TRUE(clock_.AwaitWaiters(1));
    return watch;
  }

  void NextReading() {
    ASSERT_TRUE(clock_.AdvanceToNextWaiter());
    ASSERT_TRUE(clock_.AwaitWaiters(1));
  }

  std::size_t readings() {
    MutexLock lock(mutex_);
    return tags_.size();
  }

  testing::ManualClock clock_;
  std::unique_ptr<Random> random_ = SeededRandom(7);
  testing::FakeNoticeBoard board_;
  Mutex mutex_;
  std::deque<Result<PageReader::Page>> pages_ UTBOKS_GUARDED_BY(mutex_);
  std::vector<std::string> tags_ UTBOKS_GUARDED_BY(mutex_);
};

TEST_F(NoticeWatchTest, ReadsAtOnceAndThenWhenItsTimeHasCome) {
  ServeItems({Trouble(1)});
  const auto watch = Start();
  EXPECT_EQ(board_.feeds[kUrl].size(), 1U);
  EXPECT_EQ(board_.feeds[kUrl][0].first_seen, testing::ManualClock::kStart);
  EXPECT_EQ(LogWatch::Count("notices-first-read"), 1);
  EXPECT_EQ(LogWatch::Count("register-notice"), 0) << "what stood there first is no news";
  for (int i = 0; i < 20; ++i) {
    const auto wait = *clock_.NextDeadline() - clock_.Steady();
    EXPECT_THAT(wait, AllOf(Ge(minutes(9)), Le(minutes(11))));
    NextReading();
  }
  EXPECT_EQ(readings(), 21U);
  EXPECT_EQ(board_.kept, 1) << "nothing new, nothing written";
}

TEST_F(NoticeWatchTest, WhatIsNewAndConcernsProducersIsToldOnce) {
  ServeItems({});
  ServeItems({Trouble(2),
              {"Driftsproblemer", "oppslag", "", "<p>Oppslag i nettleser er nede.</p>"},
              {"Brukermøte", "mote", "", "<p>Velkommen.</p>"}});
  const auto watch = Start();
  NextReading();
  NextReading();
  std::vector<std::string> told;
  for (const LogRecord& record : LogWatch::Records()) {
    if (record.event == "register-notice") told.push_back(FormatRecord(record, LogFormat::kText));
  }
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], ::testing::HasSubstr("Driftsproblemer 2"));
  EXPECT_THAT(told[0], ::testing::HasSubstr("open"));
  EXPECT_EQ(board_.feeds[kUrl].size(), 3U) << "the others are known all the same";
}

TEST_F(NoticeWatchTest, ManyAtOnceAreOneLine) {
  ServeItems({Trouble(0)});
  std::vector<FeedItem> many;
  for (int i = 0; i < 294; ++i) many.push_back(Trouble(i));
  ServeItems(many);
  const auto watch = Start();
  NextReading();
  EXPECT_EQ(LogWatch::Count("notices-many-at-once"), 1);
  EXPECT_EQ(LogWatch::Count("register-notice"), 0);
}

TEST_F(NoticeWatchTest, WhatCannotBeReadIsSaidOnceAndChangesNothing) {
  LogWatch::Expect("notices-unread");
  ServeItems({Trouble(1)});
  Serve(Status(Code::kUnreachable, "it answers with HTTP 503"));
  Serve(PageReader::Page{true, "<html><p>no feed</html>", ""});
  Serve(PageReader::Page{true, "", ""});
  ServeItems({Trouble(2), Trouble(1)});
  const auto watch = Start();
  const auto before = board_.feeds;
  for (int i = 0; i < 3; ++i) NextReading();
  EXPECT_EQ(LogWatch::Count("notices-unread"), 1);
  EXPECT_EQ(board_.feeds, before);
  EXPECT_EQ(LogWatch::Count("notices-read-again"), 0);
  NextReading();
  NextReading();
  EXPECT_EQ(LogWatch::Count("notices-read-again"), 1);
  EXPECT_EQ(LogWatch::Count("register-notice"), 1) << "news, for it was no first reading";
  for (const LogRecord& record : LogWatch::Records()) {
    EXPECT_EQ(FormatRecord(record, LogFormat::kText).find("secret"), std::string::npos);
  }
}

TEST_F(NoticeWatchTest, WhatTheStoreDidNotTakeIsReadAgain) {
  LogWatch::Expect("notices-unread");
  ServeItems({Trouble(1)}, "\"v1\"");
  ServeItems({Trouble(2), Trouble(1)}, "\"v2\"");
  const auto watch = Start();
  board_.next_failure = Status(Code::kBusy, "the store is busy");
  NextReading();
  EXPECT_EQ(board_.feeds[kUrl].size(), 1U);
  NextReading();
  EXPECT_EQ(board_.feeds[kUrl].size(), 2U);
  NextReading();
  MutexLock lock(mutex_);
  // The page that was not kept is not asked for as known.
  EXPECT_THAT(tags_, ElementsAre("", "\"v1\"", "\"v1\"", "\"v2\""));
}

TEST_F(NoticeWatchTest, AnUnchangedPageIsNotTakenInAnew) {
  ServeItems({Trouble(1)}, "\"v1\"");
  Serve(PageReader::Page{false, "", "\"v1\""});
  const auto watch = Start();
  NextReading();
  NextReading();
  EXPECT_EQ(board_.kept, 1);
  EXPECT_EQ(board_.feeds[kUrl].size(), 1U);
}

TEST_F(NoticeWatchTest, FeedsThatAreConfiguredNoMoreAreForgotten) {
  ServeItems({Trouble(1)});
  board_.feeds["https://old.example/"] = {Notice()};
  board_.feeds[kUrl] = {Notice()};
  const auto watch = Start(2);
  EXPECT_FALSE(board_.feeds.contains("https://old.example/"));
  EXPECT_EQ(board_.feeds[kUrl].size(), 2U) << "what was known before a restart stays known";
  EXPECT_EQ(board_.feeds[kUrl + "1"].size(), 1U);
  EXPECT_EQ(LogWatch::Count("notices-first-read"), 1) << "of the second alone";
}

TEST_F(NoticeWatchTest, StopsWhileItReads) {
  std::vector<Feed> feeds = {{kUrl, [](const std::string&, const std::stop_token& stop) {
                                Mutex mutex;
                                CondVar stopped;
                                const std::stop_callback wake(stop, [&] {
                                  MutexLock lock(mutex);
                                  stopped.NotifyAll();
                                });
                                MutexLock lock(mutex);
                                while (!stop.stop_requested()) stopped.Wait(mutex);
                                return Result<PageReader::Page>(
                                    Status(Code::kCancelled, "stopping"));
                              }}};
  NoticeWatch watch(std::move(feeds), board_, kInterval, clock_, *random_);
  ASSERT_TRUE(watch.Start().ok());
  watch.Stop();
  watch.Stop();
  EXPECT_EQ(LogWatch::Count("notices-unread"), 0);
}

}  // namespace
}  // namespace utboks

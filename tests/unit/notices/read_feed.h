// A feed that is read again and again, and what is known of it: what NoticeWatch does,
// without time and network.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "producer/notices/notice_book.h"
#include "producer/xml/rss.h"
#include "tests/support/fake_notice_board.h"
#include "tests/support/feed_text.h"

namespace utboks {

// "2021-05-12T12:00:24Z"
inline WallTime At(const std::string& utc) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  EXPECT_EQ(
      std::sscanf(utc.c_str(), "%d-%d-%dT%d:%d:%dZ", &year, &month, &day, &hour, &minute, &second),
      6)
      << utc;
  const std::chrono::sys_days date = std::chrono::year(year) / month / day;
  return date + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

class ReadFeed {
 public:
  FeedReading Read(const std::vector<testing::FeedItem>& items, WallTime now) {
    const auto parsed = ReadRss(testing::FeedText(items));
    EXPECT_TRUE(parsed.ok()) << parsed.status().text();
    const auto known = board_.Notices("feed");
    FeedReading reading = CompareNotices(*known, *parsed, now);
    EXPECT_TRUE(board_.KeepNotices("feed", reading.changes).ok());
    // Told once, whatever it was.
    const FeedReading again = CompareNotices(*board_.Notices("feed"), *parsed, now);
    EXPECT_TRUE(again.changes.empty());
    EXPECT_TRUE(again.news.empty());
    return reading;
  }

  const std::vector<Notice>& known() { return board_.feeds["feed"]; }
  std::optional<Notice> Latest() {
    const Notice* latest = LatestForProducers(known());
    return latest == nullptr ? std::optional<Notice>() : *latest;
  }
  // "TITLE, state"; "" when there is none.
  std::string Shown() {
    const auto latest = Latest();
    return latest ? fmt::format("{}, {}", latest->title, NoticeStateName(latest->state)) : "";
  }

 private:
  testing::FakeNoticeBoard board_;
};

inline std::vector<std::string> TitlesOf(const FeedReading& reading) {
  std::vector<std::string> titles;
  for (const auto& news : reading.news) titles.push_back(news.notice.title);
  return titles;
}

}  // namespace utboks

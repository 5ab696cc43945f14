#include "producer/app/feeds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_notice_board.h"
#include "tests/support/feed_text.h"
#include "tests/support/manual_clock.h"

namespace utboks::app {
namespace {

using ::testing::HasSubstr;

const WallTime kNow = testing::ManualClock::kStart;

Notice Trouble(const std::string& title) {
  Notice notice;
  notice.title = title;
  notice.link = "https://feed.example/" + title;
  notice.published = "Wed, 12 May 2021 13:32:00 GMT";
  notice.operating = true;
  notice.concern = NoticeConcern::kYes;
  notice.first_seen = kNow;
  notice.news_at = kNow;
  return notice;
}

Feed Serving(Result<PageReader::Page> page) {
  return {"https://feed.example/rss.xml?token=geheim",
          [page](const std::string&, const std::stop_token&) { return page; }};
}

TEST(FeedsTest, TheLatestOfAllConfiguredFeedsIsShown) {
  testing::FakeNoticeBoard board;
  Config config;
  config.notices.urls = {"https://a.example/", "https://b.example/", "https://never.example/"};
  EXPECT_FALSE(LatestNotice(config, board)->has_value());
  board.feeds["https://a.example/"] = {Trouble("a")};
  board.feeds["https://b.example/"] = {Trouble("b")};
  board.feeds["https://b.example/"][0].news_at = kNow + Millis(1);
  board.feeds["https://removed.example/"] = {Trouble("c")};
  board.feeds["https://removed.example/"][0].news_at = kNow + Millis(2);
  EXPECT_EQ((*LatestNotice(config, board))->title, "b");
  board.feeds["https://b.example/"][0].concern = NoticeConcern::kNo;
  EXPECT_EQ((*LatestNotice(config, board))->title, "a");
  board.feeds["https://a.example/"][0].operating = false;
  EXPECT_FALSE(LatestNotice(config, board)->has_value());
  board.next_failure = Status(Code::kBusy, "busy");
  EXPECT_EQ(LatestNotice(config, board).code(), Code::kBusy);
}

TEST(FeedsTest, HowItIsShown) {
  Notice notice = Trouble("Stans");
  EXPECT_EQ(NoticeLine(notice),
            "register's notice: \"Stans\": open; first seen 2026-11-23 13:00:00 +01:00; dated "
            "\"Wed, 12 May 2021 13:32:00 GMT\"; https://feed.example/Stans");
  notice.news_at = kNow + std::chrono::hours(1);
  notice.state = NoticeState::kResolved;
  EXPECT_THAT(NoticeLine(notice), HasSubstr("resolved; first seen 2026-11-23 13:00:00 +01:00, "
                                            "changed 2026-11-23 14:00:00 +01:00;"));
  EXPECT_EQ(NoticeJson(notice).Text(),
            "{\"title\":\"Stans\",\"link\":\"https://feed.example/Stans\",\"state\":\"resolved\","
            "\"concerns_producers\":\"yes\",\"first_seen\":\"2026-11-23T12:00:00.000Z\","
            "\"news_at\":\"2026-11-23T13:00:00.000Z\","
            "\"published\":\"Wed, 12 May 2021 13:32:00 GMT\"}");
  notice.news_at.reset();
  notice.published.clear();
  EXPECT_THAT(NoticeLine(notice), HasSubstr("+01:00, or was there before;"));
  EXPECT_EQ(NoticeLine(notice).find("dated"), std::string::npos);
  EXPECT_THAT(NoticeJson(notice).Text(), HasSubstr("\"news_at\":null,\"published\":null"));
  EXPECT_EQ(NoticeLine(std::nullopt), "register's notice: none that concerns producers");
}

TEST(FeedsTest, DoctorNeverFailsForAFeed) {
  const testing::FeedItem items[] = {{"a", "a", "", ""}, {"b", "b", "", ""}};
  const Finding well = ExamineFeed(Serving(PageReader::Page{true, testing::FeedText(items), ""}));
  EXPECT_EQ(well.grade, Grade::kOk);
  EXPECT_EQ(well.text, "https://feed.example/rss.xml is an RSS feed of 2 items");
  EXPECT_EQ(well.todo, "");
  for (const Result<PageReader::Page>& page :
       {Result<PageReader::Page>(Status(Code::kUnreachable, "it answers with HTTP 503")),
        Result<PageReader::Page>(Status(Code::kConfig, "ca_file is not there")),
        Result<PageReader::Page>(PageReader::Page{true, "<html/>", ""})}) {
    const Finding finding = ExamineFeed(Serving(page));
    EXPECT_EQ(finding.grade, Grade::kWarn);
    EXPECT_EQ(finding.code, Code::kOk);
    EXPECT_THAT(finding.text, HasSubstr("https://feed.example/rss.xml cannot be read: "));
    EXPECT_EQ(finding.text.find("geheim"), std::string::npos);
    EXPECT_NE(finding.todo, "");
  }
}

TEST(FeedsTest, AuthoritiesThatAreNotThereKeepNothingFromStarting) {
  Config config;
  config.notices.urls = {"https://localhost:1/rss.xml"};
  config.notices.ca_file = "/nowhere/ca.pem";
  const std::vector<Feed> feeds = FeedsOf(config);
  ASSERT_EQ(feeds.size(), 1U);
  EXPECT_THAT(feeds[0].read("", {}).status().text(), HasSubstr("/nowhere/ca.pem"));
}

}  // namespace
}  // namespace utboks::app

#include "producer/notices/notice_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "queue/base/random.h"
#include "tests/unit/notices/read_feed.h"

namespace utboks {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using ::testing::ElementsAre;
using testing::FeedItem;
using ::testing::IsEmpty;

const WallTime kStart = At("2023-06-01T08:00:00Z");

FeedItem Trouble(int nr, const std::string& text = "Det er problemer i mottak.") {
  return {fmt::format("Driftsproblemer {}", nr), fmt::format("driftsproblemer-{}", nr), "",
          fmt::format("<p>{}</p>\n", text)};
}

TEST(NoticeBookTest, WhatStoodThereFirstIsNoNewsButIsShownUntilSomethingIs) {
  ReadFeed feed;
  EXPECT_THAT(feed.Read({Trouble(3), Trouble(2, "LØST"), Trouble(1)}, kStart).news, IsEmpty());
  EXPECT_EQ(feed.Shown(), "Driftsproblemer 3, open") << "the feed's first";
  EXPECT_FALSE(feed.Latest()->news_at.has_value());
  // At the feed's end, and news all the same.
  const FeedItem late = Trouble(0, "Feil i mottak er rettet.");
  feed.Read({Trouble(3), Trouble(2, "LØST"), Trouble(1), late}, kStart + minutes(10));
  EXPECT_EQ(feed.Shown(), "Driftsproblemer 0, resolved");
}

TEST(NoticeBookTest, AnEmptyFirstReadingIsOneToo) {
  ReadFeed feed;
  feed.Read({}, kStart);
  EXPECT_EQ(feed.Shown(), "");
  EXPECT_EQ(feed.Read({Trouble(1)}, kStart + minutes(10)).news.size(), 1U);
}

TEST(NoticeBookTest, DatesAreShownAndDecideNothing) {
  ReadFeed feed;
  feed.Read({}, kStart);
  FeedItem future = Trouble(1);
  future.published = "Mon, 04 Nov 2024 00:00:00 GMT";
  feed.Read({future}, kStart + minutes(10));
  FeedItem past = Trouble(2);
  past.published = "Sat, 13 Mar 2021 09:00:00 GMT";
  feed.Read({future, past}, kStart + minutes(20));
  EXPECT_EQ(feed.Shown(), "Driftsproblemer 2, open");
  EXPECT_EQ(feed.Latest()->published, past.published);
  FeedItem odd = Trouble(3);
  odd.published = "2019-10-21T45:00:00";
  feed.Read({future, past, odd}, kStart + minutes(30));
  EXPECT_EQ(feed.Shown(), "Driftsproblemer 3, open");
  FeedItem none = Trouble(4);
  feed.Read({future, past, odd, none}, kStart + minutes(40));
  EXPECT_EQ(feed.Latest()->published, "");
}

TEST(NoticeBookTest, OfOneReadingAnOpenOneGoesFirst) {
  ReadFeed feed;
  feed.Read({}, kStart);
  feed.Read({Trouble(3, "LØST"), Trouble(2), Trouble(1)}, kStart + minutes(10));
  EXPECT_EQ(feed.Shown(), "Driftsproblemer 2, open");
}

TEST(NoticeBookTest, AnEditIsNewsAndMayOpenAgain) {
  ReadFeed feed;
  feed.Read({}, kStart);
  // 2021-01-26: the line that said LØST was written over.
  const char* texts[] = {"Det er problemer i mottak.", "Det er problemer i mottak.<br>12:26 LØST",
                         "Det er problemer i mottak.<br>12:52 nye problemer",
                         "Det er problemer i mottak.<br>12:52 nye problemer<br>13:30 LØST"};
  const char* states[] = {"open", "resolved", "open", "resolved"};
  for (int i = 0; i < 4; ++i) {
    const FeedReading reading = feed.Read({Trouble(1, texts[i])}, kStart + minutes(10 * (i + 1)));
    EXPECT_EQ(reading.news.size(), 1U) << i;
    EXPECT_EQ(feed.Shown(), fmt::format("Driftsproblemer 1, {}", states[i]));
    EXPECT_EQ(feed.Latest()->first_seen, kStart + minutes(10));
    EXPECT_EQ(feed.Latest()->news_at, kStart + minutes(10 * (i + 1)));
  }
  EXPECT_EQ(feed.known().size(), 1U);
}

TEST(NoticeBookTest, ALaterFortsattIsShownOverAnEarlierAllClear) {
  ReadFeed feed;
  feed.Read({}, kStart);
  const FeedItem solved{"LØST 07:45", "lost", "", "<p>Feilen er løst.</p>"};
  const FeedItem again{"Driftsstatus", "driftsstatus", "",
                       "<p>Det er fortsatt noen problemer.</p>"};
  feed.Read({Trouble(1)}, kStart + minutes(10));
  feed.Read({solved, Trouble(1)}, kStart + minutes(20));
  EXPECT_EQ(feed.Shown(), "LØST 07:45, resolved");
  feed.Read({again, solved, Trouble(1)}, kStart + minutes(30));
  EXPECT_EQ(feed.Shown(), "Driftsstatus, open");
}

TEST(NoticeBookTest, LayoutIsNoChange) {
  ReadFeed feed;
  feed.Read({Trouble(1, "Spør &#97;&#64;b &amp;  vent")}, kStart);
  EXPECT_TRUE(feed.Read({Trouble(1, "Spør\n<b>a&#x40;&#98;</b> &#38; vent")}, kStart + minutes(10))
                  .changes.empty());
}

TEST(NoticeBookTest, TheSameTwiceIsOne) {
  ReadFeed feed;
  feed.Read({}, kStart);
  EXPECT_EQ(feed.Read({Trouble(1), Trouble(1)}, kStart + minutes(10)).news.size(), 1U);
  EXPECT_EQ(feed.known().size(), 1U);
}

// Trouble is told of in the same words each time.
TEST(NoticeBookTest, ANewTitleIsANewNoticeWhoeverHadItsText) {
  ReadFeed feed;
  feed.Read({}, kStart);
  feed.Read({Trouble(1)}, kStart + minutes(10));
  EXPECT_EQ(feed.Read({Trouble(2)}, kStart + minutes(20)).news.size(), 1U);
  EXPECT_EQ(feed.Shown(), "Driftsproblemer 2, open");
  EXPECT_EQ(feed.Latest()->first_seen, kStart + minutes(20));
  FeedItem solved = Trouble(2);
  solved.title = "LØST " + solved.title;
  solved.link = "lost-" + solved.link;
  EXPECT_EQ(feed.Read({solved}, kStart + minutes(30)).news.size(), 1U);
  EXPECT_EQ(feed.Shown(), "LØST Driftsproblemer 2, resolved");
}

TEST(NoticeBookTest, ManyTitlesPutInOrderKeepTheirTimes) {
  ReadFeed feed;
  std::vector<FeedItem> items;
  for (int i = 0; i < 24; ++i) items.push_back(Trouble(i, std::to_string(i)));
  feed.Read(items, kStart);
  for (FeedItem& item : items) {
    item.title += " (gammel)";
    item.link += "-gammel";
  }
  items.push_back(Trouble(100, "Dette er nytt."));
  EXPECT_THAT(TitlesOf(feed.Read(items, kStart + minutes(10))), ElementsAre("Driftsproblemer 100"));
  EXPECT_EQ(feed.known().size(), 25U);
  EXPECT_EQ(feed.known()[0].title, "Driftsproblemer 0 (gammel)");
  EXPECT_EQ(feed.known()[0].first_seen, kStart);
}

TEST(NoticeBookTest, MoreThanTenAtOnceAreNoNews) {
  for (const int count : {10, 11}) {
    ReadFeed feed;
    feed.Read({}, kStart);
    std::vector<FeedItem> items;
    for (int i = 0; i < count; ++i) items.push_back(Trouble(i));
    const FeedReading reading = feed.Read(items, kStart + minutes(10));
    EXPECT_EQ(reading.news.size(), count == 10 ? 10U : 0U);
    EXPECT_EQ(reading.flood, count == 10 ? 0U : 11U);
    EXPECT_EQ(feed.known().size(), static_cast<std::size_t>(count));
  }
}

TEST(NoticeBookTest, WhatIsGoneForMonthsIsForgotten) {
  ReadFeed feed;
  feed.Read({Trouble(1), Trouble(2)}, kStart);
  feed.Read({Trouble(2)}, kStart + days(1));
  EXPECT_THAT(feed.Read({Trouble(2)}, kStart + days(91)).changes.removed, IsEmpty());
  EXPECT_EQ(feed.Read({Trouble(2)}, kStart + days(91) + minutes(1)).changes.removed.size(), 1U);
  EXPECT_EQ(feed.known().size(), 1U);
  // What is there is not, however long nobody could look.
  EXPECT_THAT(feed.Read({Trouble(2)}, kStart + days(1'000)).changes.removed, IsEmpty());
}

TEST(NoticeBookTest, AFeedThatIsNeverTheSameTakesBoundedRoom) {
  ReadFeed feed;
  for (int reading = 0; reading < 4; ++reading) {
    std::vector<FeedItem> items;
    for (int i = 0; i < 1'500; ++i)
      items.push_back(Trouble(reading * 1'500 + i, std::to_string(reading * 1'500 + i)));
    feed.Read(items, kStart + minutes(reading));
    EXPECT_LE(feed.known().size(), 3'000U);
  }
  EXPECT_EQ(feed.Latest()->link.substr(feed.Latest()->link.size() - 4), "4500")
      << "the newest stay";
}

TEST(NoticeBookTest, TextsAreShortAndWithoutNumbersOfPersons) {
  FeedItem item = Trouble(1);
  item.title = "Feil i mottak for 26854099137 " + std::string(1'000, 'x');
  item.link = std::string(1'500, 'y');
  item.published = std::string(1'500, 'z');
  ReadFeed feed;
  feed.Read({item}, kStart);
  const Notice notice = *feed.Latest();
  EXPECT_TRUE(notice.title.starts_with("Feil i mottak for *********** xx")) << notice.title;
  EXPECT_LE(notice.title.size(), 200U);
  EXPECT_LE(notice.link.size(), 500U);
  EXPECT_LE(notice.published.size(), 60U);
}

TEST(NoticeBookTest, WithoutATitleItIsShownByItsText) {
  ReadFeed feed;
  FeedItem item = Trouble(1, "Det er driftsproblemer i mottak.");
  item.title = "No title";
  feed.Read({item}, kStart);
  EXPECT_EQ(feed.Shown(), "Det er driftsproblemer i mottak., open");
}

// Whatever a feed does: each thing it says is known once, what was known keeps its time,
// and a reading that changes nothing changes nothing.  (ReadFeed looks at the last.)
TEST(NoticeBookTest, AnyFeedIsFollowed) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto random = SeededRandom(seed);
    ReadFeed feed;
    std::map<std::int64_t, WallTime> first_seen;
    for (int reading = 0; reading < 12; ++reading) {
      std::vector<FeedItem> items;
      const auto count = random->Below(8);
      for (std::uint64_t i = 0; i < count; ++i) {
        items.push_back(Trouble(static_cast<int>(random->Below(3)),
                                random->Below(2) == 0 ? "LØST" : std::to_string(random->Below(4))));
      }
      feed.Read(items, kStart + minutes(reading));
      std::set<std::pair<NoticeHash, NoticeHash>> here;
      for (const Notice& notice : feed.known()) {
        const auto [known, fresh] = first_seen.emplace(notice.id, notice.first_seen);
        ASSERT_EQ(known->second, notice.first_seen) << "seed " << seed;
        if (notice.gone_since) continue;
        ASSERT_TRUE(here.emplace(notice.heading, notice.text).second) << "seed " << seed;
      }
      std::set<std::pair<std::string, std::string>> wanted;
      for (const FeedItem& item : items) wanted.emplace(item.link, item.description);
      ASSERT_EQ(here.size(), wanted.size()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace utboks

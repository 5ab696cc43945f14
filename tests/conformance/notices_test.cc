// What a store keeps of operating notices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

using ::testing::ElementsAre;

const std::string kFeed = "https://feed.example/rss.xml";
const std::string kOther = "https://other.example/rss.xml";

class NoticesTest : public StoreTest {
 protected:
  Notice Make(const std::string& title) {
    Notice notice;
    notice.heading.fill(static_cast<std::uint8_t>(title.size()));
    notice.text.fill(0xA5);
    notice.title = title;
    notice.link = "https://feed.example/" + title;
    notice.published = "Wed, 12 May 2021 13:32:00 GMT";
    notice.operating = true;
    notice.concern = NoticeConcern::kYes;
    notice.state = NoticeState::kPlanned;
    notice.first_seen = clock_.Wall();
    notice.place = 3;
    return notice;
  }

  void Keep(const std::string& feed, const NoticeChanges& changes) {
    const Status kept = store_->KeepNotices(feed, changes);
    EXPECT_TRUE(kept.ok()) << kept.text();
  }

  // Without ids; nothing is a fault of the test here.
  std::vector<Notice> Known(const std::string& feed) {
    const auto known = store_->Notices(feed);
    EXPECT_TRUE(known.ok()) << known.status().text();
    if (!known.ok() || !*known) {
      ADD_FAILURE() << feed << " was never read";
      return {};
    }
    return **known;
  }
  bool WasRead(const std::string& feed) {
    const auto known = store_->Notices(feed);
    EXPECT_TRUE(known.ok()) << known.status().text();
    return known.ok() && known->has_value();
  }
};

TEST_P(NoticesTest, AFeedIsReadFromItsFirstKeepingOn) {
  EXPECT_FALSE(WasRead(kFeed));
  Keep(kFeed, {});
  EXPECT_TRUE(WasRead(kFeed));
  EXPECT_TRUE(Known(kFeed).empty());
  EXPECT_FALSE(WasRead(kOther));
}

TEST_P(NoticesTest, WhatIsKeptComesBackAsItWas) {
  Notice all = Make("a");
  all.news_at = clock_.Wall() - Millis(5);
  all.gone_since = clock_.Wall() + Millis(7);
  const Notice few = Make("bb");
  Keep(kFeed, {{all, few}, {}, {}});
  std::vector<Notice> known = Known(kFeed);
  ASSERT_EQ(known.size(), 2U);
  EXPECT_NE(known[0].id, known[1].id);
  for (Notice& notice : known) {
    EXPECT_GT(notice.id, 0);
    notice.id = 0;
  }
  EXPECT_THAT(known, ElementsAre(all, few));
}

TEST_P(NoticesTest, ChangesAreOfThisFeedAlone) {
  Keep(kFeed, {{Make("a"), Make("bb"), Make("ccc")}, {}, {}});
  Keep(kOther, {{Make("dddd")}, {}, {}});
  std::vector<Notice> known = Known(kFeed);
  const Notice other = Known(kOther).at(0);
  Notice changed = known.at(1);
  changed.title = "bb, løst";
  changed.state = NoticeState::kResolved;
  changed.concern = NoticeConcern::kLikely;
  changed.operating = false;
  changed.news_at = clock_.Wall();
  Notice foreign = other;
  foreign.title = "not this feed's";
  NoticeChanges changes{{}, {changed, foreign}, {known.at(0).id, other.id}};
  Keep(kFeed, changes);
  EXPECT_THAT(Known(kFeed), ElementsAre(changed, known.at(2)));
  EXPECT_THAT(Known(kOther), ElementsAre(other));
  // What is no longer there is neither changed nor removed, nor made anew.
  Keep(kFeed, {{}, {known.at(0)}, {known.at(0).id}});
  EXPECT_THAT(Known(kFeed), ElementsAre(changed, known.at(2)));
}

TEST_P(NoticesTest, FeedsAreForgottenWhole) {
  Keep(kFeed, {{Make("a")}, {}, {}});
  Keep(kOther, {{Make("bb")}, {}, {}});
  const std::vector<std::string> left = {kOther};
  EXPECT_TRUE(store_->ForgetFeedsBut(left).ok());
  EXPECT_FALSE(WasRead(kFeed));
  EXPECT_EQ(Known(kOther).size(), 1U);
  Keep(kFeed, {});
  EXPECT_TRUE(Known(kFeed).empty());
  EXPECT_TRUE(store_->ForgetFeedsBut({}).ok());
  EXPECT_FALSE(WasRead(kOther));
}

TEST_P(NoticesTest, TheyOutliveTheStoresProcess) {
  if (!maker_->durable()) return;
  Keep(kFeed, {{Make("a")}, {}, {}});
  const std::vector<Notice> before = Known(kFeed);
  clock_.Advance(std::chrono::hours(100));
  Open();
  EXPECT_EQ(Known(kFeed), before);
}

TEST_P(NoticesTest, TheyTouchNoMessageNoGateAndNoAlarm) {
  const Inserted message = Put(Row("a"));
  const auto before = store_->Look();
  Keep(kFeed, {{Make("a")}, {}, {}});
  const auto after = store_->Look();
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ(before->states, after->states);
  EXPECT_EQ(before->gates, after->gates);
  EXPECT_EQ(before->alarms.size(), after->alarms.size());
  EXPECT_EQ(before->last_event, after->last_event);
  EXPECT_EQ(StateOf(message.id), State::kDue);
}

UTBOKS_INSTANTIATE_STORES(NoticesTest);

}  // namespace
}  // namespace utboks::testing

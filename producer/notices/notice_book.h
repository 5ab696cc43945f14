// What a reading of a feed changes in what is known of it.  Pure.
//
// A notice is known by link, title and text.  It is news when it is new, or when its text
// is another: the feed edits in place, gives several one id, dates them wrongly, loses all
// and brings them back.  So a notice that is gone stays known, its dates are only shown,
// and times are our own.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "producer/xml/rss.h"
#include "queue/notice.h"

namespace utboks {

// More new ones than these in one reading are a feed put back or rebuilt, and no news.
inline constexpr std::size_t kMostNews = 10;

// As it stands in the feed: without an id and without times.
Notice ReadNotice(const RssItem& item, int place);

struct FeedReading {
  NoticeChanges changes;
  struct News {
    Notice notice;
    enum class Kind { kNew, kChanged } kind;
  };
  std::vector<News> news;  // in the order of the feed; empty for a first reading, or a flood
  std::size_t flood = 0;   // new and changed at once, when these were too many to be news
};

// `known`: all that is kept of the feed; nothing when it has never been read.
FeedReading CompareNotices(const std::optional<std::vector<Notice>>& known,
                           std::span<const RssItem> items, WallTime now);

// The one to show: of those that concern producers the latest by our own time.  Of those
// that came in one reading an open one goes before the others, then the feed's order
// decides; those that were no news come last.  nullptr: there is none.
const Notice* LatestForProducers(std::span<const Notice> notices);

}  // namespace utboks

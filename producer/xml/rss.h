// The items of an RSS 2.0 feed, as they stand: what they mean is the caller's to say.
// The feed is a stranger's: nothing in it is followed, and every size is bounded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "queue/base/status.h"

namespace utboks {

// A text that is not there is empty; one that is longer than any real one is cut.
// White space around each is gone.
struct RssItem {
  std::string title, link, guid;
  std::string published;    // pubDate, whatever it says
  std::string description;  // markup as the feed wraps it: HTML or Markdown
};

inline constexpr std::size_t kMostRssBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMostRssItems = 2'000;

// In the order of the feed.  kInvalid, with one line and none of the feed's words: larger
// than the bounds, not UTF-8, a DOCTYPE, broken XML, not RSS.  A feed without items is none
// of these.  Any thread.
Result<std::vector<RssItem>> ReadRss(std::string_view bytes);

}  // namespace utboks

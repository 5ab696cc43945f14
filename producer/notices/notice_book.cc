#include "producer/notices/notice_book.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "producer/notices/judgement.h"
#include "producer/notices/plain_text.h"
#include "queue/base/mask.h"
#include "queue/seal/seal.h"

namespace utboks {
namespace {

constexpr std::size_t kLongestTitle = 200;
constexpr std::size_t kLongestLink = 500;
constexpr std::size_t kLongestDate = 60;
// Of one feed.  Each real item has one row; the rest is room for what is gone.
constexpr std::size_t kMostKept = 3'000;
constexpr auto kGoneIsForgotten = std::chrono::days(90);

// What goes out to people: short, and never a person's number.
std::string Shown(std::string_view text, std::size_t most) {
  return MaskIdentifier(CutText(OnOneLine(PlainLines(text)), most));
}

// Whether the feed tells of it otherwise than we know.
bool SameWords(const Notice& a, const Notice& b) {
  return a.heading == b.heading && a.text == b.text;
}

void TakeOver(Notice& kept, const Notice& seen) {
  kept.heading = seen.heading;
  kept.text = seen.text;
  kept.title = seen.title;
  kept.link = seen.link;
  kept.published = seen.published;
  kept.operating = seen.operating;
  kept.concern = seen.concern;
  kept.state = seen.state;
  kept.place = seen.place;
  kept.gone_since.reset();
}

class Comparison {
 public:
  Comparison(const std::vector<Notice>& known, std::vector<Notice> seen, WallTime now)
      : seen_(std::move(seen)), now_(now), match_(seen_.size(), kNone) {
    kept_.reserve(known.size());
    for (const Notice& notice : known) kept_.push_back({notice, notice, false});
  }

  FeedReading Run(bool first) {
    MatchSame();
    MatchAbsent([](const Notice& a, const Notice& b) { return a.heading == b.heading; }, true);
    // Few of one text are another day's trouble in the same words; many are titles put
    // in order.
    if (std::ranges::count(match_, kNone) > static_cast<std::ptrdiff_t>(kMostNews)) {
      MatchAbsent([](const Notice& a, const Notice& b) { return a.text == b.text; }, false);
    }
    FeedReading reading;
    TakeIn(reading, first);
    Forget(reading);
    for (const Kept& one : kept_) {
      if (!one.forgotten && one.now != one.before) reading.changes.changed.push_back(one.now);
    }
    return reading;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  struct Kept {
    Notice before, now;
    bool here = false;  // in this reading
    bool forgotten = false;
  };

  void Match(std::size_t seen, std::size_t kept) {
    match_[seen] = kept;
    kept_[kept].here = true;
  }

  void MatchSame() {
    std::map<std::pair<NoticeHash, NoticeHash>, std::size_t> by_words;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      by_words.emplace(std::pair(kept_[i].before.heading, kept_[i].before.text), i);
    }
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const auto found = by_words.find(std::pair(seen_[i].heading, seen_[i].text));
      if (found != by_words.end()) Match(i, found->second);
    }
  }

  // What is new here and looks like one that has just gone is that one, edited or moved.
  template <typename Alike>
  void MatchAbsent(Alike alike, bool edited) {
    std::vector<std::size_t> vanished;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      if (!kept_[i].here && !kept_[i].before.gone_since) vanished.push_back(i);
    }
    std::ranges::sort(vanished, {}, [&](std::size_t i) { return kept_[i].before.place; });
    for (std::size_t i = 0; i < seen_.size() && !vanished.empty(); ++i) {
      if (match_[i] != kNone) continue;
      const auto found = std::ranges::find_if(
          vanished, [&](std::size_t at) { return alike(kept_[at].before, seen_[i]); });
      if (found == vanished.end()) continue;
      Match(i, *found);
      if (edited) edited_.push_back(i);
      vanished.erase(found);
    }
  }

  bool IsNews(std::size_t i) const {
    if (match_[i] == kNone) return true;
    const Notice& before = kept_[match_[i]].before;
    if (std::ranges::find(edited_, i) != edited_.end()) return true;
    // Under another title: news when that says something else.
    return !SameWords(before, seen_[i]) && before.state != seen_[i].state;
  }

  void TakeIn(FeedReading& reading, bool first) {
    std::vector<std::size_t> news;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (!first && IsNews(i)) news.push_back(i);
    }
    const bool flood = news.size() > kMostNews;
    if (flood) reading.flood = std::exchange(news, {}).size();
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const bool is_news = std::ranges::binary_search(news, i);
      const bool is_new = match_[i] == kNone;
      Notice fresh;
      Notice& notice = is_new ? fresh : kept_[match_[i]].now;
      TakeOver(notice, seen_[i]);
      if (is_new) notice.first_seen = now_;
      if (is_news) notice.news_at = now_;
      if (is_new) reading.changes.added.push_back(notice);
      if (is_news) {
        reading.news.push_back(
            {notice, is_new ? FeedReading::News::Kind::kNew : FeedReading::News::Kind::kChanged});
      }
    }
    for (Kept& one : kept_) {
      if (!one.here && !one.now.gone_since) one.now.gone_since = now_;
    }
  }

  // What has been gone for long, and beyond the bound those gone longest.
  void Forget(FeedReading& reading) {
    std::vector<std::size_t> gone;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      if (!kept_[i].here) gone.push_back(i);
    }
    std::ranges::sort(gone, {}, [&](std::size_t i) { return *kept_[i].now.gone_since; });
    std::size_t left = kept_.size() + reading.changes.added.size();
    for (const std::size_t i : gone) {
      if (left <= kMostKept && now_ - *kept_[i].now.gone_since <= kGoneIsForgotten) break;
      kept_[i].forgotten = true;
      reading.changes.removed.push_back(kept_[i].before.id);
      --left;
    }
  }

  std::vector<Notice> seen_;
  const WallTime now_;
  std::vector<Kept> kept_;
  std::vector<std::size_t> match_;   // of seen_ into kept_
  std::vector<std::size_t> edited_;  // into seen_, rising
};

// Later first.
auto Rank(const Notice& notice) {
  const bool news = notice.news_at.has_value();
  const WallTime at = notice.news_at.value_or(WallTime{});
  const bool open = news && notice.state == NoticeState::kOpen;
  return std::tuple(!news, -at.time_since_epoch().count(), !open, notice.gone_since.has_value(),
                    notice.place);
}

}  // namespace

Notice ReadNotice(const RssItem& item, int place) {
  const std::string title = OnOneLine(PlainLines(item.title));
  const std::string lines = PlainLines(item.description);
  const Judgement judgement = JudgeNotice(title, lines);
  Notice notice;
  notice.heading = Sha256(item.link + '\n' + title);
  notice.text = Sha256(OnOneLine(lines));
  const bool untitled = title.empty() || LowerNorwegian(title) == "no title";
  notice.title = Shown(untitled ? lines : title, kLongestTitle);
  notice.link = Shown(item.link, kLongestLink);
  notice.published = Shown(item.published, kLongestDate);
  notice.operating = judgement.operating;
  notice.concern = judgement.concern;
  notice.state = judgement.state;
  notice.place = place;
  return notice;
}

FeedReading CompareNotices(const std::optional<std::vector<Notice>>& known,
                           std::span<const RssItem> items, WallTime now) {
  std::vector<Notice> seen;
  std::map<std::pair<NoticeHash, NoticeHash>, bool> twice;
  for (const RssItem& item : items) {
    Notice notice = ReadNotice(item, static_cast<int>(seen.size()));
    if (twice.emplace(std::pair(notice.heading, notice.text), true).second) {
      seen.push_back(std::move(notice));
    }
  }
  return Comparison(known.value_or(std::vector<Notice>()), std::move(seen), now).Run(!known);
}

const Notice* LatestForProducers(std::span<const Notice> notices) {
  const Notice* latest = nullptr;
  for (const Notice& notice : notices) {
    if (!notice.operating || notice.concern == NoticeConcern::kNo) continue;
    if (latest == nullptr || Rank(notice) < Rank(*latest)) latest = &notice;
  }
  return latest;
}

}  // namespace utboks

#include "producer/notices/notice_watch.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "producer/notices/notice_book.h"
#include "producer/xml/rss.h"
#include "queue/base/log.h"

namespace utboks {
namespace {

std::string_view ConcernName(NoticeConcern concern) {
  return concern == NoticeConcern::kYes ? "yes" : "likely";
}

void Tell(std::string_view url, const FeedReading& reading, bool first, std::size_t items) {
  if (first) LogInfo("notices-first-read", {{"feed", ShownFeed(url)}, {"items", items}});
  if (reading.flood > 0) {
    LogInfo("notices-many-at-once", {{"feed", ShownFeed(url)}, {"count", reading.flood}});
  }
  for (const FeedReading::News& news : reading.news) {
    const Notice& notice = news.notice;
    if (!notice.operating || notice.concern == NoticeConcern::kNo) continue;
    LogInfo("register-notice",
            {{"change", news.kind == FeedReading::News::Kind::kNew ? "new" : "changed"},
             {"title", notice.title},
             {"state", NoticeStateName(notice.state)},
             {"concerns_producers", ConcernName(notice.concern)},
             {"link", notice.link},
             {"published", notice.published}});
  }
}

}  // namespace

std::string ShownFeed(std::string_view url) {
  return std::string(url.substr(0, url.find('?')));
}

NoticeWatch::NoticeWatch(std::vector<Feed> feeds, NoticeBoard& board, Millis interval, Clock& clock,
                         Random& random)
    : board_(board), interval_(interval), clock_(clock), random_(random) {
  for (Feed& feed : feeds) feeds_.push_back({std::move(feed), {}, {}, {}});
}

Status NoticeWatch::Start() {
  thread_ = std::thread([this] { Run(); });
  return Status();
}

void NoticeWatch::Stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void NoticeWatch::Run() {
  std::vector<std::string> urls;
  for (const Watched& watched : feeds_) urls.push_back(watched.feed.url);
  // What is left of others is shown to nobody; the next start tries again.
  static_cast<void>(board_.ForgetFeedsBut(urls));
  while (!stop_.stop_requested()) {
    for (Watched& watched : feeds_) {
      if (stop_.stop_requested()) return;
      if (clock_.Steady() < watched.next) continue;
      Look(watched);
      watched.next =
          clock_.Steady() + random_.Between(interval_ - interval_ / 10, interval_ + interval_ / 10);
    }
    const auto next = std::ranges::min_element(feeds_, {}, &Watched::next);
    clock_.WaitUntil(next == feeds_.end() ? clock_.Steady() + interval_ : next->next,
                     stop_.get_token());
  }
}

void NoticeWatch::Look(Watched& watched) {
  Status done;
  try {
    done = TakeIn(watched);
  } catch (const std::exception&) {
    done = Status(Code::kInvalid, "there was no memory to read it");
  }
  if (done.code() == Code::kCancelled || stop_.stop_requested()) return;
  const bool failed = !done.ok();
  if (failed && watched.failed != true) {
    LogWarning("notices-unread", {{"feed", ShownFeed(watched.feed.url)}, {"text", done.text()}});
  } else if (!failed && watched.failed == true) {
    LogInfo("notices-read-again", {{"feed", ShownFeed(watched.feed.url)}});
  }
  watched.failed = failed;
}

Status NoticeWatch::TakeIn(Watched& watched) {
  auto page = watched.feed.read(watched.tag, stop_.get_token());
  if (!page.ok()) return page.status();
  if (!page->changed) return Status();
  const auto items = ReadRss(page->body);
  if (!items.ok()) return items.status();
  const auto known = board_.Notices(watched.feed.url);
  if (!known.ok()) return known.status();
  const FeedReading reading = CompareNotices(*known, *items, clock_.Wall());
  const bool first = !known->has_value();
  if (first || !reading.changes.empty()) {
    UTBOKS_RETURN_IF_ERROR(board_.KeepNotices(watched.feed.url, reading.changes));
  }
  watched.tag = std::move(page->tag);
  Tell(watched.feed.url, reading, first, items->size());
  return Status();
}

}  // namespace utboks

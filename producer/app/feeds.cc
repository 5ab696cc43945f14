#include "producer/app/feeds.h"

#include <fmt/format.h>

#include <memory>
#include <stop_token>
#include <utility>

#include "producer/notices/notice_book.h"
#include "producer/xml/rss.h"

namespace utboks::app {

std::vector<Feed> FeedsOf(const Config& config) {
  std::vector<Feed> feeds;
  for (const std::string& url : config.notices.urls) {
    PageSettings settings;
    settings.address = *ParsePageAddress(url);  // the settings' table has looked
    settings.ca_file = config.notices.ca_file;
    if (!config.notices.proxy.empty()) settings.proxy = *ParseProxy(config.notices.proxy);
    settings.most_body = kMostRssBytes;
    auto made = PageReader::Make(settings);
    const Status status = made.status();
    std::shared_ptr<PageReader> reader;
    if (made.ok()) reader = *std::move(made);
    feeds.push_back({url,
                     [status, reader](const std::string& tag,
                                      const std::stop_token& stop) -> Result<PageReader::Page> {
                       if (reader == nullptr) return status;
                       return reader->Read(tag, stop);
                     }});
  }
  return feeds;
}

Result<std::optional<Notice>> LatestNotice(const Config& config, NoticeBoard& board) {
  std::vector<Notice> all;
  for (const std::string& url : config.notices.urls) {
    auto notices = board.Notices(url);
    if (!notices.ok()) return notices.status();
    if (*notices) all.insert(all.end(), (*notices)->begin(), (*notices)->end());
  }
  const Notice* latest = LatestForProducers(all);
  return latest == nullptr ? std::optional<Notice>() : *latest;
}

JsonObject NoticeJson(const Notice& notice) {
  JsonObject object;
  object.Add("title", notice.title).Add("link", notice.link);
  object.Add("state", NoticeStateName(notice.state));
  object.Add("concerns_producers", notice.concern == NoticeConcern::kYes ? "yes" : "likely");
  object.Add("first_seen", FormatUtc(notice.first_seen));
  if (notice.news_at) {
    object.Add("news_at", FormatUtc(*notice.news_at));
  } else {
    object.AddNull("news_at");
  }
  if (notice.published.empty()) {
    object.AddNull("published");
  } else {
    object.Add("published", notice.published);
  }
  return object;
}

std::string NoticeLine(const std::optional<Notice>& notice) {
  constexpr std::string_view kHead = "register's notice: ";
  if (!notice) return fmt::format("{}none that concerns producers", kHead);
  std::string seen = fmt::format("first seen {}", FormatOslo(notice->first_seen));
  if (!notice->news_at) {
    seen += ", or was there before";  // it came with the first reading, or many others
  } else if (*notice->news_at != notice->first_seen) {
    seen += fmt::format(", changed {}", FormatOslo(*notice->news_at));
  }
  const std::string dated =
      notice->published.empty() ? "" : fmt::format("dated \"{}\"; ", notice->published);
  return fmt::format("{}\"{}\": {}; {}; {}{}", kHead, notice->title, NoticeStateName(notice->state),
                     seen, dated, notice->link);
}

Finding ExamineFeed(const Feed& feed) {
  Finding finding{"notices", Grade::kOk, "", "", Code::kOk};
  const std::string name = ShownFeed(feed.url);
  const auto page = feed.read("", std::stop_token());
  const auto items = page.ok() ? ReadRss(page->body) : Result<std::vector<RssItem>>(page.status());
  if (items.ok()) {
    finding.text = fmt::format("{} is an RSS feed of {} items", name, items->size());
    return finding;
  }
  finding.grade = Grade::kWarn;
  finding.text = fmt::format("{} cannot be read: {}", name, items.status().text());
  finding.todo = "see [notices] urls, ca_file and proxy; messages go out without it";
  return finding;
}

}  // namespace utboks::app

// An RSS feed as the register's site generator writes it: one line, CDATA around titles
// and descriptions, guid the same as link, dates that say GMT whatever they are.
#pragma once

#include <span>
#include <string>

namespace utboks::testing {

struct FeedItem {
  std::string title, link, published;
  std::string description;  // HTML, or raw Markdown
};

inline constexpr const char* kFeedSite =
    "https://skatteetaten.github.io/folkeregisteret-api-dokumentasjon/";

inline std::string FeedText(std::span<const FeedItem> items,
                            const std::string& built = "Tue, 07 Jul 2026 09:58:13 GMT") {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss "
      "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
      "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" "
      "xmlns:atom=\"http://www.w3.org/2005/Atom\" version=\"2.0\"><channel>"
      "<title><![CDATA[Folkeregisteret]]></title>"
      "<description><![CDATA[Folkeregisteret]]></description><link>" +
      std::string(kFeedSite) + "</link><generator>metalsmith-feed</generator><lastBuildDate>" +
      built + "</lastBuildDate><atom:link href=\"" + kFeedSite +
      "rss.xml\" rel=\"self\" type=\"application/rss+xml\"/>";
  for (const FeedItem& item : items) {
    text += "<item><title><![CDATA[" + item.title + "]]></title><description><![CDATA[" +
            item.description + "]]></description><link>" + kFeedSite + item.link +
            "</link><guid isPermaLink=\"true\">" + kFeedSite + item.link + "</guid>";
    if (!item.published.empty()) text += "<pubDate>" + item.published + "</pubDate>";
    text += "</item>";
  }
  return text + "</channel></rss>";
}

}  // namespace utboks::testing

#include <algorithm>
#include <array>
#include <utility>

#include "producer/app/setting_rows.h"
#include "producer/net/endpoint.h"

namespace utboks::app {
namespace {

using enum SettingKind;

// Each costs the worker a reading of up to 30 s, one after the other.
constexpr std::size_t kMostFeeds = 8;

Status Wrong(std::string text) {
  return Status(Code::kConfig, std::move(text));
}

Status SetUrls(Config& config, const SettingValue& value) {
  if (value.list.size() > kMostFeeds) return Wrong("may name at most 8 feeds");
  for (const std::string& url : value.list) {
    if (const auto page = ParsePageAddress(url); !page.ok()) return page.status();
    if (std::count(value.list.begin(), value.list.end(), url) > 1) {
      return Wrong("names one feed twice");
    }
  }
  config.notices.urls = value.list;
  return Status();
}

Status SetProxy(Config& config, const SettingValue& value) {
  if (!ParseProxy(value.text).ok()) return Wrong("must be HOST:PORT");
  config.notices.proxy = value.text;
  return Status();
}

const std::array kRows = {
    Setting{.section = "notices",
            .key = "urls",
            .kind = kList,
            .fallback = "",
            .meaning = "RSS feeds of operating notices, https only. The latest notice that "
                       "concerns producers is shown by `utboks status`, beside the gates; it "
                       "changes nothing. Since September 2024 the register tells of its outages "
                       "on status.skatteetaten.no, and its feed "
                       "(https://skatteetaten.github.io/folkeregisteret-api-dokumentasjon/rss.xml) "
                       "has news alone.",
            .apply = SetUrls},
    Setting{.section = "notices",
            .key = "poll_interval",
            .kind = kDuration,
            .fallback = "10m",
            .low = kSecond,
            .high = kDay,
            .meaning = "How often they are read, a tenth more or less.",
            .apply = Put<&Config::notices, &NoticesSection::poll_interval>},
    Setting{.section = "notices",
            .key = "ca_file",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/feed-ca.pem",
            .meaning = "Authorities that the feeds' certificates are trusted by, as PEM. Left out: "
                       "those of the system. Our own certificate is never shown to a feed.",
            .apply = Put<&Config::notices, &NoticesSection::ca_file>},
    Setting{.section = "notices",
            .key = "proxy",
            .kind = kText,
            .fallback = "",
            .example = "proxy.example.no:3128",
            .meaning = "HTTP proxy that connections to the feeds go through (CONNECT). Left out: "
                       "none.",
            .apply = SetProxy},
};

}  // namespace

std::span<const Setting> NoticesRows() {
  return kRows;
}

}  // namespace utboks::app

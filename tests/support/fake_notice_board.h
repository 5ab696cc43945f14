// A board of notices in memory, which fails when the test says so.  For one thread at a
// time: a test looks when the thread under test has come to rest.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "queue/store.h"

namespace utboks::testing {

class FakeNoticeBoard : public NoticeBoard {
 public:
  std::map<std::string, std::vector<Notice>, std::less<>> feeds;
  int kept = 0;         // calls of KeepNotices
  Status next_failure;  // the next call of any kind gives this

  Result<std::optional<std::vector<Notice>>> Notices(std::string_view feed) override {
    if (!next_failure.ok()) return std::exchange(next_failure, Status());
    const auto found = feeds.find(feed);
    if (found == feeds.end()) return std::optional<std::vector<Notice>>();
    return std::optional(found->second);
  }

  Status KeepNotices(std::string_view feed, const NoticeChanges& changes) override {
    if (!next_failure.ok()) return std::exchange(next_failure, Status());
    ++kept;
    std::vector<Notice>& rows = feeds[std::string(feed)];
    for (const std::int64_t id : changes.removed) {
      std::erase_if(rows, [&](const Notice& row) { return row.id == id; });
    }
    for (const Notice& changed : changes.changed) {
      for (Notice& row : rows) {
        if (row.id == changed.id) row = changed;
      }
    }
    for (Notice added : changes.added) {
      added.id = ++last_id_;
      rows.push_back(std::move(added));
    }
    return Status();
  }

  Status ForgetFeedsBut(std::span<const std::string> but) override {
    if (!next_failure.ok()) return std::exchange(next_failure, Status());
    std::erase_if(feeds, [&](const auto& feed) {
      return std::find(but.begin(), but.end(), feed.first) == but.end();
    });
    return Status();
  }

 private:
  std::int64_t last_id_ = 0;
};

}  // namespace utboks::testing

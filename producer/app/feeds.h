// The configured feeds of operating notices: reading them, and showing what was read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "producer/app/config.h"
#include "producer/app/finding.h"
#include "producer/notices/notice_watch.h"
#include "queue/base/json.h"
#include "queue/store.h"

namespace utboks::app {

// One for each of [notices] urls.  One that cannot be set up (ca_file) gives the reason
// whenever it is read: what changes nothing must not keep a worker from starting either.
std::vector<Feed> FeedsOf(const Config& config);

// What `status` shows; nothing where no notice concerns producers.  Fails as the board.
Result<std::optional<Notice>> LatestNotice(const Config& config, NoticeBoard& board);
JsonObject NoticeJson(const Notice& notice);
std::string NoticeLine(const std::optional<Notice>& notice);

// A feed as doctor finds it, now.  Never a failure: it changes nothing.
Finding ExamineFeed(const Feed& feed);

}  // namespace utboks::app

// What is kept of the register's operating notices.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "queue/notice.h"
#include "queue/rows/work.h"

namespace utboks::rows {

Result<std::optional<std::vector<Notice>>> ReadNotices(Connection& db, std::string_view feed);
Status KeepNoticeRows(Work& work, std::string_view feed, const NoticeChanges& changes);
Status ForgetFeedRows(Work& work, std::span<const std::string> but);

}  // namespace utboks::rows

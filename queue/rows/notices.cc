#include "queue/rows/notices.h"

#include <algorithm>
#include <utility>

namespace utboks::rows {
namespace {

// Nothing: it was never read.
Result<std::optional<std::int64_t>> NumberOf(Connection& db, std::string_view feed) {
  Query q = db.Prepare("SELECT nr FROM notice_feed WHERE url = ?");
  q.BindText(feed);
  std::optional<std::int64_t> nr;
  if (q.Step()) nr = q.Int(0);
  UTBOKS_RETURN_IF_ERROR(q.status());
  return nr;
}

std::optional<std::int64_t> Millis64(const std::optional<WallTime>& time) {
  return time ? std::optional<std::int64_t>(ToMillis(*time)) : std::nullopt;
}

std::optional<WallTime> MaybeTime(const Query& q, int column) {
  const auto time = q.MaybeInt(column);
  return time ? std::optional(WallFromMillis(*time)) : std::nullopt;
}

NoticeHash HashAt(const Query& q, int column) {
  const std::string_view bytes = q.Blob(column);
  NoticeHash hash{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  return hash;
}

// Columns from heading on, in the order in which all statements here name them.
Query& BindNotice(Query& q, const Notice& notice) {
  q.BindBlob(notice.heading).BindBlob(notice.text);
  q.BindText(notice.title).BindText(notice.link).BindText(notice.published);
  q.Bind(notice.operating ? 1 : 0);
  q.Bind(static_cast<int>(notice.concern)).Bind(static_cast<int>(notice.state));
  q.Bind(ToMillis(notice.first_seen));
  return q.Bind(Millis64(notice.news_at)).Bind(Millis64(notice.gone_since)).Bind(notice.place);
}

// What a later program wrote, or a hand, must not become an enumerator that is none.
template <typename Enum>
Enum Within(std::int64_t value, Enum last, Enum otherwise) {
  const bool known = value >= 0 && value <= static_cast<std::int64_t>(last);
  return known ? static_cast<Enum>(value) : otherwise;
}

}  // namespace

Result<std::optional<std::vector<Notice>>> ReadNotices(Connection& db, std::string_view feed) {
  const auto nr = NumberOf(db, feed);
  if (!nr.ok()) return nr.status();
  if (!*nr) return std::optional<std::vector<Notice>>();
  std::vector<Notice> notices;
  Query q = db.Prepare(
      "SELECT heading, text, title, link, published, operating, concern, state, first_seen,"
      " news_at, gone_since, place, id FROM notice WHERE feed = ? ORDER BY id");
  q.Bind(**nr);
  while (q.Step()) {
    Notice notice;
    notice.heading = HashAt(q, 0);
    notice.text = HashAt(q, 1);
    notice.title = q.Text(2);
    notice.link = q.Text(3);
    notice.published = q.Text(4);
    notice.operating = q.Bool(5);
    notice.concern = Within(q.Int(6), NoticeConcern::kYes, NoticeConcern::kLikely);
    notice.state = Within(q.Int(7), NoticeState::kCalledOff, NoticeState::kOpen);
    notice.first_seen = WallFromMillis(q.Int(8));
    notice.news_at = MaybeTime(q, 9);
    notice.gone_since = MaybeTime(q, 10);
    notice.place = static_cast<int>(q.Int(11));
    notice.id = q.Int(12);
    notices.push_back(std::move(notice));
  }
  UTBOKS_RETURN_IF_ERROR(q.status());
  return std::optional(std::move(notices));
}

Status KeepNoticeRows(Work& work, std::string_view feed, const NoticeChanges& changes) {
  {
    Query q = work.db.Prepare(
        "INSERT INTO notice_feed (url, first_read) VALUES (?, ?) ON CONFLICT (url) DO NOTHING");
    q.BindText(feed).Bind(ToMillis(work.now));
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  const auto nr = NumberOf(work.db, feed);
  if (!nr.ok()) return nr.status();
  Query remove = work.db.Prepare("DELETE FROM notice WHERE id = ? AND feed = ?");
  for (const std::int64_t id : changes.removed) {
    remove.Bind(id).Bind(**nr);
    UTBOKS_RETURN_IF_ERROR(remove.Run());
    remove.Reset();
  }
  Query change = work.db.Prepare(
      "UPDATE notice SET heading = ?, text = ?, title = ?, link = ?, published = ?, operating = ?,"
      " concern = ?, state = ?, first_seen = ?, news_at = ?, gone_since = ?, place = ?"
      " WHERE id = ? AND feed = ?");
  for (const Notice& notice : changes.changed) {
    BindNotice(change, notice).Bind(notice.id).Bind(**nr);
    UTBOKS_RETURN_IF_ERROR(change.Run());
    change.Reset();
  }
  Query add = work.db.Prepare(
      "INSERT INTO notice (heading, text, title, link, published, operating, concern, state,"
      " first_seen, news_at, gone_since, place, feed)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const Notice& notice : changes.added) {
    BindNotice(add, notice).Bind(**nr);
    UTBOKS_RETURN_IF_ERROR(add.Run());
    add.Reset();
  }
  return Status();
}

Status ForgetFeedRows(Work& work, std::span<const std::string> but) {
  std::vector<std::int64_t> others;
  {
    Query q = work.db.Prepare("SELECT nr, url FROM notice_feed");
    while (q.Step()) {
      if (std::find(but.begin(), but.end(), q.Text(1)) == but.end()) others.push_back(q.Int(0));
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const std::int64_t nr : others) {
    Query notices = work.db.Prepare("DELETE FROM notice WHERE feed = ?");
    UTBOKS_RETURN_IF_ERROR(notices.Bind(nr).Run());
    Query feed = work.db.Prepare("DELETE FROM notice_feed WHERE nr = ?");
    UTBOKS_RETURN_IF_ERROR(feed.Bind(nr).Run());
  }
  return Status();
}

}  // namespace utboks::rows

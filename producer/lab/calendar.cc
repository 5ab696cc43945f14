#include "producer/lab/calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "producer/lab/csv.h"

namespace utboks::lab {
namespace {

constexpr std::size_t kMostRows = 10'000;
constexpr Millis kLongestOutage = std::chrono::hours(24 * 31);
constexpr std::array kRequired = {
    "id", "start_utc", "end_utc", "planned", "affects_producer_submission", "effect"};

Status Wrong(std::string why) {
  return Status(Code::kInvalid, std::move(why));
}

// `digits` digits at `at`; -1 when they are none.
int Number(std::string_view text, std::size_t at, std::size_t digits) {
  int number = 0;
  for (const char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

// 2021-05-12T11:00Z, or with seconds.
std::optional<WallTime> ParseUtc(std::string_view text) {
  const bool seconds = text.size() == 20;
  if (text.size() != 17 && !seconds) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text.back() != 'Z' || (seconds && text[16] != ':')) {
    return std::nullopt;
  }
  const int year = Number(text, 0, 4), month = Number(text, 5, 2), day = Number(text, 8, 2);
  const int hour = Number(text, 11, 2), minute = Number(text, 14, 2);
  const int second = seconds ? Number(text, 17, 2) : 0;
  if (std::min({year, month, day, hour, minute, second}) < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1971 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

class Columns {
 public:
  Status Read(const CsvRow& heads) {
    for (std::size_t i = 0; i < heads.fields.size(); ++i) {
      if (!places_.emplace(heads.fields[i], i).second) {
        return Wrong("two columns have the same name");
      }
    }
    for (const char* name : kRequired) {
      if (!places_.contains(name)) return Wrong(fmt::format("there is no column {}", name));
    }
    return Status();
  }
  std::size_t size() const { return places_.size(); }
  // "" where there is no such column.
  std::string_view At(const CsvRow& row, std::string_view name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? std::string_view() : row.fields[found->second];
  }

 private:
  std::map<std::string, std::size_t, std::less<>> places_;
};

Status ReadTime(std::string_view text, std::string_view name, std::optional<WallTime>* time) {
  if (text.empty()) return Status();
  *time = ParseUtc(text);
  return *time ? Status() : Wrong(fmt::format("{} is no time like 2021-05-12T11:00Z", name));
}

Status ReadEffect(std::string_view text, Outage* outage) {
  if (text == "down" || text == "read-only") {
    outage->effect = Effect::kDown;
  } else if (text == "unstable") {
    outage->effect = Effect::kUnstable;
  } else if (text == "delayed-feedback") {
    outage->effect = Effect::kDelayedFeedback;
  } else {
    return Wrong("effect is none of down, read-only, unstable, delayed-feedback");
  }
  return Status();
}

// One row: into calendar.outages, or counted among those left out.
Status ReadRow(const CsvRow& row, const Columns& columns, Calendar* calendar) {
  const auto at = [&](std::string_view name) { return columns.At(row, name); };
  Outage outage;
  outage.id = at("id");
  if (outage.id.empty()) return Wrong("id is empty");
  std::optional<WallTime> start, end;
  UTBOKS_RETURN_IF_ERROR(ReadTime(at("start_utc"), "start_utc", &start));
  UTBOKS_RETURN_IF_ERROR(ReadTime(at("end_utc"), "end_utc", &end));
  if (start && end && *end <= *start) return Wrong("end_utc does not come after start_utc");
  const std::string_view planned = at("planned"), affects = at("affects_producer_submission");
  if (planned != "yes" && planned != "no") return Wrong("planned is neither yes nor no");
  if (affects != "yes" && affects != "likely" && affects != "no") {
    return Wrong("affects_producer_submission is none of yes, likely, no");
  }
  if (const std::string_view answer = at("answer"); !answer.empty()) {
    outage.answer = ParseFailure(answer);
    if (!outage.answer) return Wrong("answer is none of refused, 500, 503-html, 404, hang, 429");
  }
  if (at("time_source").find("cancelled") != std::string_view::npos) {
    ++calendar->cancelled;
    return Status();
  }
  // What it did to others needs no word of ours.
  if (affects == "no") {
    ++calendar->of_others;
    return Status();
  }
  UTBOKS_RETURN_IF_ERROR(ReadEffect(at("effect"), &outage));
  if (!start) {
    ++calendar->without_start;
  } else if (!end) {
    ++calendar->without_end;
  } else if (*end - *start > kLongestOutage) {
    return Wrong("it lasts more than 31 days");
  } else {
    outage.start = *start;
    outage.end = *end;
    outage.planned = planned == "yes";
    calendar->outages.push_back(std::move(outage));
  }
  return Status();
}

Result<Calendar> Parse(std::string_view text) {
  const Result<std::vector<CsvRow>> rows = ReadCsv(text, kMostRows);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return Wrong("line 1: there is no line that names the columns");
  const auto place = [](const CsvRow& row, const Status& status) {
    return Wrong(fmt::format("line {}: {}", row.line, status.text()));
  };
  Columns columns;
  if (const Status status = columns.Read(rows->front()); !status.ok()) {
    return place(rows->front(), status);
  }
  Calendar calendar;
  std::set<std::string_view> ids;
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const CsvRow& row = (*rows)[i];
    if (row.fields.size() != columns.size()) {
      return place(row, Wrong(fmt::format("{} fields, the first line names {} columns",
                                          row.fields.size(), columns.size())));
    }
    if (!ids.insert(columns.At(row, "id")).second) {
      return place(row, Wrong("a row before it has the same id"));
    }
    if (const Status status = ReadRow(row, columns, &calendar); !status.ok()) {
      return place(row, status);
    }
  }
  std::ranges::stable_sort(calendar.outages, {}, &Outage::start);
  return calendar;
}

}  // namespace

Result<Calendar> ParseCalendar(std::string_view text, std::string_view name) {
  Result<Calendar> calendar = Parse(text);
  if (calendar.ok()) return calendar;
  return Status(calendar.code(), fmt::format("{}, {}", name, calendar.status().text()));
}

}  // namespace utboks::lab

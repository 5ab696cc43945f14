#include "producer/lab/mail.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace utboks::lab {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Millis kAround = minutes(30);
constexpr hours kNormalTime{1};
constexpr double kWeekend = 0.15;
constexpr double kSamePerson = 0.10;
constexpr std::size_t kLately = 100;

// Of a working day's messages, those that come in each hour.
constexpr std::array kHours = {0.002, 0.002, 0.002, 0.002, 0.002, 0.005, 0.015, 0.05,
                               0.10,  0.11,  0.11,  0.10,  0.10,  0.10,  0.10,  0.08,
                               0.05,  0.02,  0.015, 0.01,  0.01,  0.005, 0.005, 0.005};

// Messages an hour, and until when that holds.
struct Pace {
  double an_hour;
  WallTime until;
};

Pace PaceAt(WallTime now, int per_day) {
  const WallTime local = now + kNormalTime;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto hour = std::chrono::floor<hours>(local - day);
  const std::chrono::weekday weekday(day);
  const bool free = weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
  const double share = kHours[static_cast<std::size_t>(hour.count())] * (free ? kWeekend : 1);
  return {share * per_day, day + hour + hours(1) - kNormalTime};
}

}  // namespace

std::vector<Mail::Span> Mail::Spans(const Calendar& calendar) {
  std::vector<Span> spans;
  for (const Outage& outage : calendar.outages) {
    const Span span{outage.start - kAround, outage.end + kAround};
    if (spans.empty() || span.start > spans.back().end) {
      spans.push_back(span);
    } else {
      spans.back().end = std::max(spans.back().end, span.end);
    }
  }
  return spans;
}

double Mail::Expected(const Calendar& calendar, int per_day) {
  double messages = 0;
  for (const Span& span : Spans(calendar)) {
    for (WallTime at = span.start; at < span.end;) {
      const Pace pace = PaceAt(at, per_day);
      const WallTime until = std::min(pace.until, span.end);
      messages +=
          pace.an_hour * std::chrono::duration<double, std::ratio<3600>>(until - at).count();
      at = until;
    }
  }
  return messages;
}

Mail::Mail(const Calendar& calendar, int per_day, std::uint64_t seed)
    : spans_(Spans(calendar)), per_day_(per_day), random_(SeededRandom(seed)) {
  if (!spans_.empty()) Draw(spans_.front().start);
}

std::optional<WallTime> Mail::NextAt() const {
  return next_;
}

// Without memory, so that it may begin anew with each hour's pace.
void Mail::Draw(WallTime from) {
  next_.reset();
  while (span_ < spans_.size()) {
    from = std::max(from, spans_[span_].start);
    const Pace pace = PaceAt(from, per_day_);
    const double wait = -std::log(1 - random_->Unit()) / pace.an_hour * 3'600'000;
    const WallTime until = std::min(pace.until, spans_[span_].end);
    if (wait < static_cast<double>((until - from).count())) {
      next_ = from + Millis(static_cast<Millis::rep>(wait));
      return;
    }
    from = until;
    if (from == spans_[span_].end) ++span_;
  }
}

Letter Mail::Take() {
  assert(next_);
  Letter letter{*next_, 0, 0};
  double left = random_->Unit();
  while (letter.resource + 1 < kResources &&
         left >= kShares[static_cast<std::size_t>(letter.resource)]) {
    left -= kShares[static_cast<std::size_t>(letter.resource)];
    ++letter.resource;
  }
  if (!lately_.empty() && random_->Unit() < kSamePerson) {
    letter.person = lately_[random_->Below(lately_.size())];
  } else {
    letter.person = ++persons_;
  }
  if (lately_.size() < kLately) {
    lately_.push_back(letter.person);
  } else {
    lately_[oldest_++ % kLately] = letter.person;
  }
  Draw(letter.at);
  return letter;
}

}  // namespace utboks::lab

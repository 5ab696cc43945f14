#include "producer/lab/measures.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace utboks::lab {

Spread SpreadOf(std::vector<Millis> waits) {
  if (waits.empty()) return {};
  std::ranges::sort(waits);
  const auto rank = [&](double share) {
    const auto at = static_cast<std::size_t>(std::ceil(share * static_cast<double>(waits.size())));
    return waits[std::max<std::size_t>(at, 1) - 1];
  };
  return {rank(0.50), rank(0.99), waits.back()};
}

Measures::Measures(const Weather& weather)
    : weather_(weather), recoveries_(weather.episodes().size()) {}

void Measures::Advance(WallTime now) {
  const std::vector<Episode>& episodes = weather_.episodes();
  for (; ended_ < episodes.size() && episodes[ended_].end <= now; ++ended_) {
    const int end = static_cast<int>(ended_);
    for (auto& [message, waits] : waiting_) {
      if (waits.first_end < 0) waits.first_end = end;
      waits.last_end = end;
    }
    recoveries_[ended_].waited = static_cast<std::int64_t>(waiting_.size());
    recoveries_[ended_].left = recoveries_[ended_].waited;
    if (!waiting_.empty()) ++so_far_.waited_for;
  }
}

void Measures::Arrived(MessageSeq message, const Letter& letter) {
  ++so_far_.messages;
  waiting_.emplace(message, Waiting{letter.person});
  persons_[letter.person].push_back(message);
}

void Measures::Counted(WallTime now, bool failed, bool head, bool under_way) {
  minute_ever_.Add(now);
  so_far_.too_early += now < silent_until_ && !under_way ? 1 : 0;
  if (weather_.EpisodeAt(now) < 0) {
    second_.Add(now);
    minute_.Add(now);
    so_far_.failed_outside += failed ? 1 : 0;
  } else {
    so_far_.heads += head ? 1 : 0;
    so_far_.wasted_posts += !head && failed ? 1 : 0;
  }
}

void Measures::Posted(MessageSeq message, WallTime now, Failure failure, bool of_probe) {
  Waiting& waits = waiting_.at(message);
  so_far_.resent_in_doubt += waits.in_doubt ? 1 : 0;
  waits.in_doubt = waits.in_doubt || failure == Failure::kHang;
  Counted(now, failure != Failure::kNone, false, of_probe);
}

void Measures::AskedHead(WallTime now, Failure failure) {
  Counted(now, failure != Failure::kNone, true, false);
}

void Measures::Leaves(std::unordered_map<MessageSeq, Waiting>::iterator at) {
  const Waiting& waits = at->second;
  for (int end = waits.first_end; end >= 0 && end <= waits.last_end; ++end) {
    --recoveries_[static_cast<std::size_t>(end)].left;
  }
  const auto person = persons_.find(waits.person);
  std::erase(person->second, at->first);
  if (person->second.empty()) persons_.erase(person);
  waiting_.erase(at);
}

void Measures::Taken(MessageSeq message, WallTime now) {
  const auto at = waiting_.find(message);
  assert(at != waiting_.end());
  for (; unheard_ < ended_; ++unheard_) recoveries_[unheard_].any = now;
  const Waiting& waits = at->second;
  for (int end = waits.first_end; end >= 0 && end <= waits.last_end; ++end) {
    Recovery& recovery = recoveries_[static_cast<std::size_t>(end)];
    if (!recovery.first) recovery.first = now;
    recovery.last = now;
  }
  so_far_.overtaken += persons_.at(waits.person).front() != message ? 1 : 0;
  Leaves(at);
}

void Measures::GivenUp(MessageSeq message) {
  const auto at = waiting_.find(message);
  ++so_far_.given_up;
  so_far_.given_up_in_doubt += at->second.in_doubt ? 1 : 0;
  Leaves(at);
}

Summary Measures::Summarize() const {
  Summary summary = so_far_;
  const std::vector<Episode>& episodes = weather_.episodes();
  summary.episodes = static_cast<std::int64_t>(episodes.size());
  summary.left = static_cast<std::int64_t>(waiting_.size());
  std::vector<Millis> any, first, all, first_down, all_down;
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    const Episode& episode = episodes[i];
    summary.hours +=
        std::chrono::duration<double, std::ratio<3600>>(episode.end - episode.start).count();
    const Recovery& recovery = recoveries_[i];
    if (!recovery.first) continue;
    any.push_back(*recovery.any - episode.end);
    first.push_back(*recovery.first - episode.end);
    all.push_back(*recovery.last - episode.end);
    if (!episode.down) continue;
    first_down.push_back(first.back());
    all_down.push_back(all.back());
  }
  summary.any = SpreadOf(std::move(any));
  summary.first = SpreadOf(std::move(first));
  summary.all = SpreadOf(std::move(all));
  summary.first_down = SpreadOf(std::move(first_down));
  summary.all_down = SpreadOf(std::move(all_down));
  summary.recoveries = recoveries_;
  summary.peak_second = second_.most();
  summary.peak_minute = minute_.most();
  summary.peak_minute_ever = minute_ever_.most();
  return summary;
}

}  // namespace utboks::lab

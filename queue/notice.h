// What a store keeps of a register's operating notices.  Plain data.
//
// Nothing here decides anything of delivery: a notice is shown to people, beside the
// gates.  Its texts are public, cut, and without what looks like a person's number.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "queue/base/clock.h"

namespace utboks {

using NoticeHash = std::array<std::uint8_t, 32>;

// Stored as numbers: never renumber.
enum class NoticeState {
  kOpen = 0,       // trouble that nobody has called over
  kResolved = 1,   // trouble or work that is over, by the notice's own words
  kPlanned = 2,    // work that was announced; whether it has begun is not known
  kCalledOff = 3,  // work that will not be
};
std::string_view NoticeStateName(NoticeState state);  // "open", "resolved", "planned", "called_off"

// Whether it concerns who sends messages.  Stored as numbers: never renumber.
enum class NoticeConcern { kNo = 0, kLikely = 1, kYes = 2 };

struct Notice {
  std::int64_t id = 0;  // the store's; 0 = not stored yet
  // Of link and title, and of the text as people read it: together they are what a
  // notice is known by, for the feed's own ids are neither unique nor lasting.
  NoticeHash heading{}, text{};
  std::string title, link;
  std::string published;   // what the feed says, to be shown and never reckoned with
  bool operating = false;  // not mere news
  NoticeConcern concern = NoticeConcern::kNo;
  NoticeState state = NoticeState::kOpen;
  WallTime first_seen{};  // by us
  // When it last was news: new to us, or changed.  Nothing: it came with the first
  // reading of its feed, or with many others at once.
  std::optional<WallTime> news_at;
  std::optional<WallTime> gone_since;  // no longer in the feed, which means nothing
  int place = 0;                       // in the feed, from 0

  bool operator==(const Notice&) const = default;
};

struct NoticeChanges {
  std::vector<Notice> added;
  std::vector<Notice> changed;  // as they are now; known by id
  std::vector<std::int64_t> removed;

  bool empty() const { return added.empty() && changed.empty() && removed.empty(); }
};

}  // namespace utboks

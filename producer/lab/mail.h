// What an agency hands in while the lab looks: messages on persons, over the hours of
// a working week, the same for every policy.
//
// Looked at is the time around each outage of the calendar, late feedback too: from
// half an hour before its start until half an hour after its end.  Between, every
// policy delivers each message at once and nothing waits: that time is passed over,
// which is why years take seconds.
//
// A working day brings `per_day` messages, nine in ten of them between 7 and 17
// (Norwegian normal time), a Saturday or Sunday 15 % of that.  Six resources share them
// unevenly, and one message in ten is on the same person as one of the hundred before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "producer/lab/calendar.h"
#include "queue/base/clock.h"
#include "queue/base/random.h"

namespace utboks::lab {

inline constexpr std::array kShares = {0.45, 0.25, 0.15, 0.09, 0.04, 0.02};  // of each resource
inline constexpr int kResources = static_cast<int>(kShares.size());

struct Letter {
  WallTime at{};
  int resource = 0;
  std::int64_t person = 0;
};

class Mail {
 public:
  Mail(const Calendar& calendar, int per_day, std::uint64_t seed);

  // When the next comes; nothing when no more do.
  std::optional<WallTime> NextAt() const;
  Letter Take();

  // About how many come in all: what it takes to replay them.
  static double Expected(const Calendar& calendar, int per_day);

 private:
  struct Span {
    WallTime start{}, end{};
  };
  static std::vector<Span> Spans(const Calendar& calendar);
  void Draw(WallTime from);

  std::vector<Span> spans_;
  std::size_t span_ = 0;
  int per_day_;
  std::unique_ptr<Random> random_;
  std::optional<WallTime> next_;
  std::vector<std::int64_t> lately_;  // persons; a ring
  std::size_t oldest_ = 0;
  std::int64_t persons_ = 0;
};

}  // namespace utboks::lab

// What a policy did to a register that is out of order, and to the messages: counted
// by an account of its own, from what happens and not from what the policy says.
//
// The runner tells it of everything as it happens, in the order of time.  Not
// thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "producer/lab/mail.h"
#include "producer/lab/weather.h"
#include "queue/base/clock.h"
#include "queue/gate.h"

namespace utboks::lab {

// The largest number of things in any window of a length.
class Peak {
 public:
  explicit Peak(Millis length) : length_(length) {}
  void Add(WallTime at) {
    while (!times_.empty() && times_.front() + length_ <= at) times_.pop_front();
    times_.push_back(at);
    if (times_.size() > most_) most_ = times_.size();
  }
  std::int64_t most() const { return static_cast<std::int64_t>(most_); }

 private:
  Millis length_;
  std::deque<WallTime> times_;
  std::size_t most_ = 0;
};

// Half, nearly all and the largest of some waits; nothing of none.
struct Spread {
  std::optional<Millis> p50, p99, most;
};
// The wait that at most so many are longer than: the nearest rank, no value between.
Spread SpreadOf(std::vector<Millis> waits);

// After one episode.
struct Recovery {
  std::int64_t waited = 0;              // messages, at its end
  std::int64_t given_up_in_doubt = 0;   // of them, after requests without an answer
  std::int64_t left = 0;                // of them, neither taken nor given up yet
  std::optional<WallTime> first, last;  // of those taken
  std::optional<WallTime> any;          // first taken of all, also of those that came later
};

struct Summary {
  std::int64_t messages = 0;           // that came while the lab looked
  std::int64_t episodes = 0;           // outages, those that overlap as one
  std::int64_t waited_for = 0;         // episodes with a message waiting at their end
  double hours = 0;                    // of outage
  std::int64_t given_up = 0;           // a person must look, or it is gone
  std::int64_t given_up_in_doubt = 0;  // of them, after requests without an answer
  std::int64_t left = 0;            // still waiting at the end of all time: behind a given-up one
  std::int64_t wasted_posts = 0;    // in outages, and the register did not take them
  std::int64_t heads = 0;           // in outages, whatever came back
  std::int64_t failed_outside = 0;  // requests that failed while all was well: none can
  // From the end of an outage at which messages waited until the first message was
  // taken, the first of those that waited, and the last (of those not given up).
  Spread any, first, all;
  Spread first_down, all_down;                    // of episodes in which it was down
  std::int64_t peak_second = 0, peak_minute = 0;  // requests, outside outages
  std::int64_t peak_minute_ever = 0;
  std::int64_t resent_in_doubt = 0;  // requests for a message that an earlier one may have brought
  std::int64_t too_early = 0;        // requests before the time that a 429 asked for
  std::int64_t overtaken = 0;        // messages taken before an earlier one on the same person

  std::vector<Recovery> recoveries;  // of each episode

  double waste_an_hour() const {
    return hours > 0 ? static_cast<double>(wasted_posts + heads) / hours : 0;
  }
  double heads_an_hour() const { return hours > 0 ? static_cast<double>(heads) / hours : 0; }
};

class Measures {
 public:
  // `weather` must outlive it.
  explicit Measures(const Weather& weather);

  // Time has come to `now`: before anything else that happens then.
  void Advance(WallTime now);
  void Arrived(MessageSeq message, const Letter& letter);
  // A request for `message` begins; `failure`: what it meets.  `of_probe`: its HEAD went
  // before, and a 429 that another request got since comes too late for it.
  void Posted(MessageSeq message, WallTime now, Failure failure, bool of_probe = false);
  void AskedHead(WallTime now, Failure failure);
  // Its sender has read a 429: nothing is to come before `until`.
  void Asked(WallTime until) { silent_until_ = std::max(silent_until_, until); }
  void Taken(MessageSeq message, WallTime now);
  void GivenUp(MessageSeq message);

  Summary Summarize() const;

 private:
  struct Waiting {
    std::int64_t person = 0;
    bool in_doubt = false;              // a request for it has had no answer
    int first_end = -1, last_end = -1;  // the episodes at whose end it waited
  };

  void Counted(WallTime now, bool failed, bool head, bool under_way);
  void Leaves(std::unordered_map<MessageSeq, Waiting>::iterator at);

  const Weather& weather_;
  std::unordered_map<MessageSeq, Waiting> waiting_;
  std::unordered_map<std::int64_t, std::deque<MessageSeq>> persons_;
  std::vector<Recovery> recoveries_;
  std::size_t ended_ = 0;    // episodes that are over
  std::size_t unheard_ = 0;  // of them, those after which nothing was taken yet: from here on
  WallTime silent_until_{};
  Summary so_far_;
  Peak second_{Millis(1'000)}, minute_{Millis(60'000)}, minute_ever_{Millis(60'000)};
};

}  // namespace utboks::lab

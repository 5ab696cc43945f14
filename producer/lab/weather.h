// When the register is out of order, and how it shows: a calendar, with what it does
// not say filled in by chance.
//
// What the calendar leaves open is drawn once for each outage, from the seed and the
// outage's id alone, so that it is the same for every policy and beside whatever other
// outages.  `down`: every request fails, in one way: refused (30 %), 500 (25 %), 503 as
// a web page (20 %), hanging (15 %) or 404 (10 %).  `unstable`: 30 to 95 % of requests
// fail, each drawn by itself, all of one outage as 500, as 503 web page or refused (a
// third each).  The notices say no more than "unstable": it may have been one request
// in a hundred, or nearly all; below 30 % no policy is tried hard.  Requests without an
// answer are left out of `unstable` unless the calendar asks for them (answer = hang):
// docs/policy-lab.md shows what they cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "producer/lab/calendar.h"
#include "queue/base/clock.h"
#include "queue/base/random.h"

namespace utboks::lab {

// Outages that overlap or touch are one: what comes after it is measured once.
struct Episode {
  WallTime start{}, end{};
  bool down = false;  // an outage of it was `down`; else unstable only
  std::string ids;    // of its outages, joined by "+"
};

class Weather {
 public:
  Weather(const Calendar& calendar, std::uint64_t seed);

  // What a request that comes at `now` meets.
  Failure Meets(WallTime now, Random& random) const;
  // The episode that `now` lies in; -1 = none.  Its last moment belongs to it no more.
  int EpisodeAt(WallTime now) const;

  const std::vector<Episode>& episodes() const { return episodes_; }

 private:
  struct Spell {
    WallTime start{}, end{};
    Failure failure = Failure::kNone;
    double share = 0;  // of requests that fail
  };

  std::vector<Spell> spells_;  // in the order of their starts
  std::vector<Episode> episodes_;
  std::vector<std::size_t> first_spell_;  // of each episode
};

}  // namespace utboks::lab

// How much the measures do: all of it, or just enough to see that they run.
#pragma once

#include <cstdint>

#include "queue/base/clock.h"

namespace utboks::bench {

struct Scale {
  int rounds = 7;
  int documents = 50'000;            // validated in a round
  int of_each_contract = 2'000;      // likewise
  int groups = 300;                  // enqueue: commits of 64 in a round
  int singles = 1'500;               // enqueue: commits of one in a round
  int starts = 25;                   // of a whole program
  int drained = 20'000;              // messages in a round
  std::int64_t backlog = 1'000'000;  // messages that wait
  std::int64_t closed = 5'000'000;   // beside them, on PostgreSQL
  int cycles = 100;                  // claim and settle in a round
  Millis pace_warm_up{10'000};       // at the register's limit
  Millis pace_time{75'000};
  Millis slice_warm_up{6'000};  // longer than the bucket's burst
  Millis slice_time{10'000};
  Millis memory_time{20'000};
};

inline Scale Smoke() {
  return {.rounds = 2,
          .documents = 200,
          .of_each_contract = 5,
          .groups = 3,
          .singles = 5,
          .starts = 2,
          .drained = 200,
          .backlog = 2'000,
          .closed = 3'000,
          .cycles = 3,
          .pace_warm_up = Millis(500),
          .pace_time = Millis(1'000),
          .slice_warm_up = Millis(500),
          .slice_time = Millis(500),
          .memory_time = Millis(500)};
}

}  // namespace utboks::bench

// How much the measures do: all of it, or just enough to see that they run.
#pragma once

#include <cstdint>

namespace utboks::bench {

struct Scale {
  int rounds = 7;
  int documents = 20'000;  // validated in a round
  int groups = 300;        // enqueue: commits of 64 in a round
  int singles = 1'500;     // enqueue: commits of one
  int starts = 25;         // of a whole program
  int drained = 20'000;
  std::int64_t backlog = 1'000'000;  // messages that wait
  int cycles = 100;                  // claim and settle
};

inline Scale Smoke() {
  return {.rounds = 2,
          .documents = 200,
          .groups = 3,
          .singles = 5,
          .starts = 2,
          .drained = 200,
          .backlog = 2'000,
          .cycles = 3};
}

}  // namespace utboks::bench

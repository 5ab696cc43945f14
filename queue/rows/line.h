// The messages of each resource that may be claimed, oldest first.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "queue/base/clock.h"
#include "queue/rows/message_row.h"
#include "queue/rows/work.h"

namespace utboks::rows {

// Of one resource.
struct Line {
  GateRow* gate;
  int room;
  int most = 0;                       // how many of them are wanted
  std::vector<Candidate> candidates;  // those that are due
  std::optional<WallTime> later;      // when the next will be, where fewer than `most` are
  std::size_t next = 0;
};

// Fills `candidates` and `later` of all.
Status FillLines(Work& work, std::vector<Line>& lines);

// Of the columns seq, ressurs, lane, due_at, last_attempt, id of `ready`.
Candidate CandidateOf(const Query& q);

}  // namespace utboks::rows

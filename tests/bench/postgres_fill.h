// A store on PostgreSQL as a long time leaves it, made by SQL: closed messages with all that
// is kept of them, and then those that wait.
#pragma once

#include <cstdint>

#include "queue/base/clock.h"
#include "tests/bench/postgres_side.h"

namespace utboks::bench {

struct Filling {
  std::int64_t closed = 0;   // their content is purged; one a second up to `at`
  std::int64_t waiting = 0;  // each with a key of its own; due at `at`
  WallTime at{};
};

// The store is empty.  Six million rows of each table take some minutes.
void FillPostgres(const PostgresSide& side, const PostgresPlace& place, const Filling& filling);

}  // namespace utboks::bench

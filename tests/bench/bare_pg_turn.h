// A transaction on PostgreSQL by hand: the statements of queue/postgres/postgres_turn.
#pragma once

#include <cstdint>

#include "tests/bench/bare_pg_statement.h"

namespace utboks::bench::bare {

class PgTurn {
 public:
  explicit PgTurn(Postgres& db) : db_(db) {}
  // Sent, with what is sent after it until Go.
  void Begin() { begin_.Send(), take_.Send(); }
  void Read() {
    message = take_.Int(0, 0), attempt = take_.Int(0, 1);
    history = take_.Int(0, 2), job_ = take_.Int(0, 3);
  }
  // The last numbers given, from Read on.
  std::int64_t message = 0, attempt = 0, history = 0;
  // So many more are due, and accepted.
  void Commit(std::int64_t due, std::int64_t accepted) {
    if (due != 0) tally_.Send(0, due, 0, 0, accepted, 0, 0, 0);
    keep_.Send(message, attempt, history, job_);
    number_.Send(std::int64_t{1}, ++serial_, take_.Int(0, 4)), notify_.Send(), commit_.Send(),
        db_.Go();
  }

 private:
  Postgres& db_;
  std::int64_t job_ = 0, serial_ = 0;
  PgStatement begin_{db_, "BEGIN"};
  PgStatement take_{
      db_,
      "WITH mine AS MATERIALIZED"
      " (SELECT message, attempt, history, replay_job, needs FROM turn FOR UPDATE)"
      " SELECT message, attempt, history, replay_job,"
      " CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT), needs FROM mine"};
  PgStatement keep_{
      db_,
      "UPDATE turn SET message = $1, attempt = $2, history = $3, replay_job = $4 WHERE one = 1"};
  PgStatement tally_{
      db_,
      "UPDATE tally SET received = received + $1, due = due + $2, in_doubt = in_doubt + $3,"
      " held = held + $4, accepted = accepted + $5, closed = closed + $6, rejected = rejected + $7,"
      " cancelled = cancelled + $8 WHERE one = 1"};
  PgStatement number_{db_,
                      "INSERT INTO writer (id, serial, at) VALUES ($1, $2, $3)"
                      " ON CONFLICT (id) DO UPDATE SET serial = excluded.serial, at = excluded.at"};
  PgStatement notify_{db_, "NOTIFY utboks"};
  PgStatement commit_{db_, "COMMIT"};
};

}  // namespace utboks::bench::bare

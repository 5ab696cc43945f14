// What claiming and settling cost by themselves on PostgreSQL: the statements of
// queue/rows/claim and settle for messages that stand alone in their keys and are
// accepted, those of the turn around them, and nothing else.
#pragma once

#include <cstdint>
#include <string>

#include "tests/bench/bare_pg_statement.h"
#include "tests/bench/bare_pg_turn.h"
#include "tests/bench/bare_seal.h"

namespace utboks::bench::bare {

class PgDeliverer {
 public:
  explicit PgDeliverer(Postgres& db) : db_(db) {}
  // Claims up to `most` that are due at `now` in one commit and settles them as
  // accepted in another.  How many.
  int Deliver(std::int64_t most, std::int64_t now);

 private:
  Postgres& db_;
  PgTurn turn_{db_};
  Seal seal_;
  PgStatement gates_{db_, "SELECT * FROM gate ORDER BY nr"};
  PgStatement due_{db_,
                   "SELECT seq, ressurs, lane, due_at, last_attempt, id FROM ready"
                   " WHERE lane = 0 AND ressurs = $1 ORDER BY due_at, seq LIMIT $2"};
  PgStatement bucket_{db_, "SELECT tokens, filled_at FROM bucket"};
  PgStatement fill_{db_, "UPDATE bucket SET tokens = $1, filled_at = $2"};
  PgStatement attempt_{
      db_,
      "INSERT INTO attempt (id, message, prev, started, probe, gates_open, others_tried, worker)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
  PgStatement take_{
      db_, "DELETE FROM ready WHERE lane = $1 AND ressurs = $2 AND due_at = $3 AND seq = $4"};
  PgStatement lease_{db_,
                     "INSERT INTO lease (seq, ressurs, attempt, until) VALUES ($1, $2, $3, $4)"};
  PgStatement tried_{db_, "UPDATE gate SET last_tried = $1 WHERE nr = $2"};
  PgStatement read_{db_,
                    "SELECT m.seq, m.last_event, m.*, l.attempt"
                    " FROM message m LEFT JOIN lease l ON l.seq = m.seq"
                    " WHERE m.seq = ANY(CAST(string_to_array($1, ' ') AS BIGINT[]))"};
  PgStatement end_{db_,
                   "UPDATE attempt SET ended = $1, result = $2, counted = $3, http_status = $4,"
                   " reason = $5, evidence = $6 WHERE id = $7 AND message = $8"};
  PgStatement event_{
      db_,
      "INSERT INTO history (id, message, prev, ressurs, at, event, from_state, to_state, attempt,"
      " reason, actor, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};
  PgStatement write_{
      db_,
      "UPDATE message SET state = $1, reason = $2, ahead = $3, due_at = $4, waited_on = $5,"
      " attempts = $6, counted = $7, unanswered = $8, doubts = $9, crashes = $10, backoff = $11,"
      " first_failure = $12, judged = $13, blame = $14, in_keys = $15, followed = $16,"
      " after_followers = $17, last_attempt = $18, receipt = $19, last_event = $20,"
      " changed_at = $21 WHERE seq = $22"};
  PgStatement leave_{db_, "DELETE FROM lease WHERE seq = $1"};
  PgStatement after_{db_, "SELECT 1 FROM message WHERE after_followers = 1 LIMIT 1"};
};

}  // namespace utboks::bench::bare

// What putting in costs by itself on PostgreSQL: the statements of queue/rows/insert, in
// its order and with its bytes, those of the turn around them, and nothing else.
#pragma once

#include <span>
#include <string>

#include "tests/bench/bare_pg_statement.h"
#include "tests/bench/bare_pg_turn.h"
#include "tests/bench/bare_seal.h"
#include "tests/bench/letter.h"

namespace utboks::bench::bare {

class PgInserter {
 public:
  explicit PgInserter(Postgres& db) : db_(db) {}
  // One commit.  The store has one resource, with gate 1.
  void Insert(std::span<const Letter> letters);

 private:
  Postgres& db_;
  PgTurn turn_{db_};
  Seal seal_;
  PgStatement gates_{db_, "SELECT * FROM gate ORDER BY nr"};
  PgStatement known_{db_,
                     "SELECT r.identifikator, m.id, r.digest,"
                     " CASE WHEN l.seq IS NULL THEN m.state ELSE 2 END FROM record r"
                     " JOIN message m ON m.seq = r.seq LEFT JOIN lease l ON l.seq = r.seq"
                     " WHERE r.identifikator = ANY(CAST(CAST($1 AS TEXT) AS BYTEA[])) UNION ALL"
                     " SELECT identifikator, id, digest, state FROM tombstone"
                     " WHERE identifikator = ANY(CAST(CAST($1 AS TEXT) AS BYTEA[]))"};
  PgStatement before_{db_,
                      "SELECT u.key, t.seq, t.in_keys"
                      " FROM unnest(CAST(CAST($1 AS TEXT) AS BYTEA[])) AS u(key)"
                      " CROSS JOIN LATERAL (SELECT k.seq, m.in_keys FROM order_key k"
                      " JOIN message m ON m.seq = k.seq WHERE k.key = u.key AND k.gone = 0"
                      " ORDER BY k.seq DESC LIMIT 2) AS t"};
  PgStatement key_{
      db_, "INSERT INTO order_key (key, gone, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"};
  PgStatement event_{
      db_,
      "INSERT INTO history (id, message, prev, ressurs, at, event, from_state, to_state, attempt,"
      " reason, actor, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};
  PgStatement message_{
      db_,
      "INSERT INTO message (seq, id, ressurs, lane, state, ahead, due_at, not_before, last_event,"
      " changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
  PgStatement ready_{
      db_,
      "INSERT INTO ready (lane, ressurs, due_at, seq, id, last_attempt, doubt, waited_on)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
  PgStatement record_{
      db_,
      "INSERT INTO record (seq, identifikator, digest, saksreferanse, names, keys, edition,"
      " schema_hash, received) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
  PgStatement content_{db_, "INSERT INTO content (seq, document) VALUES ($1, $2)"};
};

}  // namespace utboks::bench::bare

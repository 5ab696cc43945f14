// What putting in costs by itself: the statements of queue/sqlite/insert, in its
// order and with its bytes, and nothing else.
#pragma once

#include <span>
#include <string>

#include "tests/bench/bare_seal.h"
#include "tests/bench/bare_sqlite.h"
#include "tests/bench/letter.h"

namespace utboks::bench::bare {

std::int64_t Now();  // milliseconds of UTC

class Inserter {
 public:
  explicit Inserter(Sqlite& db) : db_(db) {}
  // One commit.
  void Insert(std::span<const Letter> letters);

 private:
  Sqlite& db_;
  Seal seal_;
  Statement begin_{db_, "BEGIN IMMEDIATE"};
  Statement last_{db_, "SELECT seq FROM sqlite_sequence WHERE name = 'message'"};
  Statement known_{db_,
                   "SELECT m.id, r.digest, iif(l.seq IS NULL, m.state, 2) FROM record r"
                   " JOIN message m ON m.seq = r.seq LEFT JOIN lease l ON l.seq = r.seq"
                   " WHERE r.identifikator = ?"};
  Statement tomb_{db_, "SELECT id, digest, state FROM tombstone WHERE identifikator = ?"};
  Statement gate_{db_, "SELECT * FROM gate WHERE name = ?"};
  Statement make_gate_{db_, "INSERT INTO gate (name) VALUES (?)"};
  Statement before_{db_,
                    "SELECT k.seq, m.in_keys FROM order_key k JOIN message m ON m.seq = k.seq"
                    " WHERE k.key = ? AND k.gone = 0 AND k.seq < ? ORDER BY k.seq DESC LIMIT 1"};
  Statement key_{db_,
                 "INSERT INTO order_key (key, gone, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"};
  Statement event_{
      db_,
      "INSERT INTO history (message, prev, ressurs, at, event, from_state, to_state, attempt,"
      " reason, actor, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement message_{
      db_,
      "INSERT INTO message (seq, id, ressurs, lane, state, ahead, due_at, not_before, last_event,"
      " changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement ready_{
      db_,
      "INSERT INTO ready (lane, ressurs, due_at, seq, id, last_attempt, doubt, waited_on)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement record_{
      db_,
      "INSERT INTO record (seq, identifikator, digest, saksreferanse, names, keys, edition,"
      " schema_hash, received) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement content_{db_, "INSERT INTO content (seq, document) VALUES (?, ?)"};
  Statement tally_{
      db_,
      "UPDATE tally SET received = received + ?, due = due + ?, in_doubt = in_doubt + ?,"
      " held = held + ?, accepted = accepted + ?, closed = closed + ?, rejected = rejected + ?,"
      " cancelled = cancelled + ? WHERE one = 1"};
  Statement commit_{db_, "COMMIT"};
};

}  // namespace utboks::bench::bare

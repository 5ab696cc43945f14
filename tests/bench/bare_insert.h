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
                   "SELECT r.id, r.digest, m.state FROM record r JOIN message m ON m.seq = r.seq"
                   " WHERE r.identifikator = ?"};
  Statement tomb_{db_, "SELECT id, digest, state FROM tombstone WHERE identifikator = ?"};
  Statement gate_{db_, "SELECT * FROM gate WHERE name = ?"};
  Statement make_gate_{db_, "INSERT INTO gate (name) VALUES (?)"};
  Statement first_{db_,
                   "SELECT seq FROM order_key WHERE key = ? AND gone = 0 ORDER BY seq LIMIT 1"};
  Statement key_{db_, "INSERT INTO order_key (key, gone, seq) VALUES (?, ?, ?)"};
  Statement event_{
      db_,
      "INSERT INTO history (message, prev, ressurs, at, event, from_state, to_state, attempt,"
      " reason, actor, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement message_{
      db_,
      "INSERT INTO message (seq, ressurs, state, ahead, eligible, due_at, not_before, last_event,"
      " changed_at) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)"};
  Statement record_{
      db_,
      "INSERT INTO record (seq, id, identifikator, digest, saksreferanse, names, keys, edition,"
      " schema_hash, received) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement content_{db_, "INSERT INTO content (seq, document) VALUES (?, ?)"};
  Statement commit_{db_, "COMMIT"};
};

}  // namespace utboks::bench::bare

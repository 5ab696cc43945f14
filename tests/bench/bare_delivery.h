// What claiming and settling cost by themselves: the statements of
// queue/sqlite/claim and settle for messages that stand alone in their keys and are
// accepted, and nothing else.
#pragma once

#include <cstdint>
#include <string>

#include "tests/bench/bare_seal.h"
#include "tests/bench/bare_sqlite.h"

namespace utboks::bench::bare {

class Deliverer {
 public:
  explicit Deliverer(Sqlite& db) : db_(db) {}
  // Claims up to `most` that are due at `now` in one commit and settles them as
  // accepted in another.  How many.
  int Deliver(std::int64_t most, std::int64_t now);

 private:
  Sqlite& db_;
  Seal seal_;
  Statement begin_{db_, "BEGIN IMMEDIATE"};
  Statement gate_{db_, "SELECT * FROM gate WHERE nr = ?"};
  Statement due_{
      db_,
      "SELECT m.seq, m.last_attempt, r.id FROM message m LEFT JOIN record r ON r.seq = m.seq"
      " WHERE m.eligible = 1 AND m.lane = 0 AND m.ressurs = ? AND m.due_at <= ?"
      " ORDER BY m.due_at, m.seq LIMIT ?"};
  Statement bucket_{db_, "SELECT tokens, filled_at FROM bucket"};
  Statement fill_{db_, "UPDATE bucket SET tokens = ?, filled_at = ?"};
  Statement attempt_{
      db_,
      "INSERT INTO attempt (message, prev, started, probe, gates_open, others_tried, worker)"
      " VALUES (?, ?, ?, ?, ?, ?, ?)"};
  Statement take_{
      db_,
      "UPDATE message SET state = 2, eligible = 0, attempts = attempts + 1, last_attempt = ?,"
      " changed_at = ? WHERE seq = ?"};
  Statement tried_{db_, "UPDATE gate SET last_tried = ? WHERE nr = ?"};
  Statement read_{db_, "SELECT due_at, last_event, m.* FROM message m WHERE seq = ?"};
  Statement end_{db_,
                 "UPDATE attempt SET ended = ?, result = ?, counted = ?, http_status = ?, reason = "
                 "?, evidence = ? WHERE id = ? AND message = ?"};
  Statement event_{
      db_,
      "INSERT INTO history (message, prev, ressurs, at, event, from_state, to_state, attempt,"
      " reason, actor, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement write_{
      db_,
      "UPDATE message SET state = ?, reason = ?, ahead = ?, eligible = ?, due_at = ?,"
      " waited_on = ?, attempts = ?, counted = ?, unanswered = ?, doubts = ?, crashes = ?,"
      " backoff = ?, first_failure = ?, judged = ?, blame = ?, in_keys = ?, after_followers = ?,"
      " last_attempt = ?, receipt = ?, last_event = ?, changed_at = ?, followed = ? WHERE seq = ?"};
  Statement after_{db_, "SELECT 1 FROM message WHERE after_followers = 1 LIMIT 1"};
  Statement commit_{db_, "COMMIT"};
};

}  // namespace utboks::bench::bare

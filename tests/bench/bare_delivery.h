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
  Statement due_{db_,
                 "SELECT seq, ressurs, lane, due_at, last_attempt, id FROM ready"
                 " WHERE lane = 0 AND ressurs = ? ORDER BY due_at, seq LIMIT ?"};
  Statement bucket_{db_, "SELECT tokens, filled_at FROM bucket"};
  Statement fill_{db_, "UPDATE bucket SET tokens = ?, filled_at = ?"};
  Statement attempt_{
      db_,
      "INSERT INTO attempt (message, prev, started, probe, gates_open, others_tried, worker)"
      " VALUES (?, ?, ?, ?, ?, ?, ?)"};
  Statement take_{db_,
                  "DELETE FROM ready WHERE lane = ? AND ressurs = ? AND due_at = ? AND seq = ?"};
  Statement lease_{db_, "INSERT INTO lease (seq, ressurs, attempt) VALUES (?, ?, ?)"};
  Statement tried_{db_, "UPDATE gate SET last_tried = ? WHERE nr = ?"};
  Statement read_{db_,
                  "SELECT m.last_event, m.*, l.attempt"
                  " FROM message m LEFT JOIN lease l ON l.seq = m.seq WHERE m.seq = ?"};
  Statement end_{db_,
                 "UPDATE attempt SET ended = ?, result = ?, counted = ?, http_status = ?, reason = "
                 "?, evidence = ? WHERE id = ? AND message = ?"};
  Statement event_{
      db_,
      "INSERT INTO history (message, prev, ressurs, at, event, from_state, to_state, attempt,"
      " reason, actor, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement write_{
      db_,
      "UPDATE message SET state = ?, reason = ?, ahead = ?, due_at = ?, waited_on = ?,"
      " attempts = ?, counted = ?, unanswered = ?, doubts = ?, crashes = ?, backoff = ?,"
      " first_failure = ?, judged = ?, blame = ?, in_keys = ?, followed = ?, after_followers = ?,"
      " last_attempt = ?, receipt = ?, last_event = ?, changed_at = ? WHERE seq = ?"};
  Statement leave_{db_, "DELETE FROM lease WHERE seq = ?"};
  Statement after_{db_, "SELECT 1 FROM message WHERE after_followers = 1 LIMIT 1"};
  Statement tally_{
      db_,
      "UPDATE tally SET received = received + ?, due = due + ?, in_doubt = in_doubt + ?,"
      " held = held + ?, accepted = accepted + ?, closed = closed + ?, rejected = rejected + ?,"
      " cancelled = cancelled + ? WHERE one = 1"};
  Statement commit_{db_, "COMMIT"};
};

}  // namespace utboks::bench::bare

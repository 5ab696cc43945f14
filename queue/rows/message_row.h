// A message as this store keeps it, over three tables.
//
// `message` has one row for each, `ready` one for each that may be claimed (now or
// when its time comes), `lease` one for each that is being sent.  A claim moves a
// message from `ready` to `lease` and leaves its row alone: both are small and in
// the order of sending, while rows lie in the order of arrival, so in a large store
// each would cost a page of its own.  The row learns of the attempt when it is
// settled.  Nobody outside these functions sees the difference: a MessageRow reads
// and writes as if all stood in one place.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/disposition.h"
#include "queue/message.h"
#include "queue/rows/connection.h"
#include "queue/rows/tally.h"

namespace utboks::rows {

struct MessageRow {
  Uuid id{};
  int ressurs = 0;
  int lane = 0;
  MessageFacts facts;
  int ahead = 0;
  std::optional<WallTime> not_before;
  WaitedOn waited_on = WaitedOn::kNothing;
  int attempts = 0;
  bool in_keys = true;
  bool followed = false;
  bool after_followers = false;
  std::int64_t last_attempt = 0;  // while sending, the lease's token
  std::int64_t receipt = 0;
  std::int64_t last_event = 0;
  WallTime changed_at{};

  bool ready() const {
    return (facts.state == State::kDue || facts.state == State::kInDoubt) && ahead == 0 &&
           !after_followers;
  }

  // What the tables hold, for Messages::Write alone.
  struct Stored {
    bool leased = false;
    bool ready = false;
    State state = State::kDue;  // of the row, where a lease says sending
    std::int64_t last_attempt = 0;
    WallTime due_at{};
    bool doubt = false;
    WaitedOn waited_on = WaitedOn::kNothing;
  } stored;
};

// The messages, as one transaction sees and changes them.
class Messages {
 public:
  explicit Messages(Connection& db) : db_(db) {}

  // kNotFound when there is none.
  Result<MessageRow> Read(MessageSeq seq);
  // Puts all three tables right.  A state of sending is only ever kept, never made.
  Status Write(MessageRow& row);
  // One that is new to the store.
  Status Insert(MessageRow& row);
  // These will be read one after the other: where the database is far away they are
  // fetched at once.  What is written meanwhile is read anew.
  Status LookAhead(std::span<const MessageSeq> seqs);
  // Its row alone.
  Status Remove(const MessageRow& row);
  // What has become of their states is counted: once, when all is done.
  Status WriteTally() { return tally_.Write(db_); }

 private:
  Connection& db_;
  std::unordered_map<MessageSeq, MessageRow> ahead_;
  Tally tally_;
};

// A message that may be claimed, with what its lease needs.
struct Candidate {
  MessageSeq seq = 0;
  int ressurs = 0;
  int lane = 0;
  WallTime due_at{};
  std::int64_t last_attempt = 0;
  Uuid id{};
};
// From `ready` to `lease`; the caller has written `attempt`.
Status MoveToLease(Connection& db, const Candidate& candidate, std::int64_t attempt,
                   WallTime until);

// Its order keys, 16 bytes each.
Result<std::string> ReadKeys(Connection& db, MessageSeq seq);

inline std::optional<std::int64_t> MillisOf(const std::optional<WallTime>& time) {
  return time ? std::optional<std::int64_t>(ToMillis(*time)) : std::nullopt;
}
inline std::optional<WallTime> TimeOf(const std::optional<std::int64_t>& millis) {
  return millis ? std::optional(WallFromMillis(*millis)) : std::nullopt;
}
Uuid UuidOf(std::string_view blob);

}  // namespace utboks::rows

// What every operation of the SQLite store works with: one write transaction, its
// time, and the rows it reads and writes.  An operation is a function that takes a
// Work; the writer commits or takes back what it did.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/delivery_settings.h"
#include "queue/disposition.h"
#include "queue/gate.h"
#include "queue/message.h"
#include "queue/seal/seal.h"
#include "queue/sqlite/connection.h"

namespace utboks::sqlite {

// What stays the same from one transaction to the next.
struct StoreContext {
  const Sealer& sealer;
  DeliverySettings settings;
  Random& random;
  std::string worker;
};

inline constexpr int kSite = 0;

struct GateRow {
  int nr = kSite;
  Gate gate;
  MessageSeq last_tried = 0;
  bool operator==(const GateRow&) const = default;
};

// The gates that a transaction looks at: read once, written back when changed.
class GateBook {
 public:
  explicit GateBook(Connection& db) : db_(db) {}

  Result<GateRow*> At(int nr);
  // Makes the row of a resource that is new to the store.
  Result<GateRow*> Named(std::string_view name);
  Result<std::vector<GateRow*>> All();
  Status WriteChanges();

 private:
  struct Held {
    GateRow row;
    GateRow stored;
  };
  GateRow* Keep(GateRow row);

  Connection& db_;
  std::map<int, Held> held_;
  bool all_ = false;
};

struct Work {
  Connection& db;
  const StoreContext& store;
  WallTime now;
  GateBook gates{db};
  // Whether any message waits until its followers have come to rest, once asked.
  std::optional<bool> someone_after_followers = std::nullopt;
};

// A row of `message`.
struct MessageRow {
  int ressurs = kSite;
  MessageFacts facts;
  int ahead = 0;
  std::optional<WallTime> not_before;
  WaitedOn waited_on = WaitedOn::kNothing;
  int attempts = 0;
  bool in_keys = true;
  bool followed = false;
  bool after_followers = false;
  std::int64_t last_attempt = 0;
  std::int64_t receipt = 0;
  std::int64_t last_event = 0;
  WallTime changed_at{};

  bool eligible() const {
    return (facts.state == State::kDue || facts.state == State::kInDoubt) && ahead == 0 &&
           !after_followers;
  }
};

// kNotFound when there is none.
Result<MessageRow> ReadMessage(Connection& db, MessageSeq seq);
Status WriteMessage(Connection& db, const MessageRow& row);

// What never changes of a message, as far as operations need it.
struct Identity {
  Uuid id{};
  std::string keys;  // 16 bytes each
};
Result<Identity> ReadIdentity(Connection& db, MessageSeq seq);

// One row of history; `row.last_event` becomes it, and the caller writes `row`.
struct NewEvent {
  std::string_view event;
  std::optional<State> from;
  State to = State::kDue;
  std::int64_t attempt = 0;
  std::string_view reason;
  std::string_view actor;
  std::string_view why;  // sealed already, or empty
};
Status AddEvent(Work& work, MessageRow& row, const NewEvent& event);
// An event of a gate or an alarm, not of a message.
Status AddGateEvent(Work& work, int ressurs, const NewEvent& event);

Status RaiseAlarm(Work& work, std::string_view name, std::string_view subject, bool until_seen);
Status ClearAlarm(Work& work, std::string_view name, std::string_view subject);

// The word of history for a change of state.
std::string_view EventWord(State to, Cause cause);

inline std::optional<std::int64_t> MillisOf(const std::optional<WallTime>& time) {
  return time ? std::optional<std::int64_t>(ToMillis(*time)) : std::nullopt;
}
inline std::optional<WallTime> TimeOf(const std::optional<std::int64_t>& millis) {
  return millis ? std::optional(WallFromMillis(*millis)) : std::nullopt;
}
Uuid UuidOf(std::string_view blob);

}  // namespace utboks::sqlite

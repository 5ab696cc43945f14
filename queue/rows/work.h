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
#include "queue/rows/connection.h"
#include "queue/rows/message_row.h"
#include "queue/seal/seal.h"

namespace utboks::rows {

// What stays the same from one transaction to the next.
struct StoreContext {
  const Sealer& sealer;
  DeliverySettings settings;
  Random& random;
  std::string worker;
  // So long a claimed message is its worker's, by the store's clock.
  Millis lease{};
};

inline constexpr int kSite = 0;

struct GateRow {
  int nr = kSite;
  Gate gate;
  MessageSeq last_tried = 0;
  // Waits that its failures gave, up to this attempt, ended when it opened, and not
  // all of them are written yet (EndWaits); 0: nothing is left to write.
  std::int64_t waits_end = 0;
  bool operator==(const GateRow&) const = default;
};

// The gates that a transaction looks at: read once, written back when changed.  Where the
// database is far away all are read as soon as one is wanted: there are few.
class GateBook {
 public:
  explicit GateBook(Connection& db) : db_(db) {}

  // They will be wanted.
  void Ask();
  Result<GateRow*> At(int nr);
  // Makes the row of a resource that is new to the store.
  Result<GateRow*> Named(std::string_view name);
  Result<std::vector<GateRow*>> All();
  struct Held {
    GateRow row;
    GateRow stored;
  };
  // Those that differ from what is stored.
  std::vector<Held*> Changed();

 private:
  GateRow* Keep(const GateRow& row);
  Status ReadAll();

  Connection& db_;
  std::map<int, Held> held_;
  bool all_ = false;
  std::optional<Query> asked_;  // for all of them
};

struct Work {
  Connection& db;
  const StoreContext& store;
  WallTime now;
  GateBook gates{db};
  Messages messages{db};
  // Whether any message waits until its followers have come to rest, once asked.
  std::optional<bool> someone_after_followers = std::nullopt;
};

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
// The gates that the transaction has changed, each with its rows of history.
Status WriteGates(Work& work);
// A pause whose time has come.
Status EndPause(Work& work, GateRow& row);

// Who did what nobody asked for.
inline constexpr std::string_view kWorkerActor = "worker";

Status RaiseAlarm(Work& work, std::string_view name, std::string_view subject, bool until_seen);
Status ClearAlarm(Work& work, std::string_view name, std::string_view subject);

// The event of a person who saw content: no decision.
inline constexpr std::string_view kContentRead = "content-read";

// The word of history for a change of state.
std::string_view EventWord(State to, Cause cause);

}  // namespace utboks::rows

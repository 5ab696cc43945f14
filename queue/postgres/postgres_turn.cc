#include "queue/postgres/postgres_turn.h"

#include <thread>
#include <utility>

#include "queue/base/random.h"
#include "queue/rows/schema.h"

namespace utboks::postgres {
namespace {

// How long a commit whose answer was lost is asked after.  A server that starts again
// takes some seconds; after that the caller is told that nobody knows.
constexpr Millis kFindOutLimit{30'000};
constexpr Millis kAskAgain{200};

}  // namespace

PostgresTurn::PostgresTurn(std::unique_ptr<Connection> connection, Settings settings)
    : connection_(std::move(connection)),
      settings_(std::move(settings)),
      writer_(static_cast<std::int64_t>(SecureRandom().Below(INT64_MAX))) {}

Status PostgresTurn::Connect() {
  if (connection_ != nullptr && !connection_->lost()) return Status();
  connection_.reset();
  Result<std::unique_ptr<Connection>> again = Connection::Open(settings_.url);
  if (!again.ok()) return again.status();
  if (settings_.check) UTBOKS_RETURN_IF_ERROR(settings_.check(**again));
  connection_ = std::move(*again);
  return Status();
}

Status PostgresTurn::Begin() {
  UTBOKS_RETURN_IF_ERROR(Connect());
  Status begun = TakeTurn();
  if (!begun.ok() && connection_->lost()) {
    // It may have been cut while nobody used it: nothing has begun, so try anew.
    UTBOKS_RETURN_IF_ERROR(Connect());
    begun = TakeTurn();
  }
  if (!begun.ok()) (void)End(false);
  return begun;
}

Status PostgresTurn::TakeTurn() {
  Connection& db = *connection_;
  UTBOKS_RETURN_IF_ERROR(db.Run("BEGIN"));
  // The time is read when the row has been locked, and not before the wait for it.
  Query q = db.Prepare(
      "WITH mine AS MATERIALIZED"
      " (SELECT message, attempt, history, replay_job, needs FROM turn FOR UPDATE)"
      " SELECT message, attempt, history, replay_job,"
      " CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT), needs FROM mine");
  if (!q.Step()) {
    return q.status().ok() ? Status(Code::kCorrupt, "the store has lost its turn") : q.status();
  }
  // Another worker has migrated it since we began.
  const auto needs = static_cast<std::size_t>(q.Int(5));
  if (needs > settings_.known) return rows::NewerSchema(needs, settings_.known);
  for (std::size_t i = 0; i < db.ids().size(); ++i) db.ids()[i] = q.Int(static_cast<int>(i));
  begun_ids_ = db.ids();
  db.set_now(settings_.clock == nullptr ? WallFromMillis(q.Int(4)) : settings_.clock->Wall());
  db.ForgetChanges();
  if (settings_.began) settings_.began(db.now());
  return Status();
}

Status PostgresTurn::End(bool commit) {
  Connection& db = *connection_;
  if (commit && db.failure().ok()) return Commit();
  const Status failed = db.Sync();
  db.TakeBack();
  return commit ? failed : Status();
}

Status PostgresTurn::Commit() {
  Connection& db = *connection_;
  const bool changed = db.changes();
  if (db.ids() != begun_ids_) {
    Query q = db.Prepare(
        "UPDATE turn SET message = ?, attempt = ?, history = ?, replay_job = ? WHERE one = 1");
    for (const std::int64_t id : db.ids()) q.Bind(id);
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  if (changed) {
    UTBOKS_RETURN_IF_ERROR(Number());
    UTBOKS_RETURN_IF_ERROR(db.Run("NOTIFY utboks"));
  }
  UTBOKS_RETURN_IF_ERROR(db.Run("COMMIT"));
  const Status ended = db.Sync();
  if (db.lost()) return changed ? FindOut(ended) : ended;
  if (!ended.ok()) {
    db.TakeBack();
    return ended;
  }
  // A transaction that has failed says so in this way only.
  if (db.last_command() != "COMMIT") {
    return Status(Code::kBusy, "the database took back what was written; try again");
  }
  if (changed && settings_.committed) settings_.committed();
  return Status();
}

Status PostgresTurn::Number() {
  Query q = connection_->Prepare(
      "INSERT INTO writer (id, serial, at) VALUES (?, ?, ?)"
      " ON CONFLICT (id) DO UPDATE SET serial = excluded.serial, at = excluded.at");
  q.Bind(writer_).Bind(++serial_).Bind(ToMillis(connection_->now()));
  return q.Run();
}

// Whoever has the turn knows that nobody else's transaction stands: ours has ended, and what
// it wrote of itself is there or is not.
std::optional<bool> PostgresTurn::HasCommitted() {
  Connection& db = *connection_;
  std::int64_t serial = 0;
  bool asked = db.Run("BEGIN").ok();
  {
    Query turn = db.Prepare("SELECT 1 FROM turn FOR UPDATE");
    asked = asked && turn.Step() && turn.status().ok();
  }
  {
    Query q = db.Prepare("SELECT serial FROM writer WHERE id = ?");
    q.Bind(writer_);
    if (asked && q.Step()) serial = q.Int(0);
    asked = asked && q.status().ok();
  }
  asked = db.Sync().ok() && asked;
  if (!db.lost()) db.TakeBack();
  if (!asked || db.lost()) return std::nullopt;
  return serial == serial_;
}

Status PostgresTurn::FindOut(const Status& lost) {
  const SteadyTime until = std::chrono::steady_clock::now() + kFindOutLimit;
  while (std::chrono::steady_clock::now() < until) {
    const std::optional<bool> committed = Connect().ok() ? HasCommitted() : std::nullopt;
    if (committed && !*committed) return lost;
    if (committed) {
      if (settings_.committed) settings_.committed();
      return Status();
    }
    std::this_thread::sleep_for(kAskAgain);
  }
  return Status(lost.code(), lost.text() + "; whether it was done is not known");
}

}  // namespace utboks::postgres

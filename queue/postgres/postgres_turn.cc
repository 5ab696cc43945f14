#include "queue/postgres/postgres_turn.h"

#include <thread>
#include <utility>

#include "queue/rows/schema.h"

namespace utboks::postgres {
namespace {

// How long a commit whose answer was lost is asked after.  A server that starts again
// takes some seconds; after that the caller is told that nobody knows.
constexpr Millis kFindOutLimit{30'000};
constexpr Millis kAskAgain{200};

}  // namespace

PostgresTurn::PostgresTurn(std::unique_ptr<Connection> connection, Settings settings)
    : connection_(std::move(connection)), settings_(std::move(settings)) {}

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
      " CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT),"
      " CAST(pg_current_xact_id() AS TEXT), needs FROM mine");
  if (!q.Step()) {
    return q.status().ok() ? Status(Code::kCorrupt, "the store has lost its turn") : q.status();
  }
  // Another worker has migrated it since we began.
  const auto needs = static_cast<std::size_t>(q.Int(6));
  if (needs > settings_.known) return rows::NewerSchema(needs, settings_.known);
  for (std::size_t i = 0; i < db.ids().size(); ++i) db.ids()[i] = q.Int(static_cast<int>(i));
  begun_ids_ = db.ids();
  db.set_now(settings_.clock == nullptr ? WallFromMillis(q.Int(4)) : settings_.clock->Wall());
  transaction_ = q.Text(5);
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
  if (changed) UTBOKS_RETURN_IF_ERROR(db.Run("NOTIFY utboks"));
  UTBOKS_RETURN_IF_ERROR(db.Run("COMMIT"));
  const Status ended = db.Sync();
  if (db.lost()) return FindOut(ended);
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

std::optional<bool> PostgresTurn::HasCommitted(const std::string& transaction) {
  std::string said;
  {
    Query q = connection_->Prepare("SELECT pg_xact_status(CAST(? AS xid8))");
    q.BindText(transaction);
    if (q.Step()) said = q.Text(0);
  }
  const Status asked = connection_->Sync();
  if (connection_->lost()) return std::nullopt;
  if (said == "committed") return true;
  // A server that has never come so far (a standby took over before it heard of the commit)
  // refuses the question: there is no such transaction.
  if (said == "aborted" || !asked.ok()) return false;
  return std::nullopt;  // its connection is not known to be gone yet
}

Status PostgresTurn::FindOut(const Status& lost) {
  const std::string number = transaction_;
  const SteadyTime until = std::chrono::steady_clock::now() + kFindOutLimit;
  while (std::chrono::steady_clock::now() < until) {
    const std::optional<bool> committed = Connect().ok() ? HasCommitted(number) : std::nullopt;
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

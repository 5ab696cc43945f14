#include "queue/postgres/connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "queue/postgres/failure.h"
#include "queue/postgres/prepared.h"
#include "queue/postgres/url.h"

namespace utboks::postgres {
namespace {

// Beyond the server's own limits (kSession), so that they speak first.
constexpr Millis kAnswerLimit{90'000};
// So many may wait unsent; their results are small, and the server keeps them for us.
constexpr int kMostUnflushed = 64;

// Nobody who stops or is cut off keeps the turn: the server takes it back before those who
// wait for it give up.  Our statements go by keys and indexes whatever their values are:
// planning them anew for each run, as the server would where a list of keys looks short to
// it, costs more than running them; helpers to read a whole table by would not end before
// the page of a list is full.  An acknowledged commit is durable whatever the server's
// own setting; where it waits for a standby it still does.
constexpr std::string_view kSession =
    "SET search_path = utboks, pg_catalog;"
    "SET lock_timeout = '10s';"
    "SET statement_timeout = '60s';"
    "SET idle_in_transaction_session_timeout = '5s';"
    "SET client_min_messages = 'error';"
    "SET plan_cache_mode = 'force_generic_plan';"
    "SET max_parallel_workers_per_gather = 0;"
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local');";

}  // namespace

Connection::Connection(PGconn* db, std::string name) : db_(db), name_(std::move(name)) {}

Connection::~Connection() {
  statements_.clear();
  PQfinish(db_);
}

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& url) {
  const std::string name = NameOf(url);
  if (name.empty()) {
    return Status(Code::kConfig,
                  "[outbox] store is no address of a PostgreSQL server that can be understood: "
                  "postgresql://USER@HOST/DATABASE");
  }
  if (HasPassword(url)) {
    return Status(Code::kConfig,
                  "[outbox] store has a password in it; put it into a file that only the worker's "
                  "user can read, and name that (?passfile=/etc/utboks/pgpass)");
  }
  // What the URL says goes before what we would have; a wrong server is never spoken to
  // for want of a word.
  const char* const keywords[] = {"connect_timeout",  "keepalives_idle",  "keepalives_interval",
                                  "keepalives_count", "tcp_user_timeout", "application_name",
                                  "client_encoding",  "dbname",           nullptr};
  const char* const values[] = {"5",      "10",   "5",         "3",    "30000",
                                "utboks", "UTF8", url.c_str(), nullptr};
  std::unique_ptr<Connection> connection(
      new Connection(PQconnectdbParams(keywords, values, 1), name));
  PGconn* const db = connection->db_;
  if (PQstatus(db) != CONNECTION_OK) {
    const std::string_view said = PQerrorMessage(db);
    // Refused for who we are or for what is not there is a person's to put right.
    const bool refused = said.find("authentication") != std::string_view::npos ||
                         said.find("pg_hba.conf") != std::string_view::npos ||
                         said.find("does not exist") != std::string_view::npos ||
                         said.find("certificate") != std::string_view::npos ||
                         said.find("no password") != std::string_view::npos;
    if (refused) {
      return Status(Code::kConfig,
                    fmt::format("store {}: the database server does not let us in; check user, "
                                "password file, certificates and database of [outbox] store",
                                name));
    }
    return Status(Code::kBusy,
                  fmt::format("store {}: the database server does not answer; nothing was changed, "
                              "try again when it does",
                              name));
  }
  if (PQserverVersion(db) < 130'000) {
    return Status(Code::kConfig, fmt::format("store {}: PostgreSQL {} is too old, 13 is the oldest "
                                             "that will do",
                                             name, PQserverVersion(db) / 10'000));
  }
  // What a server says to nobody's question (that it ends) would go to standard error; the
  // next call finds it out.
  PQsetNoticeProcessor(
      db, [](void*, const char*) {}, nullptr);
  const ResultPtr set(PQexec(db, std::string(kSession).c_str()));
  const ExecStatusType said = PQresultStatus(set.get());
  if (said != PGRES_TUPLES_OK && said != PGRES_COMMAND_OK) return Explain(set.get(), name);
  if (PQsetnonblocking(db, 1) != 0 || PQenterPipelineMode(db) != 1) {
    return Status(Code::kBusy, fmt::format("store {}: the connection was lost", name));
  }
  return connection;
}

Query Connection::Prepare(const char* sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    found = statements_
                .emplace(sql, std::make_unique<Prepared>(
                                  *this, fmt::format("s{}", statements_.size() + 1), sql))
                .first;
  }
  return Query(found->second.get(), failure_);
}

Query Connection::PrepareNew(Serial serial, const char* sql) {
  Query query = Prepare(sql);
  new_id_ = ++At(serial);
  query.Bind(new_id_);
  return query;
}

Status Connection::MovedToId(Serial serial, std::int64_t id) {
  At(serial) = id;
  return Status();
}

Status Connection::RunScript(const std::string& script) {
  // Several statements in one go have no place in a pipeline.
  UTBOKS_RETURN_IF_ERROR(Sync());
  if (PQexitPipelineMode(db_) != 1) return Lost("left its pipeline in disorder");
  const ResultPtr result(PQexec(db_, script.c_str()));
  const ExecStatusType said = PQresultStatus(result.get());
  const bool done = said == PGRES_COMMAND_OK || said == PGRES_TUPLES_OK;
  const Status status = done ? Status() : Explain(result.get(), name_);
  if (PQenterPipelineMode(db_) != 1) return Lost("did not go back to its pipeline");
  changes_ = true;
  return status;
}

Status Connection::Fail(Status status) {
  if (failure_.ok()) failure_ = std::move(status);
  return failure_;
}

Status Connection::Lost(const char* what) {
  lost_ = true;
  return Fail(Status(Code::kBusy, fmt::format("store {}: the connection to the database {}; what "
                                              "was not acknowledged may not have been done, try "
                                              "again",
                                              name_, what)));
}

Status Connection::Send(Prepared& statement, Pending pending) {
  if (!failure_.ok()) return failure_;
  if (!statement.prepared) {
    if (!statement.SendPreparation(db_)) return Lost("was lost");
    statement.prepared = true;
    Pending preparing;
    preparing.statement = &statement;
    preparing.preparing = true;
    under_way_.push_back(preparing);
  }
  if (!statement.SendRun(db_)) return Lost("was lost");
  changes_ = changes_ || statement.changes();
  pending.statement = &statement;
  under_way_.push_back(pending);
  if (++unflushed_ < kMostUnflushed) return Status();
  return Flush();
}

Status Connection::AwaitSocket(bool write, SteadyTime until) {
  for (;;) {
    const auto left = std::chrono::duration_cast<Millis>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Lost("gave no answer in time");
    pollfd socket{PQsocket(db_), static_cast<short>(write ? POLLIN | POLLOUT : POLLIN), 0};
    const int ready = poll(&socket, 1, static_cast<int>(left.count()));
    if (ready > 0) break;
    if (ready < 0 && errno != EINTR) return Lost("was lost");
  }
  return PQconsumeInput(db_) == 1 ? Status() : Lost("was lost");
}

Status Connection::Flush() {
  unflushed_ = 0;
  if (PQpipelineSync(db_) != 1) return Lost("was lost");
  under_way_.push_back(Pending{});
  const SteadyTime until = std::chrono::steady_clock::now() + kAnswerLimit;
  for (;;) {
    const int left = PQflush(db_);
    if (left == 0) return Status();
    if (left < 0) return Lost("was lost");
    // What the server says meanwhile must be taken in, or it stops reading.
    UTBOKS_RETURN_IF_ERROR(AwaitSocket(true, until));
  }
}

Status Connection::AwaitResult() {
  const SteadyTime until = std::chrono::steady_clock::now() + kAnswerLimit;
  while (PQisBusy(db_) == 1) UTBOKS_RETURN_IF_ERROR(AwaitSocket(false, until));
  return Status();
}

Status Connection::TakePoint() {
  UTBOKS_RETURN_IF_ERROR(AwaitResult());
  const ResultPtr point(PQgetResult(db_));
  if (point == nullptr || PQresultStatus(point.get()) != PGRES_PIPELINE_SYNC) {
    return Lost("was lost");
  }
  return failure_;
}

Status Connection::Take(const Pending& pending) {
  if (pending.statement == nullptr) return TakePoint();
  UTBOKS_RETURN_IF_ERROR(AwaitResult());
  ResultPtr result(PQgetResult(db_));
  if (result == nullptr) return Lost("was lost");
  // The end of this one's results.
  UTBOKS_RETURN_IF_ERROR(AwaitResult());
  if (const ResultPtr end(PQgetResult(db_)); end != nullptr) return Lost("answered out of turn");
  switch (PQresultStatus(result.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      break;
    case PGRES_PIPELINE_ABORTED:
      if (pending.preparing) pending.statement->prepared = false;
      return failure_;
    default:
      if (pending.preparing) pending.statement->prepared = false;
      if (PQstatus(db_) == CONNECTION_BAD) return Lost("was lost");
      // Another server has taken over, and the next connection finds it.
      if (StateOf(result.get()) == kReadOnly) return Lost("is to a server that only reads now");
      return Fail(Explain(result.get(), name_));
  }
  if (pending.preparing) return Status();
  last_command_ = PQcmdStatus(result.get());
  if (pending.expected >= 0 && RowsChanged(result.get()) != pending.expected) {
    return Fail(Status(Code::kCorrupt, pending.otherwise));
  }
  if (pending.keep) pending.statement->Keep(std::move(result));
  return Status();
}

Status Connection::TakeAll() {
  if (under_way_.empty()) return failure_;
  if (!lost_ && (unflushed_ > 0 || under_way_.back().statement != nullptr)) (void)Flush();
  while (!under_way_.empty()) {
    const Pending pending = under_way_.front();
    under_way_.pop_front();
    if (!lost_) {
      (void)Take(pending);
    } else if (pending.preparing) {
      pending.statement->prepared = false;
    }
  }
  return failure_;
}

Status Connection::Sync() {
  Status first = TakeAll();
  // A lost connection stays so.
  if (!lost_) failure_ = Status();
  return first;
}

void Connection::TakeBack() {
  (void)Sync();
  if (lost_) return;
  (void)Run("ROLLBACK");
  (void)Sync();
  lost_ = lost_ || PQtransactionStatus(db_) != PQTRANS_IDLE;
}

bool Connection::IsAlive() {
  while (!lost_) {
    lost_ = PQconsumeInput(db_) != 1 || PQstatus(db_) != CONNECTION_OK;
    // That it has ended stands behind what the server said of it.
    pollfd socket{PQsocket(db_), POLLIN, 0};
    if (lost_ || poll(&socket, 1, 0) <= 0) break;
  }
  return !lost_;
}

bool Connection::Notified(int own_pid) {
  if (lost_ || PQconsumeInput(db_) != 1) {
    lost_ = true;
    return false;
  }
  bool any = false;
  while (PGnotify* const notice = PQnotifies(db_)) {
    any = any || notice->be_pid != own_pid;
    PQfreemem(notice);
  }
  return any;
}

}  // namespace utboks::postgres

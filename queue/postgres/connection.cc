#include "queue/postgres/connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "queue/postgres/failure.h"
#include "queue/postgres/url.h"

namespace utboks::postgres {
namespace {

// Oids of pg_type.dat; they never change.
constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kOid = 26,
              kFloat4 = 700, kFloat8 = 701;

// Beyond the server's own limits (kSession), so that they speak first.
constexpr Millis kAnswerLimit{90'000};
// So many may wait unsent; their results are small, and the server keeps them for us.
constexpr int kMostUnflushed = 64;

// Nobody who stops or is cut off keeps the turn: the server takes it back before those who
// wait for it give up.  Times in
// results and parameters are numbers of ours.  An acknowledged commit is durable whatever
// the server's own setting; where it waits for a standby it still does.
constexpr std::string_view kSession =
    "SET search_path = utboks, pg_catalog;"
    "SET lock_timeout = '10s';"
    "SET statement_timeout = '60s';"
    "SET idle_in_transaction_session_timeout = '5s';"
    "SET client_min_messages = 'error';"
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local');";

std::int64_t BigEndian(const char* bytes, int size) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (int i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<std::int64_t>(value);
}

void PutBigEndian(std::uint64_t value, char* bytes) {
  for (int i = 7; i >= 0; --i, value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
}

// SQLite's parameters, ? and ?1, as PostgreSQL writes them.  Our statements have no
// question mark in a literal.
std::string InDollars(std::string_view sql) {
  std::string out;
  int next = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] != '?') {
      out += sql[i];
      continue;
    }
    out += '$';
    if (i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9') continue;
    out += std::to_string(++next);
  }
  return out;
}

// SQLite must be told by which index; here the planner knows.
std::string WithoutHints(std::string sql) {
  constexpr std::string_view kHint = " INDEXED BY ";
  for (std::size_t at = sql.find(kHint); at != std::string::npos; at = sql.find(kHint)) {
    std::size_t end = sql.find(' ', at + kHint.size());
    if (end == std::string::npos) end = sql.size();
    sql.erase(at, end - at);
  }
  return sql;
}

// What only looks, and what only moves the transaction along.
bool Changes(std::string_view sql) {
  for (const std::string_view still :
       {"SELECT", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "LISTEN"}) {
    if (sql.starts_with(still)) return false;
  }
  return true;
}

struct ResultCloser {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ResultCloser>;

}  // namespace

class Connection::Prepared final : public rows::Statement {
 public:
  Prepared(Connection& connection, std::string name, const char* sql)
      : connection_(connection),
        name_(std::move(name)),
        sql_(WithoutHints(InDollars(sql))),
        changes_(Changes(sql_)) {}

  Status BindInt(int at, std::int64_t value) override {
    Parameter& p = Set(at, kInt8, 8);
    PutBigEndian(static_cast<std::uint64_t>(value), p.own.data());
    p.bytes = nullptr;
    return Status();
  }
  Status BindReal(int at, double value) override {
    Parameter& p = Set(at, kFloat8, 8);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    PutBigEndian(bits, p.own.data());
    p.bytes = nullptr;
    return Status();
  }
  Status BindText(int at, std::string_view value) override { return Bytes(at, kText, value); }
  Status BindBlob(int at, std::string_view value) override { return Bytes(at, kBytea, value); }
  Status BindNull(int at) override {
    Set(at, 0, 0).null = true;
    return Status();
  }

  Result<bool> Step() override {
    if (!ran_) {
      Pending pending;
      pending.keep = true;
      UTBOKS_RETURN_IF_ERROR(connection_.Send(*this, pending));
      UTBOKS_RETURN_IF_ERROR(connection_.TakeAll());
      ran_ = true;
      row_ = -1;
    }
    return ++row_ < (result_ == nullptr ? 0 : PQntuples(result_.get()));
  }
  Status Run() override { return connection_.Send(*this, Pending{}); }
  Status RunExpecting(std::int64_t rows, const char* otherwise) override {
    Pending pending;
    pending.expected = rows;
    pending.otherwise = otherwise;
    return connection_.Send(*this, pending);
  }
  Result<std::int64_t> RunCounting() override {
    Pending pending;
    pending.keep = true;
    UTBOKS_RETURN_IF_ERROR(connection_.Send(*this, pending));
    UTBOKS_RETURN_IF_ERROR(connection_.TakeAll());
    return RowsOf(result_.get());
  }
  void Reset() override {
    result_.reset();
    parameters_.clear();
    ran_ = false;
  }

  std::int64_t Int(int column) const override {
    if (IsNull(column)) return 0;
    const char* const bytes = PQgetvalue(result_.get(), row_, column);
    switch (PQftype(result_.get(), column)) {
      case kInt8:
        return BigEndian(bytes, 8);
      case kInt4:
      case kOid:
        return BigEndian(bytes, 4);
      case kInt2:
        return BigEndian(bytes, 2);
      case kBool:
        return bytes[0] == 0 ? 0 : 1;
      default:
        return 0;
    }
  }
  double Real(int column) const override {
    if (IsNull(column)) return 0;
    const char* const bytes = PQgetvalue(result_.get(), row_, column);
    if (PQftype(result_.get(), column) == kFloat4) {
      const auto bits = static_cast<std::uint32_t>(BigEndian(bytes, 4));
      float value = 0;
      std::memcpy(&value, &bits, sizeof value);
      return static_cast<double>(value);
    }
    const std::int64_t bits = BigEndian(bytes, 8);
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  std::string_view Text(int column) const override {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
  }
  std::string_view Blob(int column) const override { return Text(column); }
  bool IsNull(int column) const override { return PQgetisnull(result_.get(), row_, column) == 1; }

 private:
  friend class Connection;
  struct Parameter {
    Oid type = 0;
    int length = 0;
    bool null = false;
    const char* bytes = nullptr;  // nullptr: own
    std::array<char, 8> own{};
  };

  static std::int64_t RowsOf(PGresult* result) {
    return result == nullptr ? 0 : std::strtoll(PQcmdTuples(result), nullptr, 10);
  }
  Parameter& Set(int at, Oid type, int length) {
    if (parameters_.size() < static_cast<std::size_t>(at)) {
      parameters_.resize(static_cast<std::size_t>(at));
    }
    Parameter& p = parameters_[static_cast<std::size_t>(at) - 1];
    p.type = type;
    p.length = length;
    p.null = false;
    return p;
  }
  Status Bytes(int at, Oid type, std::string_view value) {
    // A value is one field of a message, whose length has 31 bits.
    if (value.size() > (std::size_t{1} << 30)) {
      return Status(Code::kInvalid, "a document or an attachment is larger than a store can keep");
    }
    Parameter& p = Set(at, type, static_cast<int>(value.size()));
    p.bytes = value.data() == nullptr ? "" : value.data();
    return Status();
  }

  Connection& connection_;
  const std::string name_, sql_;
  const bool changes_;
  bool prepared_ = false;  // or its preparation is under way
  std::vector<Parameter> parameters_;
  bool ran_ = false;
  int row_ = -1;
  ResultPtr result_;
};

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
  const std::size_t count = statement.parameters_.size();
  if (!statement.prepared_) {
    std::vector<Oid> types(count);
    for (std::size_t i = 0; i < count; ++i) types[i] = statement.parameters_[i].type;
    if (PQsendPrepare(db_, statement.name_.c_str(), statement.sql_.c_str(), static_cast<int>(count),
                      types.data()) != 1) {
      return Lost("was lost");
    }
    statement.prepared_ = true;
    Pending preparing;
    preparing.statement = &statement;
    preparing.preparing = true;
    under_way_.push_back(preparing);
  }
  std::vector<const char*> values(count);
  std::vector<int> lengths(count), formats(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    const Prepared::Parameter& p = statement.parameters_[i];
    values[i] = p.null ? nullptr : p.bytes == nullptr ? p.own.data() : p.bytes;
    lengths[i] = p.length;
  }
  if (PQsendQueryPrepared(db_, statement.name_.c_str(), static_cast<int>(count), values.data(),
                          lengths.data(), formats.data(), 1) != 1) {
    return Lost("was lost");
  }
  changes_ = changes_ || statement.changes_;
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
      if (pending.preparing) pending.statement->prepared_ = false;
      return failure_;
    default:
      if (pending.preparing) pending.statement->prepared_ = false;
      if (PQstatus(db_) == CONNECTION_BAD) return Lost("was lost");
      // Another server has taken over, and the next connection finds it.
      if (StateOf(result.get()) == kReadOnly) return Lost("is to a server that only reads now");
      return Fail(Explain(result.get(), name_));
  }
  if (pending.preparing) return Status();
  last_command_ = PQcmdStatus(result.get());
  if (pending.expected >= 0 && Prepared::RowsOf(result.get()) != pending.expected) {
    return Fail(Status(Code::kCorrupt, pending.otherwise));
  }
  if (pending.keep) pending.statement->result_ = std::move(result);
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
      pending.statement->prepared_ = false;
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

bool Connection::IsAlive() {
  if (lost_) return false;
  lost_ = PQconsumeInput(db_) != 1 || PQstatus(db_) != CONNECTION_OK;
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

#include "queue/sqlite/connection.h"

#include <fmt/format.h>

#include <cerrno>

namespace utboks::sqlite {
namespace {

// Another program (a shell, a copy) may hold SQLite's own lock for a moment; our
// own processes never wait here, they wait at the store's lock.
constexpr int kBusyMillis = 5'000;

// The path with everything escaped that a URI could take for something else.
std::string UnchangingUri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri + "?immutable=1";
}

}  // namespace

class Connection::Prepared final : public rows::Statement {
 public:
  Prepared(Connection& connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  ~Prepared() override { sqlite3_finalize(statement_); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  Status BindInt(int at, std::int64_t value) override {
    return Said(sqlite3_bind_int64(statement_, at, value));
  }
  Status BindReal(int at, double value) override {
    return Said(sqlite3_bind_double(statement_, at, value));
  }
  Status BindText(int at, std::string_view value) override {
    return Said(sqlite3_bind_text64(statement_, at, NotNull(value), value.size(), SQLITE_STATIC,
                                    SQLITE_UTF8));
  }
  Status BindBlob(int at, std::string_view value) override {
    return Said(sqlite3_bind_blob64(statement_, at, NotNull(value), value.size(), SQLITE_STATIC));
  }
  Status BindNull(int at) override { return Said(sqlite3_bind_null(statement_, at)); }

  Status Ask() override { return Status(); }
  Result<bool> Step() override {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return connection_.Explain(code);
  }
  Status Run() override {
    for (;;) {
      const int code = sqlite3_step(statement_);
      if (code == SQLITE_DONE) return Status();
      if (code != SQLITE_ROW) return connection_.Explain(code);
    }
  }
  Status RunExpecting(std::int64_t rows, const char* otherwise) override {
    const Result<std::int64_t> changed = RunCounting();
    if (!changed.ok()) return changed.status();
    return *changed == rows ? Status() : Status(Code::kCorrupt, otherwise);
  }
  Result<std::int64_t> RunCounting() override {
    UTBOKS_RETURN_IF_ERROR(Run());
    return sqlite3_changes64(connection_.db_);
  }
  void Reset() override {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

  std::int64_t Int(int column) const override { return sqlite3_column_int64(statement_, column); }
  double Real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view Text(int column) const override {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  std::string_view Blob(int column) const override {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  bool IsNull(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }

 private:
  static const char* NotNull(std::string_view value) {
    return value.data() == nullptr ? "" : value.data();
  }
  Status Said(int code) const { return code == SQLITE_OK ? Status() : connection_.Explain(code); }

  Connection& connection_;
  sqlite3_stmt* const statement_;
};

Connection::Connection(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}

Result<std::unique_ptr<Connection>> Connection::Open(const OpenSettings& settings) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
  flags |= settings.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (settings.create) flags |= SQLITE_OPEN_CREATE;
  if (settings.path == ":memory:") flags &= ~SQLITE_OPEN_NOFOLLOW;
  std::string name = settings.path;
  if (settings.unchanging) {
    flags |= SQLITE_OPEN_URI;
    name = UnchangingUri(settings.path);
  }
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &db, flags,
                                   settings.vfs.empty() ? nullptr : settings.vfs.c_str());
  std::unique_ptr<Connection> connection(new Connection(db, settings.path));
  if (code != SQLITE_OK) return connection->Explain(code);
  sqlite3_busy_timeout(db, kBusyMillis);
  // Nothing in a database file may run code of its own choosing.
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // synchronous is the connection's, not the file's: NORMAL would let a commit
  // that was acknowledged be lost with the power.
  UTBOKS_RETURN_IF_ERROR(connection->RunScript(
      "PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA foreign_keys = OFF;"
      "PRAGMA cell_size_check = ON;"));
  return connection;
}

Connection::~Connection() {
  statements_.clear();
  sqlite3_close_v2(db_);
}

Query Connection::Prepare(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return Query(found->second.get(), Status());
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Query(nullptr, Explain(code));
  const auto made = statements_.emplace(sql, std::make_unique<Prepared>(*this, statement)).first;
  return Query(made->second.get(), Status());
}

Query Connection::PrepareNew(Serial /*serial*/, const char* sql) {
  Query query = Prepare(sql);
  query.BindNull();
  return query;
}

namespace {

std::string_view TableOf(Serial serial) {
  switch (serial) {
    case Serial::kMessage:
      return "message";
    case Serial::kAttempt:
      return "attempt";
    case Serial::kHistory:
      return "history";
    case Serial::kReplayJob:
      return "replay_job";
  }
  return {};
}

}  // namespace

Result<std::int64_t> Connection::LastId(Serial serial) {
  Query q = Prepare("SELECT seq FROM sqlite_sequence WHERE name = ?");
  q.BindText(TableOf(serial));
  const std::int64_t last = q.Step() ? q.Int(0) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return last;
}

Status Connection::MovedToId(Serial serial, std::int64_t id) {
  Query q = Prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = ?");
  q.Bind(id).BindText(TableOf(serial));
  return q.Run();
}

Status Connection::RunScript(const std::string& script) {
  const int code = sqlite3_exec(db_, script.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : Explain(code);
}

Status Connection::Explain(int code) const {
  // Nobody knows what such a disk holds now, and it may say yes the next time without
  // having written it: the only error of a disk after which trying again is wrong.
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    return Status(Code::kCorrupt,
                  fmt::format("store {}: the disk did not confirm what was written (SQLite {}); "
                              "nothing more is written, check the disk and then start again",
                              path_, code));
  }
  // SQLite has an error of its own for a full disk, but not everywhere: SHMSIZE means
  // that the index of the log could not be made larger.
  const int system_error = sqlite3_system_errno(db_);
  const bool full =
      (code & 0xff) == SQLITE_IOERR && (code == SQLITE_IOERR_SHMSIZE || system_error == ENOSPC ||
                                        system_error == EDQUOT || system_error == EFBIG);
  switch (full ? SQLITE_FULL : code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return Status();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Status(Code::kBusy,
                    fmt::format("store {}: another program holds its database; nothing was "
                                "changed, try again when it is done",
                                path_));
    case SQLITE_FULL:
      return Status(Code::kFull, fmt::format("store {}: the disk is full; nothing was changed, "
                                             "make room and try again",
                                             path_));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return Status(Code::kCorrupt,
                    fmt::format("store {}: the database is damaged or is none (SQLite {}); stop, "
                                "keep the file, and restore from a backup",
                                path_, code));
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return Status(Code::kConfig,
                    fmt::format("store {}: cannot be opened for what was asked (SQLite {}); check "
                                "the path and who may write there",
                                path_, code));
    case SQLITE_IOERR:
      return Status(Code::kBusy, fmt::format("store {}: the disk failed (SQLite {}); what was not "
                                             "acknowledged is not kept, check the disk and start "
                                             "again",
                                             path_, code));
    case SQLITE_TOOBIG:
      return Status(Code::kInvalid,
                    fmt::format("store {}: a document or an attachment is larger than a store can "
                                "keep (1 GB)",
                                path_));
    case SQLITE_NOMEM:
      return Status(Code::kBusy, fmt::format("store {}: out of memory; try again", path_));
    default:
      return Status(Code::kInternal,
                    fmt::format("store {}: SQLite {} ({})", path_, code, sqlite3_errstr(code)));
  }
}

}  // namespace utboks::sqlite

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

Query::Query(Query&& other) noexcept
    : connection_(other.connection_),
      statement_(other.statement_),
      bound_(other.bound_),
      status_(std::move(other.status_)) {
  other.statement_ = nullptr;
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::Note(int code) {
  if (code != SQLITE_OK && status_.ok()) status_ = connection_->Explain(code);
}

Query& Query::BindInt(std::int64_t value) {
  if (status_.ok()) Note(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

Query& Query::Bind(double value) {
  if (status_.ok()) Note(sqlite3_bind_double(statement_, ++bound_, value));
  return *this;
}

Query& Query::BindText(std::string_view value) {
  if (status_.ok()) {
    Note(sqlite3_bind_text64(statement_, ++bound_, value.data() == nullptr ? "" : value.data(),
                             value.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  return *this;
}

Query& Query::BindBlob(std::string_view value) {
  if (status_.ok()) {
    Note(sqlite3_bind_blob64(statement_, ++bound_, value.data() == nullptr ? "" : value.data(),
                             value.size(), SQLITE_STATIC));
  }
  return *this;
}

Query& Query::BindBlob(std::span<const std::uint8_t> value) {
  return BindBlob(std::string_view(reinterpret_cast<const char*>(value.data()), value.size()));
}

Query& Query::Bind(std::optional<std::int64_t> value) {
  return value ? Bind(*value) : BindNull();
}

Query& Query::BindNull() {
  if (status_.ok()) Note(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

bool Query::Step() {
  if (!status_.ok()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) Note(code);
  return false;
}

Status Query::Run() {
  while (Step()) {
  }
  return status_;
}

void Query::Reset() {
  if (!status_.ok()) return;
  sqlite3_reset(statement_);
  bound_ = 0;
}

std::string_view Query::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Query::Blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

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
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(db_);
}

Query Connection::Prepare(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return Query(this, found->second, Status());
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Query(this, nullptr, Explain(code));
  statements_.emplace(sql, statement);
  return Query(this, statement, Status());
}

Status Connection::Run(const char* sql) {
  return Prepare(sql).Run();
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

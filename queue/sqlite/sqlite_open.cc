// How a SQLite store is made, opened and found to be the right one.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "queue/base/sync_folder.h"
#include "queue/rows/restore.h"
#include "queue/rows/stamp.h"
#include "queue/sqlite/migrate.h"
#include "queue/sqlite/older_copy.h"
#include "queue/sqlite/sqlite_store.h"

namespace utboks::sqlite {
namespace {

constexpr Millis kOpenLimit{10'000};
constexpr std::string_view kMemory = ":memory:";

// The file is made before SQLite sees it, so that it is its owner's alone from
// the first byte, and its folder knows of it before anything in it counts.
Status CreateEmpty(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 && errno == EEXIST) return Status();
  if (fd < 0) {
    return Status(Code::kConfig, fmt::format("store {} cannot be made ({}); check the folder", path,
                                             std::strerror(errno)));
  }
  close(fd);
  if (SyncFolderOf(path)) return Status();
  return Status(Code::kConfig, fmt::format("folder of {} cannot be made durable ({})", path,
                                           std::strerror(errno)));
}

bool Exists(const std::string& path) {
  struct stat about {};
  return stat(path.c_str(), &about) == 0;
}

}  // namespace

SqliteStore::SqliteStore(const StoreOptions& options)
    : RowStore(options.clock == nullptr ? SystemClock() : *options.clock,
               options.random == nullptr ? SecureRandom() : *options.random),
      path_(StorePath(options.url)),
      vfs_(options.vfs),
      min_free_(options.min_free) {}

SqliteStore::~SqliteStore() {
  readers_.clear();
  watch_.reset();
  End();
}

Result<std::unique_ptr<Store>> SqliteStore::Open(const StoreOptions& options) {
  UTBOKS_RETURN_IF_ERROR(Check(options.delivery));
  std::unique_ptr<SqliteStore> store(new SqliteStore(options));
  if (store->path_.empty()) {
    return Status(Code::kConfig, "[outbox] store is not sqlite:PATH or sqlite::memory:");
  }
  UTBOKS_RETURN_IF_ERROR(store->in_memory() ? store->OpenMemory(options)
                                            : store->OpenFile(options));
  return std::unique_ptr<Store>(std::move(store));
}

Status SqliteStore::OpenMemory(const StoreOptions& options) {
  Result<std::unique_ptr<Connection>> db =
      Connection::Open({std::string(kMemory), "", true, false});
  if (!db.ok()) return db.status();
  UTBOKS_RETURN_IF_ERROR((*db)->Run("BEGIN IMMEDIATE"));
  const std::vector<Migration> known = KnownMigrations(options);
  UTBOKS_RETURN_IF_ERROR(Migrate(**db, known, clock_.Wall()));
  StoreKeys keys = MakeKeys(SecureRandom());
  UTBOKS_RETURN_IF_ERROR(TakeStamp(**db, options, keys, true));
  UTBOKS_RETURN_IF_ERROR((*db)->Run("COMMIT"));
  Know(std::move(keys), store_id_, options);
  Start(TurnOn(std::move(*db), known.size()));
  return Status();
}

Status SqliteStore::OpenFile(const StoreOptions& options) {
  const std::string key_file = KeyFilePath(options.url, options.key_file);
  UTBOKS_RETURN_IF_ERROR(CheckNotEmptied(path_));
  const bool existed = Exists(path_);
  if (!existed && !options.create) {
    return Status(Code::kConfig,
                  fmt::format("there is no store {}; `utboks migrate` makes one, or check [outbox] "
                              "store",
                              path_));
  }
  UTBOKS_RETURN_IF_ERROR(lock_.Open(path_ + ".lock"));
  if (options.as_worker) UTBOKS_RETURN_IF_ERROR(worker_lock_.Acquire(path_ + ".worker"));
  UTBOKS_RETURN_IF_ERROR(lock_.Acquire(kOpenLimit));
  // Everything up to the first commit stands under the lock: two programs that
  // make the same store at once make it once.
  Status prepared = [&]() -> Status {
    if (options.create) UTBOKS_RETURN_IF_ERROR(CreateEmpty(path_));
    Result<std::unique_ptr<Connection>> db = Connection::Open({path_, vfs_, options.create, false});
    if (!db.ok()) return db.status();
    const std::vector<Migration> known = KnownMigrations(options);
    const Result<Schema> schema = CheckSchema(**db, known);
    if (!schema.ok()) return schema.status();
    const bool fresh = *schema == Schema::kNone;
    if (fresh && !options.create) {
      return Status(
          Code::kConfig,
          fmt::format("store {} is an empty file; `utboks migrate` makes it a store", path_));
    }
    if (*schema == Schema::kOlder && !options.migrate) return rows::OlderSchema(path_);
    Result<StoreKeys> keys = fresh && !Exists(key_file) ? CreateKeyFile(key_file, SecureRandom())
                                                        : ReadKeyFile(key_file);
    if (!keys.ok()) return keys.status();
    UTBOKS_RETURN_IF_ERROR(side_file_.Open(path_ + ".worker"));
    const std::optional<Progress> beside = side_file_.Read();
    if (fresh) {
      UTBOKS_RETURN_IF_ERROR(
          (*db)->RunScript("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;"));
    }
    // A larger WAL means fewer checkpoints, and each rewrites fewer pages twice.
    UTBOKS_RETURN_IF_ERROR(
        (*db)->RunScript("PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864;"
                         "PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY;"));
    UTBOKS_RETURN_IF_ERROR((*db)->Run("BEGIN IMMEDIATE"));
    // Not where there is nothing to do: an opening that writes waits for the disk.
    if (*schema != Schema::kRight) UTBOKS_RETURN_IF_ERROR(Migrate(**db, known, clock_.Wall()));
    UTBOKS_RETURN_IF_ERROR(TakeStamp(**db, options, *keys, fresh));
    Know(std::move(keys).value(), store_id_, options);
    if (!fresh) UTBOKS_RETURN_IF_ERROR(GuardRestore(**db, options));
    UTBOKS_RETURN_IF_ERROR((*db)->Run("COMMIT"));
    AfterCommit(**db);
    if (!beside || beside->epoch != epoch_) UTBOKS_RETURN_IF_ERROR(BeginSideFile(**db));
    Start(TurnOn(std::move(*db), known.size()));
    return Status();
  }();
  lock_.Release();
  return prepared;
}

Status SqliteStore::TakeStamp(Connection& db, const StoreOptions& options, const StoreKeys& keys,
                              bool fresh) {
  const Result<rows::Stamp> stamp =
      fresh ? rows::WriteStamp(db, options, keys, clock_.Wall()) : rows::ReadStamp(db, path_);
  if (!stamp.ok()) return stamp.status();
  store_id_ = stamp->id;
  epoch_ = stamp->epoch;
  if (fresh) return Status();
  UTBOKS_RETURN_IF_ERROR(rows::CheckStamp(*stamp, options, path_));
  UTBOKS_RETURN_IF_ERROR(rows::CheckKeys(db, options, keys, path_));
  return rows::KeepNewKeys(db, keys);
}

Status SqliteStore::GuardRestore(Connection& db, const StoreOptions& options) {
  const Result<rows::Stamp> stamp = rows::ReadStamp(db, path_);
  if (!stamp.ok()) return stamp.status();
  const Result<bool> older = IsOlderCopy(db, *stamp, side_file_.Read());
  if (!older.ok()) return older.status();
  if (!*older) return Status();
  if (!options.after_restore) return OlderCopy(path_);
  rows::Work work{db, *context_, clock_.Wall()};
  UTBOKS_RETURN_IF_ERROR(rows::DoubtAfterRestore(work));
  UTBOKS_RETURN_IF_ERROR(work.messages.WriteTally());
  epoch_ = static_cast<std::int64_t>(SecureRandom().Below(INT64_MAX));
  Query q = db.Prepare("UPDATE store SET copy = 0, epoch = ?");
  q.Bind(epoch_);
  return q.Run();
}

std::unique_ptr<rows::Turn> SqliteStore::TurnOn(std::unique_ptr<Connection> db, std::size_t known) {
  return std::make_unique<SqliteTurn>(std::move(db), lock_, known,
                                      [this](Connection& committed) { AfterCommit(committed); });
}

Status SqliteStore::BeginSideFile(Connection& db) {
  const Result<std::int64_t> last = HowFar(db);
  if (!last.ok()) return last.status();
  side_file_.Write({epoch_, *last});
  return side_file_.Sync();
}

void SqliteStore::AfterCommit(Connection& db) {
  // A transaction that changed nothing wakes nobody: a claim that found nothing
  // would wake the claimer for ever.
  const std::int64_t rows = db.TotalChanges();
  if (std::exchange(rows_changed_, rows) == rows) return;
  const Result<std::int64_t> last = HowFar(db);
  if (last.ok()) side_file_.Write({epoch_, *last});
  Changed();
}

Status SqliteStore::Backup(const std::string& path) {
  if (in_memory()) return Status(Code::kConfig, "a store in memory cannot be backed up");
  if (Exists(path)) {
    return Status(
        Code::kConfig,
        fmt::format("{} exists; a backup never writes over a file, give another name", path));
  }
  const std::string unfinished = path + ".unfinished";
  unlink(unfinished.c_str());
  const Status copied = CopyTo(unfinished);
  if (!copied.ok()) {
    unlink(unfinished.c_str());
    // It is the copy that cannot be opened: the store is open.
    if (copied.code() == Code::kConfig) {
      return Status(Code::kUnreadable,
                    fmt::format("backup {} cannot be written; check that its folder is there and "
                                "who may write in it",
                                path));
    }
    return Status(copied.code(), fmt::format("backup {} was not made: {}", path, copied.text()));
  }
  if (rename(unfinished.c_str(), path.c_str()) != 0) {
    return Status(Code::kConfig,
                  fmt::format("backup {} cannot be put in place ({})", path, std::strerror(errno)));
  }
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!synced || !SyncFolderOf(path))
    return Status(Code::kBusy, fmt::format("backup {} may not be durable", path));
  return Status();
}

Status SqliteStore::CopyTo(const std::string& path) {
  // Its owner's alone from the first byte, as the store is.
  UTBOKS_RETURN_IF_ERROR(CreateEmpty(path));
  {
    // Not one of the readers: they may write nothing, not even elsewhere.
    Result<std::unique_ptr<Connection>> from = Connection::Open({path_, vfs_, false, false});
    if (!from.ok()) return from.status();
    Query q = (*from)->Prepare("VACUUM INTO ?");
    q.BindText(path);
    UTBOKS_RETURN_IF_ERROR(q.Run());
  }
  Result<std::unique_ptr<Connection>> copy = Connection::Open({path, "", false, false});
  if (!copy.ok()) return copy.status();
  return (*copy)->Run("UPDATE store SET copy = 1");
}

}  // namespace utboks::sqlite

#include "queue/sqlite/look.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <memory>

#include "queue/rows/stamp.h"
#include "queue/sqlite/connection.h"
#include "queue/sqlite/migrate.h"
#include "queue/sqlite/older_copy.h"
#include "queue/sqlite/side_file.h"
#include "queue/sqlite/store_lock.h"

namespace utboks::sqlite {
namespace {

constexpr Millis kLockLimit{10'000};

bool Exists(const std::string& path) {
  struct stat about {};
  return stat(path.c_str(), &about) == 0;
}

bool IsEmpty(const std::string& path) {
  struct stat about {};
  return stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) && about.st_size == 0;
}

// Without a write-ahead log beside it, SQLite would make one to read the file; told
// that nobody changes the file it does not.  Under the store's lock that is true.
Result<std::unique_ptr<Connection>> OpenToLook(const std::string& path, const std::string& vfs) {
  OpenSettings settings{path, vfs, false, true};
  settings.unchanging = !Exists(path + "-wal");
  return Connection::Open(settings);
}

void LookInside(const StoreOptions& options, const std::string& path,
                const std::optional<Progress>& beside, StoreReport& report) {
  const Result<std::unique_ptr<Connection>> db = OpenToLook(path, options.vfs);
  if (!db.ok()) {
    report.opens = db.status();
    return;
  }
  const Result<Schema> schema = CheckSchema(**db, KnownMigrations(options));
  if (!schema.ok()) {
    report.opens = schema.status();
    return;
  }
  report.exists = *schema != Schema::kNone;
  if (!report.exists) return;
  if (*schema == Schema::kOlder) report.opens = rows::OlderSchema(path);
  const Result<rows::Stamp> stamp = rows::ReadStamp(**db, path);
  if (!stamp.ok()) {
    report.opens = stamp.status();
    return;
  }
  report.stamp = rows::CheckStamp(*stamp, options, path);
  const Result<bool> older = IsOlderCopy(**db, *stamp, beside);
  if (!older.ok()) {
    report.opens = older.status();
    return;
  }
  if (*older) report.age = OlderCopy(path);
  const Result<StoreKeys> keys = ReadKeyFile(report.key_file);
  report.keys = keys.ok() ? rows::CheckKeys(**db, options, *keys, path) : keys.status();
}

}  // namespace

StoreReport LookAtFile(const StoreOptions& options) {
  const std::string path = StorePath(options.url);
  StoreReport report;
  report.key_file = KeyFilePath(options.url, options.key_file);
  report.key_file_exists = Exists(report.key_file);
  report.opens = CheckNotEmptied(path);
  if (report.opens.ok() && Exists(path) && !IsEmpty(path)) {
    // Beside it first: a worker that commits meanwhile must not look like a restore.
    const std::optional<Progress> beside = SideFile::ReadAt(path + ".worker");
    StoreLock lock;
    // Where there is no lock file nobody has the store open.
    if (Exists(path + ".lock")) {
      report.opens = lock.Open(path + ".lock");
      if (report.opens.ok()) report.opens = lock.Acquire(kLockLimit);
    }
    if (report.opens.ok()) {
      LookInside(options, path, beside, report);
      lock.Release();
    } else {
      report.exists = true;
    }
  }
  // A new store takes a key file that is there already.
  if (!report.exists && report.opens.ok() && report.key_file_exists) {
    report.keys = ReadKeyFile(report.key_file).status();
  }
  return report;
}

}  // namespace utboks::sqlite

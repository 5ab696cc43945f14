#include "tests/support/forgetting_vfs.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <optional>
#include <set>
#include <string_view>

#include "queue/base/mutex.h"
#include "queue/base/random.h"

namespace utboks::testing {
namespace {

using Call = ForgettingVfs::Call;

constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
constexpr int kTracked = kJournals | SQLITE_OPEN_MAIN_DB;

// What is left of a cut, put in place of what the machine saw.
bool Replace(const std::string& path, const ForgettingDisk::Handle& file) {
  std::error_code failed;
  if (file == nullptr) {
    std::filesystem::remove(path, failed);
    return !failed;
  }
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << file->synced;
  out.close();
  return out.good();
}

}  // namespace

// Owns the sqlite3_vfs.  All that SQLite calls comes in as static functions, finds
// this object and takes the mutex.
class ForgettingVfs::Shim {
 public:
  explicit Shim(std::uint64_t seed);
  ~Shim();
  Shim(const Shim&) = delete;
  Shim& operator=(const Shim&) = delete;

  const std::string& name() const { return name_; }
  void BeDefault() { sqlite3_vfs_register(&vfs_, 1); }
  void CutAfter(std::uint64_t operations) UTBOKS_EXCLUDES(mutex_);
  void CutNow() UTBOKS_EXCLUDES(mutex_);
  bool HasPower() const UTBOKS_EXCLUDES(mutex_);
  std::uint64_t Operations() const UTBOKS_EXCLUDES(mutex_);
  std::uint64_t Syncs() const UTBOKS_EXCLUDES(mutex_);
  void Fail(Call call, int code, std::uint64_t skip, std::uint64_t times) UTBOKS_EXCLUDES(mutex_);
  Status Restore(Survival survival) UTBOKS_EXCLUDES(mutex_);

 private:
  // SQLite gives us szOsFile bytes for each open file: this, and behind it the
  // real VFS's own.
  struct Tracked {
    ForgettingDisk::Handle file;
    std::string path;
    bool sync_folder;  // with the next sync, as the unix VFS does for new journals
  };
  struct OpenFile {
    sqlite3_file base;  // first: SQLite sees only this
    Shim* shim;
    Tracked* tracked;  // owned; nullptr for temporary files, which nobody misses

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  struct Fault {
    Call call;
    int code;
    std::uint64_t skip, times;
  };

  static Shim& Of(sqlite3_vfs* vfs) { return *static_cast<Shim*>(vfs->pAppData); }
  static OpenFile& Of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }

  // Says whether an operation may be done: SQLITE_OK, an injected failure, or
  // `off` when there is no power.  kMeetsCut: it is the one that meets the cut.
  static constexpr int kMeetsCut = -1;
  int Admit(Call call, int off) UTBOKS_REQUIRES(mutex_);

  int OpenTracked(const char* name, OpenFile& file, int flags, int* out_flags);
  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                  int* out_flags);
  static int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder);

  static int Close(sqlite3_file* file);
  static int Read(sqlite3_file* file, void* to, int count, sqlite3_int64 at);
  static int Write(sqlite3_file* file, const void* from, int count, sqlite3_int64 at);
  static int Truncate(sqlite3_file* file, sqlite3_int64 size);
  static int Sync(sqlite3_file* file, int flags);

  // The real VFS does the rest.
  static int FileSize(sqlite3_file* f, sqlite3_int64* size) {
    return Real(f)->xFileSize(RealFile(f), size);
  }
  static int Lock(sqlite3_file* f, int level) { return Real(f)->xLock(RealFile(f), level); }
  static int Unlock(sqlite3_file* f, int level) { return Real(f)->xUnlock(RealFile(f), level); }
  static int CheckReservedLock(sqlite3_file* f, int* held) {
    return Real(f)->xCheckReservedLock(RealFile(f), held);
  }
  static int FileControl(sqlite3_file* f, int op, void* arg) {
    return Real(f)->xFileControl(RealFile(f), op, arg);
  }
  static int SectorSize(sqlite3_file* f) { return Real(f)->xSectorSize(RealFile(f)); }
  static int DeviceCharacteristics(sqlite3_file* f) {
    return Real(f)->xDeviceCharacteristics(RealFile(f));
  }
  static int ShmMap(sqlite3_file* f, int page, int size, int extend, void volatile** to) {
    return Real(f)->xShmMap(RealFile(f), page, size, extend, to);
  }
  static int ShmLock(sqlite3_file* f, int at, int count, int flags) {
    return Real(f)->xShmLock(RealFile(f), at, count, flags);
  }
  static void ShmBarrier(sqlite3_file* f) { Real(f)->xShmBarrier(RealFile(f)); }
  static int ShmUnmap(sqlite3_file* f, int remove) {
    return Real(f)->xShmUnmap(RealFile(f), remove);
  }
  static sqlite3_file* RealFile(sqlite3_file* f) { return Of(f).real(); }
  static const sqlite3_io_methods* Real(sqlite3_file* f) { return RealFile(f)->pMethods; }

  static const sqlite3_io_methods kMethods;

  sqlite3_vfs* const former_default_ = sqlite3_vfs_find(nullptr);
  sqlite3_vfs* const real_ = sqlite3_vfs_find("unix");
  std::string name_;
  sqlite3_vfs vfs_{};  // const once registered

  mutable Mutex mutex_;
  std::unique_ptr<Random> random_ UTBOKS_GUARDED_BY(mutex_);
  ForgettingDisk disk_ UTBOKS_GUARDED_BY(mutex_);
  std::vector<Fault> faults_ UTBOKS_GUARDED_BY(mutex_);
  std::set<std::string> databases_ UTBOKS_GUARDED_BY(mutex_);
  std::optional<std::uint64_t> until_cut_ UTBOKS_GUARDED_BY(mutex_);
  bool power_ UTBOKS_GUARDED_BY(mutex_) = true;
  int open_files_ UTBOKS_GUARDED_BY(mutex_) = 0;
  std::uint64_t operations_ UTBOKS_GUARDED_BY(mutex_) = 0;
  std::uint64_t syncs_ UTBOKS_GUARDED_BY(mutex_) = 0;
};

// Version 2: with shared memory, without memory-mapped files, whose writes nobody
// could see.
const sqlite3_io_methods ForgettingVfs::Shim::kMethods = {2,
                                                          Close,
                                                          Read,
                                                          Write,
                                                          Truncate,
                                                          Sync,
                                                          FileSize,
                                                          Lock,
                                                          Unlock,
                                                          CheckReservedLock,
                                                          FileControl,
                                                          SectorSize,
                                                          DeviceCharacteristics,
                                                          ShmMap,
                                                          ShmLock,
                                                          ShmBarrier,
                                                          ShmUnmap,
                                                          nullptr,
                                                          nullptr};

ForgettingVfs::Shim::Shim(std::uint64_t seed) : random_(SeededRandom(seed)) {
  static std::atomic<int> made = 0;
  name_ = fmt::format("forgetting-{}", ++made);
  vfs_ = *real_;
  vfs_.iVersion = 2;  // nothing of version 3: system calls are the real one's matter
  vfs_.szOsFile = static_cast<int>(sizeof(OpenFile)) + real_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = Open;
  vfs_.xDelete = Delete;
  // The others were made for the real object and ask it for its own data.
  vfs_.xAccess = [](sqlite3_vfs* v, const char* name, int flags, int* out) {
    return Of(v).real_->xAccess(Of(v).real_, name, flags, out);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* v, const char* name, int size, char* out) {
    return Of(v).real_->xFullPathname(Of(v).real_, name, size, out);
  };
  vfs_.xRandomness = [](sqlite3_vfs* v, int size, char* out) {
    return Of(v).real_->xRandomness(Of(v).real_, size, out);
  };
  vfs_.xSleep = [](sqlite3_vfs* v, int micros) { return Of(v).real_->xSleep(Of(v).real_, micros); };
  vfs_.xCurrentTime = [](sqlite3_vfs* v, double* now) {
    return Of(v).real_->xCurrentTime(Of(v).real_, now);
  };
  vfs_.xGetLastError = [](sqlite3_vfs* v, int size, char* out) {
    return Of(v).real_->xGetLastError(Of(v).real_, size, out);
  };
  vfs_.xCurrentTimeInt64 = [](sqlite3_vfs* v, sqlite3_int64* now) {
    return Of(v).real_->xCurrentTimeInt64(Of(v).real_, now);
  };
  sqlite3_vfs_register(&vfs_, 0);
}

ForgettingVfs::Shim::~Shim() {
  MutexLock lock(mutex_);
  if (open_files_ != 0) std::abort();
  const bool was_default = sqlite3_vfs_find(nullptr) == &vfs_;
  sqlite3_vfs_unregister(&vfs_);
  if (was_default) sqlite3_vfs_register(former_default_, 1);
}

void ForgettingVfs::Shim::CutAfter(std::uint64_t operations) {
  MutexLock lock(mutex_);
  until_cut_ = operations;
}

void ForgettingVfs::Shim::CutNow() {
  MutexLock lock(mutex_);
  power_ = false;
}

bool ForgettingVfs::Shim::HasPower() const {
  MutexLock lock(mutex_);
  return power_;
}

std::uint64_t ForgettingVfs::Shim::Operations() const {
  MutexLock lock(mutex_);
  return operations_;
}

std::uint64_t ForgettingVfs::Shim::Syncs() const {
  MutexLock lock(mutex_);
  return syncs_;
}

void ForgettingVfs::Shim::Fail(Call call, int code, std::uint64_t skip, std::uint64_t times) {
  MutexLock lock(mutex_);
  faults_.push_back({call, code, skip, times});
}

Status ForgettingVfs::Shim::Restore(Survival survival) {
  MutexLock lock(mutex_);
  if (open_files_ != 0) {
    return Status(Code::kConflict,
                  fmt::format("{} files are still open: close every connection", open_files_));
  }
  for (const auto& [path, file] : disk_.LosePower(survival, *random_)) {
    if (!Replace(path, file)) {
      return Status(Code::kUnreadable, fmt::format("cannot put back {}", path));
    }
  }
  for (const std::string& database : databases_) Replace(database + "-shm", nullptr);
  until_cut_.reset();
  power_ = true;
  return Status();
}

int ForgettingVfs::Shim::Admit(Call call, int off) {
  if (!power_) return off;
  for (Fault& fault : faults_) {
    if (fault.call != call || fault.times == 0) continue;
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    if (fault.times != kForEver) --fault.times;
    return fault.code;
  }
  if (until_cut_ && (*until_cut_)-- == 0) {
    power_ = false;
    return kMeetsCut;
  }
  ++operations_;
  if (call == Call::kSync) ++syncs_;
  return SQLITE_OK;
}

int ForgettingVfs::Shim::Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* raw, int flags,
                              int* out_flags) {
  Shim& shim = Of(vfs);
  OpenFile& file = *new (raw) OpenFile{{nullptr}, &shim, nullptr};
  const bool tracked =
      name != nullptr && (flags & kTracked) != 0 && (flags & SQLITE_OPEN_DELETEONCLOSE) == 0;
  const int result = tracked ? shim.OpenTracked(name, file, flags, out_flags)
                             : shim.real_->xOpen(shim.real_, name, file.real(), flags, out_flags);
  if (result != SQLITE_OK) return result;
  file.base.pMethods = &kMethods;
  MutexLock lock(shim.mutex_);
  ++shim.open_files_;
  return SQLITE_OK;
}

int ForgettingVfs::Shim::OpenTracked(const char* name, OpenFile& file, int flags, int* out_flags) {
  MutexLock lock(mutex_);
  if (!power_) return SQLITE_CANTOPEN;
  // Not by xAccess, to which an empty file is none.
  const bool there = ::access(name, F_OK) == 0;
  if (!there) {
    const int admitted = Admit(Call::kOpen, SQLITE_CANTOPEN);
    if (admitted != SQLITE_OK) return admitted == kMeetsCut ? SQLITE_CANTOPEN : admitted;
  }
  const int result = real_->xOpen(real_, name, file.real(), flags, out_flags);
  if (result != SQLITE_OK) return result;
  ForgettingDisk::Handle handle = disk_.Find(name);
  if (!there) {
    handle = disk_.Create(name);
  } else if (handle == nullptr) {
    sqlite3_int64 size = 0;
    file.real()->pMethods->xFileSize(file.real(), &size);
    std::string bytes(static_cast<std::size_t>(size), '\0');
    const int read = size == 0 ? SQLITE_OK
                               : file.real()->pMethods->xRead(file.real(), bytes.data(),
                                                              static_cast<int>(size), 0);
    if (read != SQLITE_OK) {
      file.real()->pMethods->xClose(file.real());
      return read;
    }
    handle = disk_.Adopt(name, std::move(bytes));
  }
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) databases_.insert(name);
  const bool new_journal = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & kJournals) != 0;
  file.tracked = new Tracked{std::move(handle), name, new_journal};
  return SQLITE_OK;
}

int ForgettingVfs::Shim::Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  Shim& shim = Of(vfs);
  MutexLock lock(shim.mutex_);
  const int admitted = shim.Admit(Call::kRemove, SQLITE_IOERR_DELETE);
  if (admitted != SQLITE_OK) return admitted == kMeetsCut ? SQLITE_IOERR_DELETE : admitted;
  const int result = shim.real_->xDelete(shim.real_, name, 0);
  if (result != SQLITE_OK) return result;
  shim.disk_.Remove(name);
  if (sync_folder != 0) shim.disk_.SyncFolderOf(name);
  return SQLITE_OK;
}

int ForgettingVfs::Shim::Close(sqlite3_file* raw) {
  OpenFile& file = Of(raw);
  const int result = Real(raw)->xClose(file.real());
  delete file.tracked;
  MutexLock lock(file.shim->mutex_);
  --file.shim->open_files_;
  return result;
}

int ForgettingVfs::Shim::Read(sqlite3_file* raw, void* to, int count, sqlite3_int64 at) {
  OpenFile& file = Of(raw);
  if (file.tracked != nullptr && !file.shim->HasPower()) return SQLITE_IOERR_READ;
  return Real(raw)->xRead(file.real(), to, count, at);
}

int ForgettingVfs::Shim::Write(sqlite3_file* raw, const void* from, int count, sqlite3_int64 at) {
  OpenFile& file = Of(raw);
  if (file.tracked == nullptr) return Real(raw)->xWrite(file.real(), from, count, at);
  Shim& shim = *file.shim;
  MutexLock lock(shim.mutex_);
  const int admitted = shim.Admit(Call::kWrite, SQLITE_IOERR_WRITE);
  if (admitted != SQLITE_OK && admitted != kMeetsCut) return admitted;
  const int result =
      admitted == kMeetsCut ? SQLITE_IOERR_WRITE : Real(raw)->xWrite(file.real(), from, count, at);
  if (admitted == kMeetsCut || result == SQLITE_OK) {
    ForgettingDisk::Write(file.tracked->file, static_cast<std::size_t>(at),
                          {static_cast<const char*>(from), static_cast<std::size_t>(count)});
  }
  return result;
}

int ForgettingVfs::Shim::Truncate(sqlite3_file* raw, sqlite3_int64 size) {
  OpenFile& file = Of(raw);
  if (file.tracked == nullptr) return Real(raw)->xTruncate(file.real(), size);
  Shim& shim = *file.shim;
  MutexLock lock(shim.mutex_);
  const int admitted = shim.Admit(Call::kTruncate, SQLITE_IOERR_TRUNCATE);
  if (admitted != SQLITE_OK && admitted != kMeetsCut) return admitted;
  const int result =
      admitted == kMeetsCut ? SQLITE_IOERR_TRUNCATE : Real(raw)->xTruncate(file.real(), size);
  if (admitted == kMeetsCut || result == SQLITE_OK) {
    ForgettingDisk::Truncate(file.tracked->file, static_cast<std::size_t>(size));
  }
  return result;
}

int ForgettingVfs::Shim::Sync(sqlite3_file* raw, int /*flags*/) {
  OpenFile& file = Of(raw);
  if (file.tracked == nullptr) return SQLITE_OK;
  Shim& shim = *file.shim;
  MutexLock lock(shim.mutex_);
  const int admitted = shim.Admit(Call::kSync, SQLITE_IOERR_FSYNC);
  if (admitted == kMeetsCut || !shim.power_) return SQLITE_IOERR_FSYNC;
  if (admitted != SQLITE_OK) {
    ForgettingDisk::FailSync(file.tracked->file);
    return admitted;
  }
  ForgettingDisk::Sync(file.tracked->file);
  if (file.tracked->sync_folder) {
    shim.disk_.SyncFolderOf(file.tracked->path);
    file.tracked->sync_folder = false;
  }
  return SQLITE_OK;
}

ForgettingVfs::ForgettingVfs(std::uint64_t seed) : shim_(std::make_unique<Shim>(seed)) {}
ForgettingVfs::~ForgettingVfs() = default;
const std::string& ForgettingVfs::name() const {
  return shim_->name();
}
void ForgettingVfs::BeDefault() {
  shim_->BeDefault();
}
void ForgettingVfs::CutAfter(std::uint64_t operations) {
  shim_->CutAfter(operations);
}
void ForgettingVfs::CutNow() {
  shim_->CutNow();
}
bool ForgettingVfs::HasPower() const {
  return shim_->HasPower();
}
std::uint64_t ForgettingVfs::Operations() const {
  return shim_->Operations();
}
std::uint64_t ForgettingVfs::Syncs() const {
  return shim_->Syncs();
}
void ForgettingVfs::Fail(Call call, int code, std::uint64_t skip, std::uint64_t times) {
  shim_->Fail(call, code, skip, times);
}
Status ForgettingVfs::Restore(Survival survival) {
  return shim_->Restore(survival);
}

}  // namespace utboks::testing

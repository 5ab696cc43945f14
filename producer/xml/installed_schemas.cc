#include "producer/xml/installed_schemas.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "queue/base/open_file.h"
#include "queue/base/sync_folder.h"

namespace utboks {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLink = "current";
constexpr std::string_view kNextLink = "current.new";
constexpr std::string_view kSetPrefix = "set.";
constexpr std::string_view kSums = "SHA256SUMS";
// Contracts are public, and whoever hands in reads them.
constexpr mode_t kFolderMode = 0755;
constexpr mode_t kFileMode = 0644;
// A reader that finds the set replaced under it begins again.
constexpr int kReadings = 20;
constexpr std::size_t kMaxSums = 256u << 10;

std::string In(const std::string& folder, std::string_view name) {
  return fmt::format("{}/{}", folder, name);
}

// ---- reading ----

Status Unusable(const std::string& folder, std::string_view why) {
  return {Code::kConfig,
          fmt::format("the schemas installed in {} cannot be used: {}; install them again, or go "
                      "back to the shipped ones: `utboks schemas install --shipped`",
                      folder, why)};
}

std::optional<std::string> ReadSums(int dir) {
  const OpenFile file(openat(dir, std::string(kSums).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.ok()) return std::nullopt;
  std::string text(kMaxSums, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t got = read(file.fd(), text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

Result<std::shared_ptr<const PublishedSchemas>> ReadSet(int dir, const std::string& folder) {
  auto set = PublishedSchemas::LoadOpen(dir, In(folder, kLink));
  if (!set.ok()) return Unusable(folder, set.status().text());
  if (ReadSums(dir) != (*set)->Sums()) {
    return Unusable(folder, fmt::format("they are not what was installed, says {}", kSums));
  }
  return set;
}

// Whether `link` leads to the folder that is open, still.
bool LeadsTo(const std::string& link, int dir) {
  struct stat now {};
  struct stat opened {};
  return stat(link.c_str(), &now) == 0 && fstat(dir, &opened) == 0 && now.st_dev == opened.st_dev &&
         now.st_ino == opened.st_ino;
}

// ---- changing ----

Status Unwritable(const std::string& path, int error) {
  const std::string why = fmt::format("{}: {}", path, std::strerror(error));
  if (error == ENOSPC || error == EDQUOT) {
    return {Code::kFull,
            fmt::format("there is no room for the schemas, nothing was changed: {}", why)};
  }
  return {
      Code::kConfig,
      fmt::format("the schemas cannot be put in place, nothing was changed: {}; run this as the "
                  "worker's user, and see [schemas] directory",
                  why)};
}

Status WriteFile(const std::string& path, std::string_view bytes) {
  const OpenFile file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (!file.ok()) return Unwritable(path, errno);
  while (!bytes.empty()) {
    const ssize_t wrote = write(file.fd(), bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return Unwritable(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  // Whatever the umask took off.
  if (fchmod(file.fd(), kFileMode) != 0 || fsync(file.fd()) != 0) return Unwritable(path, errno);
  return {};
}

// The set as it will be linked, durable, and read back.
Status WriteSet(const PublishedSchemas& set, const std::string& folder) {
  for (const auto& [name, bytes] : set.files()) {
    UTBOKS_RETURN_IF_ERROR(WriteFile(In(folder, name), bytes));
  }
  UTBOKS_RETURN_IF_ERROR(WriteFile(In(folder, kSums), set.Sums()));
  if (chmod(folder.c_str(), kFolderMode) != 0 || !SyncFolderOf(In(folder, kSums))) {
    return Unwritable(folder, errno);
  }
  const auto written = PublishedSchemas::Load(folder);
  if (!written.ok()) return written.status();
  if ((*written)->files() != set.files()) return Unwritable(folder, EIO);
  return {};
}

// What no link leads to: an old set, or what a crash left.
void RemoveUnlinked(const std::string& folder) {
  std::error_code error;
  const fs::path used = fs::read_symlink(In(folder, kLink), error);
  std::vector<fs::path> unlinked;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kSetPrefix) && name != used.string()) unlinked.push_back(entry->path());
  }
  // One that stays is in nobody's way; the next change tries again.
  for (const fs::path& set : unlinked) fs::remove_all(set, error);
}

// Nobody else changes the folder while this is there.
Result<std::unique_ptr<OpenFile>> Lock(const std::string& folder) {
  auto lock = std::make_unique<OpenFile>(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock->ok()) return Unwritable(folder, errno);
  if (flock(lock->fd(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return Unwritable(folder, errno);
  return Status(Code::kBusy,
                fmt::format("another process is changing the schemas in {}: try again", folder));
}

Status NotSet() {
  return {Code::kConfig, "[schemas] directory is \"\": there is nowhere to install schemas"};
}

// The rename is done, but may not outlast a power cut.
Status NotDurable(const std::string& folder, int error) {
  return {Code::kConfig, fmt::format("the schemas are in place, but {} cannot be made durable: {}; "
                                     "do it again once the disk is well",
                                     folder, std::strerror(error))};
}

Status LinkTo(const std::string& set, const std::string& folder) {
  const std::string next = In(folder, kNextLink);
  unlink(next.c_str());
  if (symlink(set.c_str(), next.c_str()) != 0) return Unwritable(next, errno);
  if (rename(next.c_str(), In(folder, kLink).c_str()) != 0) {
    const int why = errno;
    unlink(next.c_str());
    return Unwritable(folder, why);
  }
  if (!SyncFolderOf(next)) return NotDurable(folder, errno);
  return {};
}

}  // namespace

Result<std::shared_ptr<const PublishedSchemas>> InstalledSchemas::Read() const {
  const std::shared_ptr<const PublishedSchemas> none;
  if (folder_.empty()) return none;
  const std::string link = In(folder_, kLink);
  for (int reading = 0; reading < kReadings; ++reading) {
    const OpenFile dir(open(link.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!dir.ok()) {
      const int why = errno;
      if (why != ENOENT) return Unusable(folder_, std::strerror(why));
      struct stat info {};
      if (lstat(link.c_str(), &info) != 0) return none;
      continue;  // the set went away between the link and itself
    }
    auto set = ReadSet(dir.fd(), folder_);
    if (set.ok() || LeadsTo(link, dir.fd())) return set;
  }
  std::error_code error;
  if (!fs::exists(link, error)) return Unusable(folder_, "the set in use is gone");
  return Status(Code::kBusy,
                fmt::format("the schemas in {} are being replaced: try again", folder_));
}

Status InstalledSchemas::Replace(const PublishedSchemas& set) const {
  if (folder_.empty()) return NotSet();
  if (mkdir(folder_.c_str(), kFolderMode) == 0) {
    if (chmod(folder_.c_str(), kFolderMode) != 0 || !SyncFolderOf(folder_)) {
      return Unwritable(folder_, errno);
    }
  } else if (errno != EEXIST) {
    return Unwritable(folder_, errno);
  }
  const auto lock = Lock(folder_);
  if (!lock.ok()) return lock.status();
  RemoveUnlinked(folder_);
  std::string staging = In(folder_, fmt::format("{}XXXXXX", kSetPrefix));
  if (mkdtemp(staging.data()) == nullptr) return Unwritable(folder_, errno);
  Status done = WriteSet(set, staging);
  if (done.ok()) done = LinkTo(fs::path(staging).filename().string(), folder_);
  RemoveUnlinked(folder_);  // the one before, or the one that failed
  return done;
}

Result<bool> InstalledSchemas::Remove() const {
  if (folder_.empty()) return false;
  const std::string link = In(folder_, kLink);
  struct stat info {};
  if (lstat(link.c_str(), &info) != 0) {
    if (errno == ENOENT) return false;
    return Unwritable(link, errno);
  }
  const auto lock = Lock(folder_);
  if (!lock.ok()) return lock.status();
  if (unlink(link.c_str()) != 0 && errno != ENOENT) return Unwritable(link, errno);
  if (!SyncFolderOf(link)) return NotDurable(folder_, errno);
  RemoveUnlinked(folder_);
  return true;
}

}  // namespace utboks

#include "producer/xml/published_schemas.h"

#include <Poco/SHA2Engine.h>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "queue/base/open_file.h"

namespace utboks {
namespace {

constexpr std::string_view kEnding = ".xsd";

Status Unreadable(const std::string& path, int error) {
  return {Code::kUnreadable, fmt::format("{} cannot be read: {}", path, std::strerror(error))};
}

// The names in it, in order.
Result<std::vector<std::string>> NamesIn(int dir, const std::string& shown) {
  // A stream of its own, which its end closes; from the beginning, whoever read before.
  const int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = own < 0 ? nullptr : fdopendir(own);
  if (stream == nullptr) {
    const int why = errno;
    if (own >= 0) close(own);
    return Unreadable(shown, why);
  }
  std::vector<std::string> names;
  int why = 0;
  while (true) {
    errno = 0;
    const dirent* entry = readdir(stream);
    why = errno;
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == PublishedSchemas::kMaxFiles) {
      closedir(stream);
      return Status(Code::kInvalid,
                    fmt::format("{} holds more than {} files: it is not the folder of the "
                                "published ones",
                                shown, PublishedSchemas::kMaxFiles));
    }
    names.emplace_back(name);
  }
  closedir(stream);
  if (why != 0) return Unreadable(shown, why);
  std::ranges::sort(names);
  return names;
}

Status NotRegular(const std::string& path, mode_t mode) {
  const std::string_view what = S_ISDIR(mode)   ? "a folder"
                                : S_ISLNK(mode) ? "a symbolic link"
                                                : "no regular file";
  return {Code::kInvalid,
          fmt::format("{} is {}: the published files must lie in one flat folder", path, what)};
}

// The bytes of a regular file.
Result<std::string> ReadFile(int dir, const std::string& name, const std::string& path) {
  // Not waiting: whatever took the file's place meanwhile is no pipe that we hang on.
  const OpenFile file(openat(dir, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info {};
  if (!file.ok() || fstat(file.fd(), &info) != 0) return Unreadable(path, errno);
  if (!S_ISREG(info.st_mode)) return NotRegular(path, info.st_mode);
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size > PublishedSchemas::kMaxFile) {
    return Status(Code::kInvalid, fmt::format("{} is larger than {} MiB: it is no schema of the "
                                              "register",
                                              path, PublishedSchemas::kMaxFile >> 20));
  }
  std::string bytes(size + 1, '\0');  // one more, to see its end
  std::size_t length = 0;
  while (length < bytes.size()) {
    const ssize_t got = read(file.fd(), bytes.data() + length, bytes.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unreadable(path, errno);
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  if (length != size) {
    return Status(Code::kUnreadable,
                  fmt::format("{} is being written: try again once it is whole", path));
  }
  bytes.resize(length);
  return bytes;
}

std::string Sha256(std::string_view bytes) {
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  engine.update(bytes.data(), bytes.size());
  return Poco::DigestEngine::digestToHex(engine.digest());
}

}  // namespace

Result<std::shared_ptr<const PublishedSchemas>> PublishedSchemas::Load(const std::string& dir) {
  const OpenFile folder(open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok()) return Unreadable(dir, errno);
  return LoadOpen(folder.fd(), dir);
}

Result<std::shared_ptr<const PublishedSchemas>> PublishedSchemas::LoadOpen(
    int dir, const std::string& shown) {
  const auto names = NamesIn(dir, shown);
  if (!names.ok()) return names.status();
  std::shared_ptr<PublishedSchemas> set(new PublishedSchemas());
  std::size_t total = 0;
  for (const std::string& name : *names) {
    const std::string path = fmt::format("{}/{}", shown, name);
    struct stat info {};
    if (fstatat(dir, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      return Unreadable(path, errno);
    }
    if (!S_ISREG(info.st_mode)) return NotRegular(path, info.st_mode);
    if (!name.ends_with(kEnding)) {
      set->others_.push_back(name);
      continue;
    }
    auto bytes = ReadFile(dir, name, path);
    if (!bytes.ok()) return bytes.status();
    total += bytes->size();
    if (total > kMaxTotal) {
      return Status(Code::kInvalid, fmt::format("{} holds more than {} MiB of schemas: it is not "
                                                "the folder of the published ones",
                                                shown, kMaxTotal >> 20));
    }
    set->files_.emplace(name, *std::move(bytes));
  }
  return std::shared_ptr<const PublishedSchemas>(std::move(set));
}

std::shared_ptr<const PublishedSchemas> PublishedSchemas::Only(
    const std::set<std::string>& wanted) const {
  std::shared_ptr<PublishedSchemas> set(new PublishedSchemas());
  for (const auto& [name, bytes] : files_) {
    if (wanted.contains(name)) set->files_.emplace(name, bytes);
  }
  return set;
}

std::string PublishedSchemas::Sums() const {
  std::string sums;
  for (const auto& [name, bytes] : files_) sums += fmt::format("{}  {}\n", Sha256(bytes), name);
  return sums;
}

std::string PublishedSchemas::Meant(std::string_view location, std::string_view) const {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t end = location.find_last_not_of(kBlank);
  if (end == std::string_view::npos) return "";
  location = location.substr(0, end + 1);
  // Windows' separator too: the files are written by people.
  const std::size_t slash = location.find_last_of("/\\");
  if (slash != std::string_view::npos) return std::string(location.substr(slash + 1));
  return std::string(location.substr(location.find_first_not_of(kBlank)));
}

std::optional<std::string> PublishedSchemas::Read(const std::string& file) const {
  const auto found = files_.find(file);
  if (found == files_.end()) return std::nullopt;
  return found->second;
}

}  // namespace utboks

#include "queue/sqlite/side_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <system_error>

#include "queue/base/sync_folder.h"

namespace utboks::sqlite {
namespace {

// Takes `before` and a number off the front of `text`.
bool TakeNumber(std::string_view* text, std::string_view before, std::int64_t* number) {
  if (!text->starts_with(before)) return false;
  text->remove_prefix(before.size());
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), *number);
  if (error != std::errc()) return false;
  text->remove_prefix(static_cast<std::size_t>(end - text->data()));
  return true;
}

std::optional<Progress> Parse(std::string_view line) {
  Progress progress;
  if (!TakeNumber(&line, "utboks ", &progress.epoch)) return std::nullopt;
  if (!TakeNumber(&line, " ", &progress.rows)) return std::nullopt;
  return progress;
}

}  // namespace

SideFile::~SideFile() {
  if (fd_ >= 0) close(fd_);
}

std::optional<Progress> SideFile::ReadAt(const std::string& path) {
  SideFile file;
  file.fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  return file.Read();
}

Status SideFile::Open(const std::string& path) {
  path_ = path;
  fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ >= 0) return Status();
  return Status(Code::kConfig, fmt::format("{} cannot be opened ({}); check who may write in its "
                                           "folder",
                                           path, std::strerror(errno)));
}

std::optional<Progress> SideFile::Read() const {
  std::array<char, 65> line{};
  if (fd_ < 0 || pread(fd_, line.data(), line.size() - 1, 0) <= 0) return std::nullopt;
  return Parse(line.data());
}

void SideFile::Write(const Progress& progress) {
  if (fd_ < 0) return;
  const std::string text = fmt::format("utboks {} {}", progress.epoch, progress.rows);
  const std::string line = fmt::format("{:<63}\n", text);
  // A line that cannot be written leaves the older one, which is harmless.
  [[maybe_unused]] const ssize_t wrote = pwrite(fd_, line.data(), line.size(), 0);
}

Status SideFile::Sync() const {
  if (fd_ < 0 || (fsync(fd_) == 0 && SyncFolderOf(path_))) return Status();
  return Status(Code::kBusy,
                fmt::format("{} cannot be made durable ({}); check the disk and start again", path_,
                            std::strerror(errno)));
}

Status CheckNotEmptied(const std::string& path) {
  // Beside it first: one that is being made just now has its file before its first row.
  const std::optional<Progress> beside = SideFile::ReadAt(path + ".worker");
  if (!beside || beside->rows == 0) return Status();
  struct stat about {};
  const bool there = stat(path.c_str(), &about) == 0;
  if (there && about.st_size > 0) return Status();
  return Status(Code::kCorrupt,
                fmt::format("store {} is {}, but {}.worker tells of one that had messages; put it "
                            "back or restore from a backup, and to begin anew without them remove "
                            "{}.worker",
                            path, there ? "empty" : "gone", path, path));
}

}  // namespace utboks::sqlite

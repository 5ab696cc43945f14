// The restore guard: how far the store had come, written beside it after each
// commit (architecture.md §4).  A copy put back is older than this file says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "queue/base/status.h"

namespace utboks::sqlite {

struct Progress {
  std::int64_t epoch = 0;
  std::int64_t rows = 0;  // of history and attempts that there ever were
};

class SideFile {
 public:
  SideFile() = default;  // of a store in memory: keeps nothing
  ~SideFile();
  SideFile(const SideFile&) = delete;
  SideFile& operator=(const SideFile&) = delete;

  // Without making it.
  static std::optional<Progress> ReadAt(const std::string& path);

  Status Open(const std::string& path);
  // Nothing when it has never been written, or cannot be understood.
  std::optional<Progress> Read() const;
  // Not synced: after a power loss it may tell of less than the store holds, which
  // is harmless.
  void Write(const Progress& progress);
  // Line and name are durable.  Needed where the line is the first, for a file that
  // vanished counts as older, and where it tells of a new epoch.
  Status Sync() const;

 private:
  int fd_ = -1;
  std::string path_;
};

// kCorrupt when the store at `path` is gone or empty and its side file tells of rows:
// it could be taken for one to be made, and all that was in it would be forgotten
// without a word.
Status CheckNotEmptied(const std::string& path);

}  // namespace utboks::sqlite

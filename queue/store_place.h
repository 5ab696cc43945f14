// Where a store's file lies: what kind of disk, how much room, and whether this
// process may write there.  Looks only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace utboks {

enum class DiskKind {
  kLocal,
  kNetwork,    // locks and fsync of a network do not hold what SQLite needs of them
  kShared,     // through another program (FUSE): it may be a network behind it
  kVanishing,  // in memory, or a container's own layer: gone with it
  kUnknown,
};

struct FileSystem {
  std::string_view name;  // "ext", "nfs"; "" = unknown
  DiskKind kind = DiskKind::kUnknown;
};

// By the number that statfs(2) gives.  Pure.
FileSystem FileSystemOf(std::uint64_t magic);

struct StorePlace {
  std::string file, folder;
  int folder_error = 0;  // errno: there is no such folder, or it cannot be seen
  // errno of what a worker must be allowed: to make and change files in the folder,
  // and the file itself where it exists.  0 = it may.
  int folder_write_error = 0, file_write_error = 0;
  std::uint64_t magic = 0;  // 0 = nobody could say
  std::optional<std::uint64_t> free_bytes;
};

StorePlace LookAtPlace(const std::string& file);

// What a program may still write where `path` (a file or a folder) lies; nothing
// when nobody can say.
std::optional<std::uint64_t> FreeBytes(const std::string& path);

}  // namespace utboks

#include "queue/store_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

namespace utboks {
namespace {

struct Known {
  std::uint64_t magic;
  FileSystem is;
};

// statfs(2) and linux/magic.h; those that neither names are the file systems' own.
constexpr std::array kKnown = {
    Known{0xef53, {"ext", DiskKind::kLocal}},
    Known{0x58465342, {"xfs", DiskKind::kLocal}},
    Known{0x9123683e, {"btrfs", DiskKind::kLocal}},
    Known{0x2fc12fc1, {"zfs", DiskKind::kLocal}},
    Known{0xf2f52010, {"f2fs", DiskKind::kLocal}},
    Known{0xca451a4e, {"bcachefs", DiskKind::kLocal}},
    Known{0x3153464a, {"jfs", DiskKind::kLocal}},
    Known{0x52654973, {"reiserfs", DiskKind::kLocal}},
    Known{0x6969, {"nfs", DiskKind::kNetwork}},
    Known{0xff534d42, {"cifs", DiskKind::kNetwork}},
    Known{0xfe534d42, {"smb2", DiskKind::kNetwork}},
    Known{0x517b, {"smb", DiskKind::kNetwork}},
    Known{0x564c, {"ncp", DiskKind::kNetwork}},
    Known{0x01021997, {"9p", DiskKind::kNetwork}},
    Known{0x00c36400, {"ceph", DiskKind::kNetwork}},
    Known{0x5346414f, {"afs", DiskKind::kNetwork}},
    Known{0x6b414653, {"afs", DiskKind::kNetwork}},
    Known{0x73757245, {"coda", DiskKind::kNetwork}},
    Known{0x01161970, {"gfs2", DiskKind::kNetwork}},
    Known{0x7461636f, {"ocfs2", DiskKind::kNetwork}},
    Known{0x0bd00bd0, {"lustre", DiskKind::kNetwork}},
    Known{0x19830326, {"beegfs", DiskKind::kNetwork}},
    Known{0x47504653, {"gpfs", DiskKind::kNetwork}},
    Known{0x786f4256, {"vboxsf", DiskKind::kNetwork}},
    Known{0x65735546, {"fuse", DiskKind::kShared}},
    Known{0x01021994, {"tmpfs", DiskKind::kVanishing}},
    Known{0x858458f6, {"ramfs", DiskKind::kVanishing}},
    Known{0x794c7630, {"overlay", DiskKind::kVanishing}},
};

// With the rights that the process acts with; 0, or errno.
int MayNot(const std::string& path, int what) {
  return faccessat(AT_FDCWD, path.c_str(), what, AT_EACCESS) == 0 ? 0 : errno;
}

}  // namespace

FileSystem FileSystemOf(std::uint64_t magic) {
  const auto* const found =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.magic == magic; });
  return found == kKnown.end() ? FileSystem{} : found->is;
}

StorePlace LookAtPlace(const std::string& file) {
  StorePlace place;
  place.file = file;
  place.folder = std::filesystem::path(file).parent_path().string();
  if (place.folder.empty()) place.folder = ".";
  struct stat about {};
  if (stat(place.folder.c_str(), &about) != 0) {
    place.folder_error = errno;
  } else if (!S_ISDIR(about.st_mode)) {
    place.folder_error = ENOTDIR;
  }
  if (place.folder_error != 0) return place;
  place.folder_write_error = MayNot(place.folder, R_OK | W_OK | X_OK);
  const bool exists = stat(file.c_str(), &about) == 0;
  if (exists) place.file_write_error = MayNot(file, R_OK | W_OK);
  const std::string& there = exists ? file : place.folder;
  struct statfs disk {};
  // The kernel's type is signed on some machines; the numbers have 32 bits.
  if (statfs(there.c_str(), &disk) == 0) place.magic = static_cast<std::uint32_t>(disk.f_type);
  place.free_bytes = FreeBytes(there);
  return place;
}

std::optional<std::uint64_t> FreeBytes(const std::string& path) {
  struct statvfs disk {};
  if (statvfs(path.c_str(), &disk) != 0) return std::nullopt;
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

}  // namespace utboks

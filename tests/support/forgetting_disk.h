// A model of what a disk still holds after the power was lost.
//
// A write that no sync of its file followed is in the page cache, not on the
// disk: after a cut it may be there, be gone, or be there in part.  The same goes
// for a name that was made or removed and whose folder was not synced.  Pure
// bookkeeping; forgetting_vfs.h puts it under SQLite.  Not safe for threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "queue/base/random.h"

namespace utboks::testing {

// What of that which was not synced is found after a cut.  Each is a thing that
// disks do.
enum class Survival {
  kNothing,  // the cache was never written back
  kPrefix,   // written back in order up to some point, the last write torn at a sector
  kSectors,  // each sector written back or not, in no order
};

inline const char* NameOf(Survival survival) {
  return survival == Survival::kNothing  ? "Nothing"
         : survival == Survival::kPrefix ? "Prefix"
                                         : "Sectors";
}
// For GoogleTest, which shows bytes otherwise.
inline void PrintTo(Survival survival, std::ostream* out) {
  *out << NameOf(survival);
}

class ForgettingDisk {
 public:
  static constexpr std::size_t kSector = 512;

  struct Change {
    std::size_t at = 0;
    std::string bytes;
    bool truncate = false;  // the file ends at `at`
  };
  struct File {
    std::string synced;           // what no cut can take
    std::vector<Change> pending;  // since the last sync, oldest first
  };
  using Handle = std::shared_ptr<File>;

  // nullptr when there is no such file now.
  Handle Find(const std::string& path) const;
  // A file that stood on the disk before anybody looked: durable, name and bytes.
  Handle Adopt(const std::string& path, std::string bytes);
  // A new empty file, whose name a cut may take until its folder is synced.
  Handle Create(const std::string& path);
  // The name goes; a cut may bring it back until its folder is synced.
  void Remove(const std::string& path);
  void SyncFolderOf(const std::string& path);

  static void Write(const Handle& file, std::size_t at, std::string_view bytes);
  static void Truncate(const Handle& file, std::size_t size);
  static void Sync(const Handle& file);
  // As Linux does when writing back fails: the cache keeps showing what was
  // written, and no later sync makes it durable.
  static void FailSync(const Handle& file);

  // Cuts the power.  Gives every path ever seen with what is found there
  // afterwards (nullptr: no file), and goes on from that.
  std::map<std::string, Handle> LosePower(Survival survival, Random& random);

 private:
  struct NameChange {
    std::string path;
    Handle file;  // nullptr: removed
  };
  struct Folder {
    std::map<std::string, Handle> synced, now;
    std::vector<NameChange> pending;
  };
  static std::string FolderOf(const std::string& path);
  void Rename(const std::string& path, Handle file);

  std::map<std::string, Folder> folders_;
};

}  // namespace utboks::testing

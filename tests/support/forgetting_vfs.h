// SQLite on a disk that loses its power.
//
// A VFS that stands between SQLite and the real one.  The real files always hold
// what the running machine sees; beside them a ForgettingDisk knows which of it
// was synced.  At a chosen operation the power goes: that operation and every
// later one fails.  Once all connections are closed, Restore() puts onto the real
// disk what such a cut leaves, and the next open finds that.
//
//   ForgettingVfs vfs(seed);
//   vfs.CutAfter(n);                    // or CutNow()
//   ... work through vfs.name() until it fails, remember what was acknowledged,
//   ... close every connection
//   vfs.Restore(Survival::kSectors);
//   ... open again: all that was acknowledged must be there
//
// Syncs reach the bookkeeping only, so tests do not wait for a real disk.  The
// shared memory of a WAL (PATH-shm) is memory: a cut takes it.  Only what goes
// through this VFS is seen: one process, and none of the files that a store keeps
// beside its database by other means.
//
// Many connections, many threads.  The object outlives every connection.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "queue/base/status.h"
#include "tests/support/forgetting_disk.h"

namespace utboks::testing {

class ForgettingVfs {
 public:
  // What counts as an operation, and what can be made to fail.
  enum class Call { kOpen, kWrite, kTruncate, kSync, kRemove };
  static constexpr std::uint64_t kForEver = std::numeric_limits<std::uint64_t>::max();

  // Registers itself; the seed decides all that is left to chance at a cut.
  explicit ForgettingVfs(std::uint64_t seed);
  // Takes itself out again.  Aborts when a connection is still open: it would
  // call into nothing.
  ~ForgettingVfs();
  ForgettingVfs(const ForgettingVfs&) = delete;
  ForgettingVfs& operator=(const ForgettingVfs&) = delete;

  // For sqlite3_open_v2's last argument, or vfs= in a URI.
  const std::string& name() const;
  // For code that opens with the default VFS; the former default comes back when
  // this object goes.
  void BeDefault();

  // So many more operations are done; the one after them meets the cut: a write
  // is then under way and survives as unsynced writes do.
  void CutAfter(std::uint64_t operations);
  void CutNow();
  bool HasPower() const;
  std::uint64_t Operations() const;  // done so far
  std::uint64_t Syncs() const;       // among them

  // `skip` calls of this kind are done, the next `times` fail with `code` (an
  // SQLite result such as SQLITE_FULL) and do nothing.  A failed sync is a lasting
  // loss, as it is under Linux: a later one that succeeds does not bring it back.
  void Fail(Call call, int code, std::uint64_t skip = 0, std::uint64_t times = 1);

  // After a cut (made now if there was none): the real files become what
  // survived, and the power is on again.  kConflict when a connection is open.
  Status Restore(Survival survival);

  class Shim;  // the callbacks; in the source file

 private:
  std::unique_ptr<Shim> shim_;
};

}  // namespace utboks::testing

#include "tests/bench/sync_count.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace {

std::atomic<std::uint64_t> g_syncs{0};

}  // namespace

// The dynamic linker looks in the program before it looks in libc, also on behalf of
// libsqlite3.
extern "C" int fsync(int fd) {
  ++g_syncs;
  return static_cast<int>(syscall(SYS_fsync, fd));
}
extern "C" int fdatasync(int fd) {
  ++g_syncs;
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}

namespace utboks::bench {

std::uint64_t SyncCount() {
  return g_syncs;
}

}  // namespace utboks::bench

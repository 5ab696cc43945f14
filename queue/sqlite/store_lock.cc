#include "queue/sqlite/store_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "queue/rows/stop_signal.h"

namespace utboks::sqlite {
namespace {

void Nap(Millis::rep microseconds) {
  const timespec length{0, static_cast<long>(microseconds) * 1'000};
  nanosleep(&length, nullptr);
}

// Tries until it works or `until`.  Waiting in the kernel would be shorter to
// write, but it cannot be given a time limit without a signal.
template <typename Try>
bool TryUntil(SteadyTime until, Try&& attempt) {
  for (Millis::rep nap = 50;; nap = nap < 1'000 ? nap * 2 : 1'000) {
    if (attempt()) return true;
    if (errno != EWOULDBLOCK && errno != EAGAIN && errno != EACCES && errno != EINTR) return false;
    if (std::chrono::steady_clock::now() >= until) return false;
    Nap(nap);
  }
}

bool Turnstile(int fd, short type) {
  struct flock turn {};
  turn.l_type = type;
  turn.l_whence = SEEK_SET;
  turn.l_start = 1'000'000;
  turn.l_len = 1;
  return fcntl(fd, F_OFD_SETLK, &turn) == 0;
}

int OpenLockFile(const std::string& path) {
  return open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

}  // namespace

StoreLock::~StoreLock() {
  if (fd_ >= 0) close(fd_);
}

Status StoreLock::Open(const std::string& path) {
  fd_ = OpenLockFile(path);
  path_ = path;
  if (fd_ >= 0) return Status();
  return Status(Code::kConfig, fmt::format("lock file {} cannot be opened ({}); check who may "
                                           "write in its folder",
                                           path, std::strerror(errno)));
}

Status StoreLock::Acquire(Millis limit) {
  if (fd_ < 0) return Status();
  const SteadyTime until = std::chrono::steady_clock::now() + limit;
  // Before the turnstile: who stops in it stops all others as well.
  const sigset_t stop = rows::JustStop();
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &stop, &before);
  const bool turn = TryUntil(until, [&] { return Turnstile(fd_, F_WRLCK); });
  const bool mine = turn && TryUntil(until, [&] { return flock(fd_, LOCK_EX | LOCK_NB) == 0; });
  if (turn) Turnstile(fd_, F_UNLCK);
  if (mine) {
    before_ = before;
    const std::string pid = fmt::format("{:<15}\n", getpid());
    // Only for the message of whoever waits; a failure to write it harms nobody.
    [[maybe_unused]] const ssize_t wrote = pwrite(fd_, pid.data(), pid.size(), 0);
    return Status();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  std::array<char, 16> holder{};
  const ssize_t got = pread(fd_, holder.data(), holder.size() - 1, 0);
  std::string_view pid(holder.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  pid = pid.substr(0, pid.find(' '));
  return Status(Code::kBusy,
                fmt::format("store busy: {} has been held by process {} for {} s; nothing was "
                            "changed, look at that process or try again",
                            path_, pid.empty() ? "unknown" : pid, limit.count() / 1'000));
}

void StoreLock::Release() {
  if (fd_ < 0) return;
  // Read first: another thread that gets the lock writes its own there.
  const sigset_t before = before_;
  flock(fd_, LOCK_UN);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

WorkerLock::~WorkerLock() {
  if (fd_ >= 0) close(fd_);
}

Status WorkerLock::Acquire(const std::string& path) {
  fd_ = OpenLockFile(path);
  if (fd_ < 0) {
    return Status(Code::kConfig,
                  fmt::format("{} cannot be opened ({}); check who may write in its folder", path,
                              std::strerror(errno)));
  }
  if (flock(fd_, LOCK_EX | LOCK_NB) == 0) return Status();
  close(fd_);
  fd_ = -1;
  return Status(Code::kBusy, fmt::format("another worker runs on this store ({} is held); one "
                                         "`utboks run` per store",
                                         path));
}

}  // namespace utboks::sqlite

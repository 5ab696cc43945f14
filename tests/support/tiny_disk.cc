#include "tests/support/tiny_disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace utboks::testing {
namespace {

bool Write(const char* path, const std::string& text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  return whole;
}

// Once for the process; what is mounted afterwards is its own.
bool HaveOwnMounts() {
  static const bool have = [] {
    const uid_t user = ::geteuid();
    const gid_t group = ::getegid();
    if (::unshare(CLONE_NEWNS) != 0) {
      if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
      // Nobody but ourselves: root in there is who we are outside.
      if (!Write("/proc/self/setgroups", "deny") ||
          !Write("/proc/self/uid_map", fmt::format("0 {} 1", user)) ||
          !Write("/proc/self/gid_map", fmt::format("0 {} 1", group))) {
        return false;
      }
    }
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  }();
  return have;
}

}  // namespace

TinyDisk::TinyDisk(const std::string& folder, std::size_t bytes) : folder_(folder) {
  const std::string options = fmt::format("size={},mode=0700", bytes);
  if (!HaveOwnMounts() ||
      ::mount("utboks-test", folder.c_str(), "tmpfs", 0, options.c_str()) != 0) {
    why_not_ = fmt::format("no disk of one's own can be mounted here ({})", std::strerror(errno));
  }
}

TinyDisk::~TinyDisk() {
  if (why_not_.empty()) ::umount2(folder_.c_str(), MNT_DETACH);
}

void TinyDisk::Fill() const {
  const int fd = ::open((folder_ + "/filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  std::array<char, 4096> block{};
  while (::write(fd, block.data(), block.size()) > 0) {
  }
  ::close(fd);
}

void TinyDisk::Free() const {
  ::unlink((folder_ + "/filler").c_str());
}

}  // namespace utboks::testing

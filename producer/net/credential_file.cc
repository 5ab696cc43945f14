#include "producer/net/credential_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "queue/base/open_file.h"

namespace utboks {
namespace {

Status Unreadable(const std::string& what, const std::string& path, int error) {
  return {Code::kConfig, fmt::format("{} {} cannot be read: {}; check the path and who may read it",
                                     what, path, std::generic_category().message(error))};
}

}  // namespace

Result<Secret> ReadCredentialFile(const std::string& what, const std::string& path,
                                  std::size_t most) {
  // Non-blocking, so that a FIFO put there by mistake cannot hang the start.
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts = {};
  if (!file.ok() || ::fstat(file.fd(), &facts) != 0) return Unreadable(what, path, errno);
  if (!S_ISREG(facts.st_mode)) {
    return Status(Code::kConfig, fmt::format("{} {} is not a file", what, path));
  }
  // One byte more than allowed shows that there is more.  Read straight into
  // memory that is wiped, never through a stream's buffer.
  std::vector<std::uint8_t> bytes(most + 1);
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.fd(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int error = errno;
      Secret wiped(std::move(bytes));
      return Unreadable(what, path, error);
    }
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  const bool too_large = have > most;
  bytes.resize(have);  // never reallocates when shrinking: no copy is left behind
  Secret result(std::move(bytes));
  if (too_large) {
    return Status(Code::kConfig, fmt::format("{} {} is larger than {} bytes: it is another file",
                                             what, path, most));
  }
  if (have == 0) return Status(Code::kConfig, fmt::format("{} {} is empty", what, path));
  return result;
}

}  // namespace utboks

#include "producer/app/document_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <istream>

#include "queue/base/mask.h"

namespace utboks::app {
namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;

Status Unreadable(const std::string& path, int error) {
  return Status(Code::kUnreadable, fmt::format("{}: cannot be read ({}); nothing of it was stored",
                                               MaskIdentifier(path), std::strerror(error)));
}

Result<std::string> ReadStream(std::istream& in, std::size_t most) {
  std::string bytes;
  while (bytes.size() <= most && in) {
    const std::size_t had = bytes.size();
    const std::size_t wanted = std::min(kPiece, most + 1 - had);
    bytes.resize(had + wanted);
    in.read(bytes.data() + had, static_cast<std::streamsize>(wanted));
    bytes.resize(had + static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) return Unreadable("-", EIO);
  return bytes;
}

}  // namespace

Result<std::string> ReadDocument(const std::string& path, std::istream& in, std::size_t most) {
  if (path == "-") return ReadStream(in, most);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Unreadable(path, errno);
  std::string bytes;
  struct stat about {};
  if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) {
    bytes.reserve(std::min(most + 1, static_cast<std::size_t>(about.st_size) + 1));
  }
  int error = 0;
  while (bytes.size() <= most) {
    const std::size_t had = bytes.size();
    // The room that there is first: its last byte is where the end shows, and a large
    // attachment is not copied to find it.
    bytes.resize(std::min(most + 1, bytes.capacity() > had ? bytes.capacity() : had + kPiece));
    const ssize_t got = read(fd, bytes.data() + had, bytes.size() - had);
    bytes.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) break;
    if (got < 0 && errno != EINTR) {
      error = errno;
      break;
    }
  }
  close(fd);
  if (error != 0) return Unreadable(path, error);
  return bytes;
}

}  // namespace utboks::app

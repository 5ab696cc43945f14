// A file descriptor that is closed when its owner goes.
#pragma once

#include <unistd.h>

namespace utboks {

class OpenFile {
 public:
  // What open() gave; below 0 there is none.
  explicit OpenFile(int fd) : fd_(fd) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace utboks

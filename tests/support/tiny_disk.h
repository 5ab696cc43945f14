// A disk of a few megabytes that a test can fill: a tmpfs of this process' own.
//
// It is mounted in a mount namespace that this process alone has, so nothing outside
// sees it and it goes with the process, however that ends.  Make it before any thread:
// who is not root needs a user namespace, which the kernel gives to single threads.
#pragma once

#include <cstddef>
#include <string>

namespace utboks::testing {

class TinyDisk {
 public:
  // `folder` exists and is empty.
  TinyDisk(const std::string& folder, std::size_t bytes);
  ~TinyDisk();
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;

  // "" when it stands; else why there can be none here.
  const std::string& why_not() const { return why_not_; }

  // Writes a file until nothing more goes on it; Free takes the file away again.
  void Fill() const;
  void Free() const;

 private:
  const std::string folder_;
  std::string why_not_;
};

}  // namespace utboks::testing

// Stands between a program and a PostgreSQL server, on sockets, and cuts one connection at
// a chosen message: before the server hears it, or when the server has answered it and
// nobody has heard the answer.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temp_dir.h"

namespace utboks::testing {

enum class Cut { kBefore, kAnswer };

class CuttingProxy {
 public:
  // `folder` of the server's socket.
  explicit CuttingProxy(std::string folder);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  // Of its own socket.
  std::string folder() const { return dir_.path().string(); }
  // The n-th message (from 1) that any program sends from now on is met; 0: none.
  void CutAt(int n, Cut how);
  // Whether one was met since CutAt.
  bool Met() const { return met_; }

 private:
  void Accept();
  void Carry(int client);
  // Whether this message is the one.
  bool Count();

  const std::string target_;
  TempDir dir_;
  int listener_ = -1, wake_[2] = {-1, -1};
  std::atomic<int> left_{0};
  std::atomic<Cut> how_{Cut::kBefore};
  std::atomic<bool> met_{false};
  std::mutex mutex_;
  std::vector<std::thread> carriers_;  // guarded by mutex_
  std::thread acceptor_;
};

}  // namespace utboks::testing

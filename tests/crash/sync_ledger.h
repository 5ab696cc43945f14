// What was durable of a folder's files at each moment of a trace.
//
// A byte is durable when a sync of its file began after it was written and came back;
// a name when the same holds of its folder.  Nothing else counts: a sync under way
// while the bytes were written may have missed them.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "tests/support/syscall_trace.h"

namespace utboks::testing {

class SyncLedger {
 public:
  // The calls a trace has to watch.
  static const std::vector<std::string>& Calls();

  // `existed`: paths in `folder` that were there before.  `trace` outlives it.
  SyncLedger(const std::vector<Syscall>& trace, std::string folder, std::set<std::string> existed);

  // What was not durable when place `at` came, in words; what need not be
  // (sync_ledger.cc says what and why) is left out.
  std::vector<std::string> Unsynced(std::size_t at) const;
  // How often bytes of `path` became durable between two places: for a store's WAL,
  // commits.
  int Commits(const std::string& path, std::size_t after, std::size_t before) const;

 private:
  struct Change {
    std::string path;    // whose bytes, or whose name
    std::string synced;  // the file or folder whose sync makes it durable
    std::size_t began, ended;
    bool is_name;
  };
  bool SyncedBetween(const std::string& path, std::size_t after, std::size_t before) const;
  void Note(const Syscall& call, std::set<std::string>& names);

  const std::vector<Syscall>& trace_;
  const std::string folder_;
  std::vector<Change> changes_;
};

}  // namespace utboks::testing

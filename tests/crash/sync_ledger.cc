#include "tests/crash/sync_ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

namespace utboks::testing {
namespace {

bool IsWrite(const Syscall& call) {
  return call.name == "write" || call.name == "writev" || call.name == "pwrite64" ||
         call.name == "ftruncate";
}

bool IsSync(const Syscall& call) {
  return (call.name == "fsync" || call.name == "fdatasync") && call.result == 0;
}

// The lock file holds nothing but a pid, and shared memory is memory.
bool MayVanish(std::string_view path) {
  return path.ends_with(".lock") || path.ends_with("-shm");
}

// A line of the side file that is older than the store is harmless (side_file.h).
bool BytesMayVanish(std::string_view path) {
  return MayVanish(path) || path.ends_with(".worker");
}

// The n-th of the texts in `arguments`, from the back.
std::string QuotedFromBack(std::string_view arguments) {
  const std::size_t end = arguments.rfind('"');
  if (end == std::string_view::npos || end == 0) return {};
  const std::size_t begin = arguments.rfind('"', end - 1);
  return std::string(arguments.substr(begin + 1, end - begin - 1));
}

std::string FolderOf(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

}  // namespace

const std::vector<std::string>& SyncLedger::Calls() {
  static const std::vector<std::string> calls = {
      "openat", "write", "writev", "pwrite64", "ftruncate", "fsync",     "fdatasync",
      "unlink", "link",  "linkat", "rename",   "renameat",  "renameat2", "mkdir"};
  return calls;
}

SyncLedger::SyncLedger(const std::vector<Syscall>& trace, std::string folder,
                       std::set<std::string> existed)
    : trace_(trace), folder_(std::move(folder)) {
  for (const Syscall& call : trace_) Note(call, existed);
}

void SyncLedger::Note(const Syscall& call, std::set<std::string>& names) {
  if (IsWrite(call) && call.path.starts_with(folder_) && !BytesMayVanish(call.path)) {
    changes_.push_back({call.path, call.path, call.began, call.ended, false});
    return;
  }
  std::string made;
  if (call.name == "openat" && call.ok() && call.arguments.find("O_CREAT") != std::string::npos) {
    made = call.path;
  } else if ((call.name.starts_with("rename") || call.name.starts_with("link")) && call.ok()) {
    made = QuotedFromBack(call.arguments);
    names.erase(made);
  } else if (call.name == "unlink" && call.ok()) {
    names.erase(QuotedFromBack(call.arguments));
  }
  if (!made.starts_with(folder_) || MayVanish(made) || !names.insert(made).second) return;
  changes_.push_back({made, FolderOf(made), call.began, call.ended, true});
}

bool SyncLedger::SyncedBetween(const std::string& path, std::size_t after,
                               std::size_t before) const {
  return std::any_of(trace_.begin(), trace_.end(), [&](const Syscall& call) {
    return IsSync(call) && call.path == path && call.began > after && call.ended < before;
  });
}

std::vector<std::string> SyncLedger::Unsynced(std::size_t at) const {
  std::vector<std::string> found;
  for (const Change& change : changes_) {
    if (change.began >= at || SyncedBetween(change.synced, change.ended, at)) continue;
    // Whoever removes a file has no use for it; one that is renamed has its bytes still.
    const bool removed = std::any_of(trace_.begin(), trace_.end(), [&](const Syscall& call) {
      if (!call.ok() || call.began < change.ended || call.began >= at) return false;
      if (call.name == "unlink") return QuotedFromBack(call.arguments) == change.path;
      return change.is_name && call.name.starts_with("rename") &&
             call.arguments.find(fmt::format("\"{}\", ", change.path)) != std::string::npos &&
             QuotedFromBack(call.arguments) != change.path;
    });
    if (removed) continue;
    found.push_back(fmt::format("{} of {} since {}", change.is_name ? "name" : "bytes", change.path,
                                change.began));
  }
  return found;
}

int SyncLedger::Commits(const std::string& path, std::size_t after, std::size_t before) const {
  int commits = 0;
  std::size_t last = after;
  for (const Syscall& sync : trace_) {
    if (!IsSync(sync) || sync.path != path || sync.began <= after || sync.ended >= before) continue;
    const bool fresh = std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
      return !change.is_name && change.path == path && change.began > last &&
             change.ended < sync.began;
    });
    if (fresh) ++commits;
    last = sync.began;
  }
  return commits;
}

}  // namespace utboks::testing

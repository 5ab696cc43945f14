#include "tests/support/forgetting_disk.h"

#include <algorithm>
#include <utility>

namespace utboks::testing {
namespace {

using Change = ForgettingDisk::Change;

void Apply(const Change& change, std::string* bytes) {
  if (change.truncate) {
    bytes->resize(change.at, '\0');
    return;
  }
  bytes->resize(std::max(bytes->size(), change.at + change.bytes.size()), '\0');
  std::copy(change.bytes.begin(), change.bytes.end(),
            bytes->begin() + static_cast<std::ptrdiff_t>(change.at));
}

// The parts of a write, cut where the disk's sectors meet.
std::vector<Change> SplitAtSectors(const Change& change) {
  if (change.truncate) return {change};
  std::vector<Change> parts;
  for (std::size_t done = 0; done < change.bytes.size();) {
    const std::size_t at = change.at + done;
    const std::size_t length = std::min(ForgettingDisk::kSector - at % ForgettingDisk::kSector,
                                        change.bytes.size() - done);
    parts.push_back({at, change.bytes.substr(done, length), false});
    done += length;
  }
  return parts;
}

std::size_t SomeOf(std::size_t count, Random& random) {
  return static_cast<std::size_t>(random.Below(count + 1));
}

std::string SurvivingBytes(const ForgettingDisk::File& file, Survival survival, Random& random) {
  std::string bytes = file.synced;
  if (survival == Survival::kNothing) return bytes;
  std::vector<Change> parts;
  for (const Change& change : file.pending)
    std::ranges::move(SplitAtSectors(change), std::back_inserter(parts));
  if (survival == Survival::kPrefix) parts.resize(SomeOf(parts.size(), random));
  for (const Change& part : parts) {
    if (survival == Survival::kPrefix || random.Below(2) == 0) Apply(part, &bytes);
  }
  return bytes;
}

}  // namespace

std::string ForgettingDisk::FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

void ForgettingDisk::Rename(const std::string& path, Handle file) {
  Folder& folder = folders_[FolderOf(path)];
  folder.now[path] = file;
  folder.pending.push_back({path, std::move(file)});
}

ForgettingDisk::Handle ForgettingDisk::Find(const std::string& path) const {
  const auto folder = folders_.find(FolderOf(path));
  if (folder == folders_.end()) return nullptr;
  const auto entry = folder->second.now.find(path);
  return entry == folder->second.now.end() ? nullptr : entry->second;
}

ForgettingDisk::Handle ForgettingDisk::Adopt(const std::string& path, std::string bytes) {
  auto file = std::make_shared<File>(File{std::move(bytes), {}});
  Folder& folder = folders_[FolderOf(path)];
  folder.now[path] = folder.synced[path] = file;
  return file;
}

ForgettingDisk::Handle ForgettingDisk::Create(const std::string& path) {
  auto file = std::make_shared<File>();
  Rename(path, file);
  return file;
}

void ForgettingDisk::Remove(const std::string& path) {
  Rename(path, nullptr);
}

void ForgettingDisk::SyncFolderOf(const std::string& path) {
  Folder& folder = folders_[FolderOf(path)];
  folder.synced = folder.now;
  folder.pending.clear();
}

void ForgettingDisk::Write(const Handle& file, std::size_t at, std::string_view bytes) {
  file->pending.push_back({at, std::string(bytes), false});
}

void ForgettingDisk::Truncate(const Handle& file, std::size_t size) {
  file->pending.push_back({size, {}, true});
}

void ForgettingDisk::Sync(const Handle& file) {
  for (const Change& change : file->pending) Apply(change, &file->synced);
  file->pending.clear();
}

void ForgettingDisk::FailSync(const Handle& file) {
  file->pending.clear();
}

std::map<std::string, ForgettingDisk::Handle> ForgettingDisk::LosePower(Survival survival,
                                                                        Random& random) {
  std::map<std::string, Handle> found;
  for (auto& [name, folder] : folders_) {
    // A folder's changes reach the disk in order: file systems keep a journal of them.
    const std::size_t kept =
        survival == Survival::kNothing ? 0 : SomeOf(folder.pending.size(), random);
    std::map<std::string, Handle> names = folder.synced;
    for (const auto& [path, unused] : folder.now) names.try_emplace(path, nullptr);
    for (std::size_t i = 0; i < kept; ++i) names[folder.pending[i].path] = folder.pending[i].file;
    for (auto& [path, file] : names) {
      if (file != nullptr) {
        file = std::make_shared<File>(File{SurvivingBytes(*file, survival, random), {}});
      }
    }
    folder = {names, names, {}};
    found.merge(std::move(names));
  }
  return found;
}

}  // namespace utboks::testing

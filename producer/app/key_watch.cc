#include "producer/app/key_watch.h"

#include <fmt/format.h>

#include <algorithm>

namespace utboks::app {

KeyWatch::Known KeyWatch::Fingerprints(const StoreKeys& keys) {
  Known known;
  for (const SealKey& key : keys.seal) known.emplace_back(key.id, Fingerprint(key.bytes));
  // Ids of seal keys are 1 to 255: 0 is the lookup key.
  known.emplace_back(0, Fingerprint(keys.lookup.bytes));
  return known;
}

KeyWatch::KeyWatch(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  const Result<StoreKeys> keys = ReadKeyFile(path_);
  if (keys.ok()) known_ = Fingerprints(*keys);
}

Status KeyWatch::Look() const {
  if (path_.empty()) return Status();
  const Result<StoreKeys> keys = ReadKeyFile(path_);
  if (!keys.ok()) return keys.status();
  const Known now = Fingerprints(*keys);
  const bool all = std::all_of(known_.begin(), known_.end(), [&](const auto& key) {
    return std::find(now.begin(), now.end(), key) != now.end();
  });
  if (all) return Status();
  return Status(Code::kConfig,
                fmt::format("key file {} lacks a key that the store was opened with; put the right "
                            "key file back before the worker is started again",
                            path_));
}

}  // namespace utboks::app

// Whether the key file still is what the open store needs: a worker has its keys in
// memory and would notice a lost file only at its next start, when nothing in the
// store can be read any more.
//
// Const after construction; safe for many threads.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "queue/base/status.h"
#include "queue/seal/keys.h"

namespace utboks::app {

class KeyWatch {
 public:
  // `path`: the key file of the store that has just been opened with it; "" for a
  // store that has none.
  explicit KeyWatch(std::string path);

  // kConfig: missing, damaged, or without a key that the store was opened with.
  Status Look() const;

 private:
  using Known = std::vector<std::pair<std::uint8_t, KeyFingerprint>>;
  static Known Fingerprints(const StoreKeys& keys);

  const std::string path_;
  Known known_;
};

}  // namespace utboks::app

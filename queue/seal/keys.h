// The keys of a store: a file with one key per line, `id purpose base64`.
//
// Purposes are `seal` (content at rest; the last one in the file seals, all of
// them open) and `lookup` (keyed hashes of identifiers, references, documents
// and order keys; one, never changed: a change would make every message new).
// Ids are 1 to 255, keys 32 bytes.  Blank lines and lines that begin with # are
// passed over; anything else that does not fit is refused whole.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "queue/base/random.h"
#include "queue/base/secret.h"
#include "queue/base/status.h"

namespace utboks {

struct SealKey {
  std::uint8_t id = 0;
  Secret bytes;
};

struct StoreKeys {
  std::vector<SealKey> seal;  // in the order of the file
  SealKey lookup;
};

using KeyFingerprint = std::array<std::uint8_t, 16>;

// kConfig with file, line and what is wrong.  Never shows a key.
Result<StoreKeys> ReadKeyFile(const std::string& path);

// Makes `path` with one fresh key of each purpose, for its owner only.  It stands
// there whole or not at all, whoever dies, and is durable (file and folder) when this
// returns.
// kConfig when something stands there: a key file is never written over.
Result<StoreKeys> CreateKeyFile(const std::string& path, Random& random);

// Fresh keys that live in memory only (`sqlite::memory:`).
StoreKeys MakeKeys(Random& random);

// Tells two keys apart without telling anything of either; a store keeps it.
KeyFingerprint Fingerprint(const Secret& key);

}  // namespace utboks

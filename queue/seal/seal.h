// Content at rest: AES-256-GCM, and keyed hashes to look things up by.
//
// A sealed value is `1 | key id | 96-bit nonce | ciphertext | tag`; its
// associated data binds it to the store, the message and the column, so that a
// value moved to another row does not open.  Lookups are HMAC-SHA-256 with the
// store's lookup key: a plain hash of eleven digits could be turned back.
//
// Safe for many threads.  The keys live as long as the Sealer.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "queue/base/random.h"
#include "queue/base/status.h"
#include "queue/seal/keys.h"

namespace utboks {

using Digest = std::array<std::uint8_t, 32>;

// A plain SHA-256, of what names no person.
Digest Sha256(std::string_view bytes);
inline std::string_view BytesOf(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

class Sealer {
 public:
  Sealer(StoreKeys keys, std::string store_id);
  ~Sealer();
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  // `column` names the place; `message` the row (all zero where there is none).
  std::string Seal(std::string_view plain, const Uuid& message, std::string_view column) const;
  // kAltered: altered, moved from elsewhere, or sealed with a key that is not here.
  Result<std::string> Open(std::string_view sealed, const Uuid& message,
                           std::string_view column) const;

  // HMAC over `parts`, each with its length, under `purpose`: no two different
  // lists of parts give the same input.
  Digest Lookup(std::string_view purpose, std::initializer_list<std::string_view> parts) const;
  Digest Lookup(std::string_view purpose, std::span<const std::string_view> parts) const;

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

}  // namespace utboks

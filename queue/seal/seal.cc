#include "queue/seal/seal.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdlib>
#include <cstring>
#include <vector>

namespace utboks {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;
constexpr std::size_t kHead = 2 + kNonce;

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
struct FreeMacContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// One context per thread: making one costs as much as sealing a small document.
EVP_CIPHER_CTX* ThreadContext() {
  thread_local std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext> context(EVP_CIPHER_CTX_new());
  return context.get();
}

// OpenSSL takes an int; a text may be longer.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;

// Through the cipher, as long as `text` is; false when it fails.
bool Update(EVP_CIPHER_CTX* context, unsigned char* out, std::string_view text,
            int (*update)(EVP_CIPHER_CTX*, unsigned char*, int*, const unsigned char*, int)) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, kMostAtOnce);
    int length = 0;
    if (update(context, out, &length, reinterpret_cast<const unsigned char*>(part.data()),
               static_cast<int>(part.size())) != 1) {
      return false;
    }
    if (out != nullptr) out += length;
    text.remove_prefix(part.size());
  }
  return true;
}

void Must(bool done) {
  if (!done) std::abort();  // OpenSSL without AES, SHA-2 or memory: nothing can be kept safely
}

}  // namespace

Digest Sha256(std::string_view bytes) {
  Digest digest{};
  unsigned int length = 0;
  Must(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1);
  return digest;
}

struct Sealer::Inner {
  StoreKeys keys;
  std::string store_id;
  EVP_CIPHER* cipher = nullptr;
  EVP_MAC* mac = nullptr;
  std::unique_ptr<EVP_MAC_CTX, FreeMacContext> keyed;  // copied for each lookup

  const SealKey* Find(std::uint8_t id) const {
    for (const SealKey& key : keys.seal) {
      if (key.id == id) return &key;
    }
    return nullptr;
  }

  std::string Bound(const Uuid& message, std::string_view column) const {
    std::string data;
    data.reserve(store_id.size() + 1 + message.size() + column.size());
    data.append(store_id).push_back('\0');
    data.append(reinterpret_cast<const char*>(message.data()), message.size());
    return data.append(column);
  }
};

Sealer::Sealer(StoreKeys keys, std::string store_id) : inner_(std::make_unique<Inner>()) {
  inner_->keys = std::move(keys);
  inner_->store_id = std::move(store_id);
  inner_->cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  inner_->mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Must(inner_->cipher != nullptr && inner_->mac != nullptr);
  inner_->keyed.reset(EVP_MAC_CTX_new(inner_->mac));
  char sha256[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
      OSSL_PARAM_construct_end()};
  const auto key = inner_->keys.lookup.bytes.bytes();
  Must(EVP_MAC_init(inner_->keyed.get(), key.data(), key.size(), parameters) == 1);
}

Sealer::~Sealer() {
  EVP_CIPHER_free(inner_->cipher);
  EVP_MAC_free(inner_->mac);
}

std::string Sealer::Seal(std::string_view plain, const Uuid& message,
                         std::string_view column) const {
  const SealKey& key = inner_->keys.seal.back();
  std::string sealed(kHead + plain.size() + kTag, '\0');
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  out[0] = kVersion;
  out[1] = key.id;
  // Chance from the operating system, never from a seed: a nonce used twice
  // under one key would give both texts away.
  SecureRandom().Fill(std::span<std::uint8_t>(out + 2, kNonce));
  const std::string bound = inner_->Bound(message, column);
  EVP_CIPHER_CTX* context = ThreadContext();
  int length = 0;
  Must(EVP_EncryptInit_ex2(context, inner_->cipher, key.bytes.bytes().data(), out + 2, nullptr) ==
       1);
  Must(Update(context, nullptr, bound, EVP_EncryptUpdate));
  Must(Update(context, out + kHead, plain, EVP_EncryptUpdate));
  Must(EVP_EncryptFinal_ex(context, out + kHead + plain.size(), &length) == 1);
  Must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTag, out + kHead + plain.size()) == 1);
  return sealed;
}

Result<std::string> Sealer::Open(std::string_view sealed, const Uuid& message,
                                 std::string_view column) const {
  const Status broken(Code::kAltered,
                      "a sealed value of the store does not open: it was altered, or sealed with "
                      "another key; stop, and restore store and key file together");
  if (sealed.size() < kHead + kTag || static_cast<std::uint8_t>(sealed[0]) != kVersion)
    return broken;
  const auto* in = reinterpret_cast<const unsigned char*>(sealed.data());
  const SealKey* key = inner_->Find(in[1]);
  if (key == nullptr) return broken;
  const std::size_t size = sealed.size() - kHead - kTag;
  std::string plain(size, '\0');
  const std::string bound = inner_->Bound(message, column);
  EVP_CIPHER_CTX* context = ThreadContext();
  int length = 0;
  std::array<unsigned char, kTag> tag{};
  std::memcpy(tag.data(), in + kHead + size, kTag);
  auto* out = reinterpret_cast<unsigned char*>(plain.data());
  const bool good = EVP_DecryptInit_ex2(context, inner_->cipher, key->bytes.bytes().data(), in + 2,
                                        nullptr) == 1 &&
                    Update(context, nullptr, bound, EVP_DecryptUpdate) &&
                    Update(context, out, sealed.substr(kHead, size), EVP_DecryptUpdate) &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
                    EVP_DecryptFinal_ex(context, out + size, &length) == 1;
  if (!good) {
    explicit_bzero(plain.data(), plain.size());
    return broken;
  }
  return plain;
}

Digest Sealer::Lookup(std::string_view purpose,
                      std::initializer_list<std::string_view> parts) const {
  return Lookup(purpose, std::span<const std::string_view>(parts.begin(), parts.size()));
}

Digest Sealer::Lookup(std::string_view purpose, std::span<const std::string_view> parts) const {
  const std::unique_ptr<EVP_MAC_CTX, FreeMacContext> context(EVP_MAC_CTX_dup(inner_->keyed.get()));
  Must(context != nullptr);
  const auto add = [&](std::string_view part) {
    const std::uint64_t size = part.size();
    std::array<unsigned char, 8> length{};
    for (std::size_t i = 0; i < length.size(); ++i) {
      length[i] = static_cast<unsigned char>((size >> (8 * i)) & 0xff);
    }
    Must(EVP_MAC_update(context.get(), length.data(), length.size()) == 1);
    Must(EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(part.data()),
                        part.size()) == 1);
  };
  add(purpose);
  for (std::string_view part : parts) add(part);
  Digest digest{};
  std::size_t length = 0;
  Must(EVP_MAC_final(context.get(), digest.data(), &length, digest.size()) == 1 &&
       length == digest.size());
  return digest;
}

}  // namespace utboks

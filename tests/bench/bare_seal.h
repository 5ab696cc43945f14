// AES-256-GCM and HMAC-SHA-256 by hand, for the bare loops: the store's form of a
// sealed value and of a keyed look-up, with contexts that are made once.
#pragma once

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/random.h>

#include <string>
#include <string_view>

namespace utboks::bench::bare {

inline std::string Chance(std::size_t size) {
  std::string bytes(size, '\0');
  if (getrandom(bytes.data(), size, 0) != static_cast<ssize_t>(size)) bytes.clear();
  return bytes;
}

class Seal {
 public:
  Seal() {
    OSSL_PARAM sha[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>("SHA256"), 0),
        OSSL_PARAM_construct_end()};
    EVP_MAC_init(mac_, Bytes(key_), key_.size(), sha);
  }
  ~Seal() {
    EVP_MAC_CTX_free(mac_), EVP_MAC_free(hmac_);
    EVP_CIPHER_CTX_free(gcm_), EVP_CIPHER_free(cipher_);
  }
  Seal(const Seal&) = delete;

  std::string operator()(std::string_view plain, std::string_view bound) {
    std::string out(2 + 12 + plain.size() + 16, '\1');
    out.replace(2, 12, Chance(12));
    auto* at = reinterpret_cast<unsigned char*>(out.data()) + 2;
    int n = 0;
    EVP_EncryptInit_ex2(gcm_, cipher_, Bytes(key_), at, nullptr);
    EVP_EncryptUpdate(gcm_, nullptr, &n, Bytes(bound), static_cast<int>(bound.size()));
    EVP_EncryptUpdate(gcm_, at + 12, &n, Bytes(plain), static_cast<int>(plain.size()));
    EVP_EncryptFinal_ex(gcm_, at + 12 + n, &n);
    EVP_CIPHER_CTX_ctrl(gcm_, EVP_CTRL_GCM_GET_TAG, 16, at + 12 + plain.size());
    return out;
  }
  std::string Hmac(std::string_view bytes) {
    std::string out(32, '\0');
    std::size_t n = 0;
    EVP_MAC_init(mac_, nullptr, 0, nullptr);
    EVP_MAC_update(mac_, Bytes(bytes), bytes.size());
    EVP_MAC_final(mac_, reinterpret_cast<unsigned char*>(out.data()), &n, out.size());
    return out;
  }

 private:
  static const unsigned char* Bytes(std::string_view b) {
    return reinterpret_cast<const unsigned char*>(b.data());
  }
  const std::string key_ = Chance(32);
  EVP_CIPHER* cipher_ = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  EVP_CIPHER_CTX* gcm_ = EVP_CIPHER_CTX_new();
  EVP_MAC* hmac_ = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* mac_ = EVP_MAC_CTX_new(hmac_);
};

}  // namespace utboks::bench::bare

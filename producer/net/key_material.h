// A certificate with its key and chain, out of PEM or PKCS#12 bytes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "producer/net/openssl_types.h"
#include "queue/base/secret.h"
#include "queue/base/status.h"

namespace utboks {

struct KeyMaterial {
  CertificatePtr certificate;
  KeyPtr key;
  std::vector<CertificatePtr> chain;
};

// How the caller's files are called in an error.
struct KeySource {
  std::string certificate_path;
  std::string key_path;       // the same as certificate_path when the key stands there
  std::string password_path;  // "" = none was given
};

bool LooksLikePem(std::span<const std::uint8_t> bytes);

// Every certificate of a PEM file, in its order.  `what` and `path` name it in an
// error: none in it, or a damaged one.
Result<std::vector<CertificatePtr>> ReadPemCertificates(std::span<const std::uint8_t> bytes,
                                                        const std::string& what,
                                                        const std::string& path);

// PEM: the certificate is the one that the key fits, the others are its chain.
// `password` is empty when none was given.
Result<KeyMaterial> ReadPemMaterial(std::span<const std::uint8_t> certificates,
                                    std::span<const std::uint8_t> key, const Secret& password,
                                    const KeySource& source);

Result<KeyMaterial> ReadPkcs12(std::span<const std::uint8_t> bytes, const Secret& password,
                               const KeySource& source);

}  // namespace utboks

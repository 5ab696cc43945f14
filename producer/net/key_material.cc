#include "producer/net/key_material.h"

#include <fmt/format.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace utboks {
namespace {

BioPtr BioOver(std::span<const std::uint8_t> bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

struct PasswordAsked {
  const Secret* password;
  bool asked = false;
};

int GivePassword(char* to, int room, int /*writing*/, void* asked) {
  auto& question = *static_cast<PasswordAsked*>(asked);
  question.asked = true;
  const auto bytes = question.password->bytes();
  if (bytes.empty() || bytes.size() > static_cast<std::size_t>(room)) return -1;
  std::memcpy(to, bytes.data(), bytes.size());
  return static_cast<int>(bytes.size());
}

Status PasswordFailure(const std::string& what, const std::string& path, const KeySource& source) {
  if (source.password_path.empty()) {
    return {Code::kConfig, fmt::format("{} {} is encrypted: name the file with its password in "
                                       "[register] client_key_password_file",
                                       what, path)};
  }
  return {Code::kConfig, fmt::format("{} {} does not open with the password in {}: it is the wrong "
                                     "password, or the file is damaged",
                                     what, path, source.password_path)};
}

Result<KeyPtr> ReadPemKey(std::span<const std::uint8_t> bytes, const Secret& password,
                          const KeySource& source) {
  const BioPtr bio = BioOver(bytes);
  PasswordAsked question{&password};
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, GivePassword, &question));
  const std::string reason = TakeOpenSslReason();
  if (key) return key;
  if (question.asked) return PasswordFailure("client key", source.key_path, source);
  if (source.key_path == source.certificate_path) {
    return Status(Code::kConfig,
                  fmt::format("client certificate {} holds no private key: name the key's file in "
                              "[register] client_key",
                              source.certificate_path));
  }
  return Status(Code::kConfig, fmt::format("client key {} holds no private key in PEM form: {}",
                                           source.key_path, reason));
}

// The names of the ciphers a PKCS#12 file is encrypted with, without repetition.
std::string CipherNames(const PKCS12* file) {
  std::vector<std::string> names;
  const auto add = [&names](const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    const char* name = OBJ_nid2sn(OBJ_obj2nid(object));
    if (name != nullptr && std::find(names.begin(), names.end(), name) == names.end()) {
      names.emplace_back(name);
    }
  };
  STACK_OF(PKCS7)* safes = PKCS12_unpack_authsafes(file);
  for (int i = 0; safes != nullptr && i < sk_PKCS7_num(safes); ++i) {
    PKCS7* safe = sk_PKCS7_value(safes, i);
    if (PKCS7_type_is_encrypted(safe)) {
      add(safe->d.encrypted->enc_data->algorithm);
      continue;
    }
    if (!PKCS7_type_is_data(safe)) continue;
    STACK_OF(PKCS12_SAFEBAG)* bags = PKCS12_unpack_p7data(safe);
    for (int j = 0; bags != nullptr && j < sk_PKCS12_SAFEBAG_num(bags); ++j) {
      const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags, j);
      if (PKCS12_SAFEBAG_get_nid(bag) != NID_pkcs8ShroudedKeyBag) continue;
      const X509_ALGOR* algorithm = nullptr;
      X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, nullptr);
      add(algorithm);
    }
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
  }
  sk_PKCS7_pop_free(safes, PKCS7_free);
  ERR_clear_error();
  return fmt::format("{}", fmt::join(names, ", "));
}

bool Legacy(std::string_view ciphers) {
  return ciphers.find("RC2") != std::string_view::npos ||
         ciphers.find("RC4") != std::string_view::npos ||
         ciphers.find("DES") != std::string_view::npos;
}

// OpenSSL wants a C string; Secret wipes it.
Secret Terminated(const Secret& password) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(password.bytes().size() + 1);
  bytes.assign(password.bytes().begin(), password.bytes().end());
  bytes.push_back(0);
  return Secret(std::move(bytes));
}

bool MacFits(PKCS12* file, const char* password, std::size_t size) {
  if (PKCS12_mac_present(file) == 0) return true;
  // An absent password is written in two ways: as none, and as an empty one.
  const bool fits = PKCS12_verify_mac(file, password, static_cast<int>(size)) == 1 ||
                    (size == 0 && PKCS12_verify_mac(file, nullptr, 0) == 1);
  ERR_clear_error();
  return fits;
}

}  // namespace

bool LooksLikePem(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  return std::search(bytes.begin(), bytes.end(), kBegin.begin(), kBegin.end()) != bytes.end();
}

Result<std::vector<CertificatePtr>> ReadPemCertificates(std::span<const std::uint8_t> bytes,
                                                        const std::string& what,
                                                        const std::string& path) {
  const BioPtr bio = BioOver(bytes);
  std::vector<CertificatePtr> found;
  ERR_clear_error();
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    found.emplace_back(next);
  }
  const bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = TakeOpenSslReason();
  if (!end) {
    return Status(Code::kConfig,
                  fmt::format("{} {} holds a damaged certificate: {}", what, path, reason));
  }
  if (found.empty()) {
    return Status(Code::kConfig, fmt::format("{} {} holds no certificate", what, path));
  }
  return found;
}

Result<KeyMaterial> ReadPemMaterial(std::span<const std::uint8_t> certificates,
                                    std::span<const std::uint8_t> key, const Secret& password,
                                    const KeySource& source) {
  auto chain = ReadPemCertificates(certificates, "client certificate", source.certificate_path);
  if (!chain.ok()) return chain.status();
  auto private_key = ReadPemKey(key, password, source);
  if (!private_key.ok()) return private_key.status();

  KeyMaterial material;
  material.key = std::move(*private_key);
  const auto fitting =
      std::find_if(chain->begin(), chain->end(), [&](const CertificatePtr& certificate) {
        return X509_check_private_key(certificate.get(), material.key.get()) == 1;
      });
  ERR_clear_error();
  if (fitting == chain->end()) {
    return Status(Code::kConfig, fmt::format("client key {} does not fit client certificate {}: "
                                             "they are of two different pairs",
                                             source.key_path, source.certificate_path));
  }
  material.certificate = std::move(*fitting);
  chain->erase(fitting);
  material.chain = std::move(*chain);
  return material;
}

Result<KeyMaterial> ReadPkcs12(std::span<const std::uint8_t> bytes, const Secret& password,
                               const KeySource& source) {
  const std::string& path = source.certificate_path;
  const unsigned char* at = bytes.data();
  const Pkcs12Ptr file(d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size())));
  ERR_clear_error();
  if (!file) {
    at = bytes.data();
    const CertificatePtr der(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
    ERR_clear_error();
    return Status(Code::kConfig,
                  der ? fmt::format("client certificate {0} is in DER form: convert it with "
                                    "`openssl x509 -inform der -in {0} -out NEW.pem`",
                                    path)
                      : fmt::format("client certificate {} is neither PEM nor PKCS#12", path));
  }

  const Secret terminated = Terminated(password);
  const auto* text = reinterpret_cast<const char*>(terminated.bytes().data());
  if (!MacFits(file.get(), text, password.bytes().size())) {
    return PasswordFailure("client certificate", path, source);
  }
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* others = nullptr;
  const bool parsed = PKCS12_parse(file.get(), text, &key, &certificate, &others) == 1;
  const std::string reason = TakeOpenSslReason();
  KeyMaterial material{CertificatePtr(certificate), KeyPtr(key), {}};
  for (int i = 0; others != nullptr && i < sk_X509_num(others); ++i) {
    material.chain.emplace_back(sk_X509_value(others, i));
  }
  sk_X509_free(others);
  if (!parsed) {
    const std::string ciphers = CipherNames(file.get());
    if (Legacy(ciphers)) {
      return Status(
          Code::kConfig,
          fmt::format("client certificate {0} is PKCS#12 encrypted with {1}, which OpenSSL 3 "
                      "refuses: repack it with `openssl pkcs12 -legacy -in {0} -noenc | openssl "
                      "pkcs12 -export -out NEW.p12`",
                      path, ciphers));
    }
    return Status(Code::kConfig,
                  fmt::format("client certificate {} cannot be unpacked: {}", path, reason));
  }
  if (!material.key || !material.certificate) {
    return Status(Code::kConfig, fmt::format("client certificate {} holds no pair of certificate "
                                             "and key that belong together",
                                             path));
  }
  return material;
}

}  // namespace utboks

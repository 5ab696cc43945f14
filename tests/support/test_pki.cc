#include "tests/support/test_pki.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace utboks::testing {
namespace {

void Must(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "test_pki: %s failed\n", what);
  ERR_print_errors_fp(stderr);
  std::abort();
}

std::string Drain(BIO* bio) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

void AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  Must(extension != nullptr, value.c_str());
  Must(X509_add_ext(certificate, extension, -1) == 1, "X509_add_ext");
  X509_EXTENSION_free(extension);
}

TestIdentity Make(const CertificateSpec& spec, const TestIdentity* issuer) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  Must(key != nullptr, "EVP_EC_gen");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  unsigned char serial[8];
  Must(RAND_bytes(serial, sizeof serial) == 1, "RAND_bytes");
  serial[0] = static_cast<unsigned char>((serial[0] & 0x7f) | 0x01);
  BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  constexpr long kDaySeconds = 24L * 3600L;
  X509_gmtime_adj(X509_getm_notBefore(certificate), spec.from_days * kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), spec.to_days * kDaySeconds);
  X509_NAME* subject = X509_get_subject_name(certificate);
  for (const auto& [kind, value] : spec.subject) {
    Must(X509_NAME_add_entry_by_txt(subject, kind.c_str(), MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1,
                                    0) == 1,
         kind.c_str());
  }
  X509* signer = issuer == nullptr ? certificate : issuer->certificate();
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  X509_set_pubkey(certificate, key);
  AddExtension(certificate, signer, NID_basic_constraints,
               spec.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  AddExtension(certificate, signer, NID_subject_key_identifier, "hash");
  AddExtension(certificate, signer, NID_key_usage,
               spec.authority ? "critical,keyCertSign,cRLSign" : spec.key_usage);
  AddExtension(certificate, signer, NID_ext_key_usage, spec.extended_usage);
  AddExtension(certificate, signer, NID_subject_alt_name, spec.alternative_names);
  Must(X509_sign(certificate, issuer == nullptr ? key : issuer->key(), EVP_sha256()) > 0,
       "X509_sign");
  return TestIdentity(certificate, key);
}

// RC2 lives in OpenSSL's legacy provider.  It is loaded into a library context of
// its own, so that the program under test goes on without it.
OSSL_LIB_CTX* LegacyLibrary() {
  static OSSL_LIB_CTX* library = [] {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    Must(OSSL_PROVIDER_load(made, "default") != nullptr, "default provider");
    Must(OSSL_PROVIDER_load(made, "legacy") != nullptr, "legacy provider");
    return made;
  }();
  return library;
}

}  // namespace

TestIdentity::TestIdentity(X509* certificate, EVP_PKEY* key)
    : certificate_(certificate, X509_free), key_(key, EVP_PKEY_free) {}

std::string TestIdentity::CertificatePem() const {
  BIO* bio = BIO_new(BIO_s_mem());
  Must(PEM_write_bio_X509(bio, certificate()) == 1, "PEM_write_bio_X509");
  return Drain(bio);
}

std::string TestIdentity::KeyPem(const std::string& password) const {
  BIO* bio = BIO_new(BIO_s_mem());
  const EVP_CIPHER* cipher = password.empty() ? nullptr : EVP_aes_256_cbc();
  Must(PEM_write_bio_PKCS8PrivateKey(bio, key(), cipher, password.c_str(),
                                     static_cast<int>(password.size()), nullptr, nullptr) == 1,
       "PEM_write_bio_PKCS8PrivateKey");
  return Drain(bio);
}

std::string TestIdentity::CertificateDer() const {
  BIO* bio = BIO_new(BIO_s_mem());
  Must(i2d_X509_bio(bio, certificate()) == 1, "i2d_X509_bio");
  return Drain(bio);
}

std::string TestIdentity::Pkcs12(const std::string& password, const TestIdentity& chain,
                                 bool legacy) const {
  STACK_OF(X509)* others = sk_X509_new_null();
  sk_X509_push(others, chain.certificate());
  PKCS12* file =
      legacy
          ? PKCS12_create_ex(password.c_str(), nullptr, key(), certificate(), others,
                             NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
                             NID_pbe_WithSHA1And40BitRC2_CBC, 0, 0, 0, LegacyLibrary(), nullptr)
          : PKCS12_create(password.c_str(), nullptr, key(), certificate(), others, 0, 0, 0, 0, 0);
  Must(file != nullptr, "PKCS12_create");
  sk_X509_free(others);
  BIO* bio = BIO_new(BIO_s_mem());
  Must(i2d_PKCS12_bio(bio, file) == 1, "i2d_PKCS12_bio");
  PKCS12_free(file);
  return Drain(bio);
}

TestIdentity MakeAuthority(const std::string& name) {
  CertificateSpec spec;
  spec.subject = {{"countryName", "NO"}, {"commonName", name}};
  spec.authority = true;
  return Make(spec, nullptr);
}

TestIdentity MakeIdentity(const CertificateSpec& spec, const TestIdentity& issuer) {
  return Make(spec, &issuer);
}

PkiFiles WriteFiles(const std::filesystem::path& folder, const TestIdentity& client,
                    const TestIdentity& trusted) {
  const auto write = [&folder](const char* name, const std::string& content) {
    const std::filesystem::path path = folder / name;
    std::ofstream(path) << content;
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    return path.string();
  };
  return {write("client.pem", client.CertificatePem()), write("client-key.pem", client.KeyPem()),
          write("ca.pem", trusted.CertificatePem())};
}

CertificateSpec ClientSpec(const std::string& organisation_number) {
  CertificateSpec spec;
  spec.subject = {{"countryName", "NO"},
                  {"organizationName", "TESTVIRKSOMHET"},
                  {"commonName", "TESTVIRKSOMHET"},
                  {"organizationIdentifier", "NTRNO-" + organisation_number}};
  return spec;
}

CertificateSpec ServerSpec() {
  CertificateSpec spec;
  spec.alternative_names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  spec.extended_usage = "serverAuth";
  return spec;
}

}  // namespace utboks::testing

// Certificates of every kind tests need, made in memory with P-256 keys.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using X509 = struct x509_st;
using EVP_PKEY = struct evp_pkey_st;

namespace utboks::testing {

struct CertificateSpec {
  // Subject entries in their order, by OpenSSL's long names.
  std::vector<std::pair<std::string, std::string>> subject = {{"commonName", "localhost"}};
  std::string alternative_names;  // OpenSSL's form: "DNS:localhost,IP:127.0.0.1"; "" = none
  std::string key_usage = "critical,digitalSignature,keyEncipherment";  // "" = no extension
  std::string extended_usage;                                           // "" = no extension
  int from_days = -1;                                                   // relative to now
  int to_days = 300;
  bool authority = false;
};

// A certificate and its key.  Cheap to copy; safe to read from many threads.
class TestIdentity {
 public:
  TestIdentity(X509* certificate, EVP_PKEY* key);  // takes both over

  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }
  std::string CertificatePem() const;
  std::string KeyPem(const std::string& password = "") const;  // "" = not encrypted
  std::string CertificateDer() const;
  // `legacy`: with RC2-40, as authorities still deliver them.
  std::string Pkcs12(const std::string& password, const TestIdentity& chain,
                     bool legacy = false) const;

 private:
  std::shared_ptr<X509> certificate_;
  std::shared_ptr<EVP_PKEY> key_;
};

TestIdentity MakeAuthority(const std::string& name);
// Aborts on a spec that OpenSSL does not understand: a fault of the test.
TestIdentity MakeIdentity(const CertificateSpec& spec, const TestIdentity& issuer);

// `client` and its key, and the authority to trust, as files in `folder`.
struct PkiFiles {
  std::string certificate, key, authority;
};
PkiFiles WriteFiles(const std::filesystem::path& folder, const TestIdentity& client,
                    const TestIdentity& trusted);

// A client certificate shaped as a virksomhetssertifikat (SEID 2).
CertificateSpec ClientSpec(const std::string& organisation_number = "100101688");
// A server certificate for localhost, 127.0.0.1 and ::1.
CertificateSpec ServerSpec();

}  // namespace utboks::testing

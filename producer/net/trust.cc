#include "producer/net/trust.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <utility>

#include "producer/net/credential_file.h"
#include "producer/net/key_material.h"

namespace utboks {
namespace {

constexpr std::size_t kMostAuthorityBytes = std::size_t{4} * 1024 * 1024;

}  // namespace

Result<Trust> Trust::Load(const std::string& ca_file) {
  Trust trust;
  if (ca_file.empty()) return trust;
  auto file = ReadCredentialFile("ca_file", ca_file, kMostAuthorityBytes);
  if (!file.ok()) return file.status();
  auto authorities = ReadPemCertificates(file->bytes(), "ca_file", ca_file);
  if (!authorities.ok()) return authorities.status();
  trust.authorities_ = std::move(*authorities);
  return trust;
}

Status Trust::InstallInto(SSL_CTX* context) const {
  bool ok = true;
  X509_STORE* trusted = SSL_CTX_get_cert_store(context);
  for (const CertificatePtr& authority : authorities_) {
    ok = ok && X509_STORE_add_cert(trusted, authority.get()) == 1;
  }
  if (authorities_.empty()) ok = SSL_CTX_set_default_verify_paths(context) == 1;
  if (ok) return {};
  return {Code::kConfig, fmt::format("the authorities to trust cannot be taken into use: {}",
                                     TakeOpenSslReason())};
}

}  // namespace utboks

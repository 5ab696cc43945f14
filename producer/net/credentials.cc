#include "producer/net/credentials.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <utility>

#include "producer/net/credential_file.h"
#include "producer/net/key_material.h"
#include "producer/net/trust.h"

namespace utboks {
namespace {

// Far above any real one; what is larger is another file.
constexpr std::size_t kMostKeyBytes = std::size_t{256} * 1024;
constexpr std::size_t kMostPasswordBytes = 1024;

constexpr auto kDay = std::chrono::days(1);
constexpr long long kSoonDays = 30;

// The first line of the file; an editor's line end is no part of a password.
Result<Secret> ReadPassword(const std::string& path) {
  if (path.empty()) return Secret();
  auto file = ReadCredentialFile("client key password file", path, kMostPasswordBytes);
  if (!file.ok()) return file.status();
  std::vector<std::uint8_t> first;
  first.reserve(file->bytes().size());  // one allocation: no copy left unwiped
  for (const std::uint8_t byte : file->bytes()) {
    if (byte == '\n') break;
    first.push_back(byte);
  }
  if (!first.empty() && first.back() == '\r') first.pop_back();
  if (first.empty()) {
    return Status(Code::kConfig,
                  fmt::format("client key password file {} has an empty first line", path));
  }
  return Secret(std::move(first));
}

Result<KeyMaterial> ReadMaterial(const CredentialSettings& settings) {
  if (settings.client_certificate.empty()) {
    return Status(Code::kConfig, "[register] client_certificate is not set");
  }
  auto password = ReadPassword(settings.client_key_password_file);
  if (!password.ok()) return password.status();
  auto certificate =
      ReadCredentialFile("client certificate", settings.client_certificate, kMostKeyBytes);
  if (!certificate.ok()) return certificate.status();

  const bool key_inside = settings.client_key.empty();
  const KeySource source{settings.client_certificate,
                         key_inside ? settings.client_certificate : settings.client_key,
                         settings.client_key_password_file};
  if (!LooksLikePem(certificate->bytes())) {
    if (!key_inside) {
      return Status(Code::kConfig,
                    fmt::format("client certificate {} is not PEM: a PKCS#12 file holds its key "
                                "itself, so leave [register] client_key empty",
                                settings.client_certificate));
    }
    return ReadPkcs12(certificate->bytes(), *password, source);
  }
  if (key_inside) {
    return ReadPemMaterial(certificate->bytes(), certificate->bytes(), *password, source);
  }
  auto key = ReadCredentialFile("client key", settings.client_key, kMostKeyBytes);
  if (!key.ok()) return key.status();
  return ReadPemMaterial(certificate->bytes(), key->bytes(), *password, source);
}

Status CheckFacts(const CertificateFacts& facts, const CredentialSettings& settings, WallTime now,
                  std::vector<std::string>* warnings) {
  const std::string& path = settings.client_certificate;
  if (facts.organisation_number.empty()) {
    return {Code::kConfig, fmt::format("client certificate {} names no organisation number in its "
                                       "subject: it is no virksomhetssertifikat",
                                       path)};
  }
  if (facts.organisation_number != settings.organisation_number) {
    return {Code::kConfig,
            fmt::format("client certificate {} is of organisation {}, but [register] "
                        "organisation_number is {}: use the certificate of that organisation",
                        path, facts.organisation_number, settings.organisation_number)};
  }
  if (facts.has_key_usage && !facts.digital_signature) {
    if (facts.non_repudiation) {
      return {Code::kConfig,
              fmt::format("client certificate {} is for signing documents (nonRepudiation without "
                          "digitalSignature): use the authentication certificate of the pair",
                          path)};
    }
    warnings->push_back(fmt::format(
        "client certificate {} lacks the key usage digitalSignature: the register may refuse it",
        path));
  }
  if (facts.has_key_usage && facts.digital_signature && facts.non_repudiation) {
    warnings->push_back(
        fmt::format("client certificate {} has the key usage nonRepudiation too: the register "
                    "says that is the wrong kind",
                    path));
  }
  if (facts.has_extended_usage && !facts.client_authentication) {
    warnings->push_back(fmt::format(
        "client certificate {} is not meant for client authentication by its extended key usage",
        path));
  }
  if (facts.not_before > now) {
    return {Code::kConfig,
            fmt::format("client certificate {} is not valid before {}: check this machine's clock, "
                        "or use the certificate in force",
                        path, FormatUtc(facts.not_before))};
  }
  return {};
}

std::vector<X509*> Borrow(const std::vector<CertificatePtr>& certificates) {
  std::vector<X509*> borrowed;
  borrowed.reserve(certificates.size());
  for (const CertificatePtr& one : certificates) borrowed.push_back(one.get());
  return borrowed;
}

}  // namespace

struct Credentials::Held {
  KeyMaterial own;
  Trust trust;
  std::string path;
};

Credentials::Credentials(std::unique_ptr<Held> held) : held_(std::move(held)) {}
Credentials::~Credentials() = default;

Result<std::shared_ptr<const Credentials>> Credentials::Load(const CredentialSettings& settings,
                                                             WallTime now) {
  ERR_clear_error();
  std::vector<std::string> warnings;
  auto material = ReadMaterial(settings);
  if (!material.ok()) return material.status();
  const CertificateFacts facts = ReadFacts(material->certificate.get());
  UTBOKS_RETURN_IF_ERROR(CheckFacts(facts, settings, now, &warnings));

  auto held = std::make_unique<Held>();
  held->own = std::move(*material);
  held->path = settings.client_certificate;
  auto trust = Trust::Load(settings.ca_file);
  if (!trust.ok()) return trust.status();
  held->trust = *std::move(trust);
  std::shared_ptr<Credentials> made(new Credentials(std::move(held)));
  made->facts_ = facts;
  made->warnings_ = std::move(warnings);
  return std::shared_ptr<const Credentials>(std::move(made));
}

long long Credentials::DaysLeft(WallTime now) const {
  return std::chrono::floor<std::chrono::days>(facts_.not_after - now) / kDay;
}

bool Credentials::EndsSoon(WallTime now) const {
  return DaysLeft(now) < kSoonDays;
}

ChainFacts Credentials::Chain(WallTime now) const {
  return FollowChain(held_->own.certificate.get(), Borrow(held_->own.chain),
                     Borrow(held_->trust.authorities()), now);
}

bool Credentials::trusts_system() const {
  return held_->trust.is_system();
}

Status Credentials::InstallInto(SSL_CTX* context) const {
  ERR_clear_error();
  bool ok = SSL_CTX_use_certificate(context, held_->own.certificate.get()) == 1 &&
            SSL_CTX_use_PrivateKey(context, held_->own.key.get()) == 1 &&
            SSL_CTX_check_private_key(context) == 1;
  for (const CertificatePtr& link : held_->own.chain) {
    ok = ok && SSL_CTX_add1_chain_cert(context, link.get()) == 1;
  }
  if (!ok) {
    return {Code::kConfig, fmt::format("client certificate {} is refused by the TLS library: {}",
                                       held_->path, TakeOpenSslReason())};
  }
  return held_->trust.InstallInto(context);
}

}  // namespace utboks

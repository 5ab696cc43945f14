// Who we are to the register, and whom we trust: the client certificate with its
// key and chain, and the authorities of `ca_file`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "producer/net/certificate_chain.h"
#include "producer/net/certificate_facts.h"
#include "queue/base/clock.h"
#include "queue/base/status.h"

using SSL_CTX = struct ssl_ctx_st;

namespace utboks {

// The register's section of utboks.toml, as far as it names files.
struct CredentialSettings {
  std::string client_certificate;        // PEM (chain after it, if any), or PKCS#12
  std::string client_key;                // PEM; "" = in client_certificate
  std::string client_key_password_file;  // "" = none; its first line is the password
  std::string ca_file;                   // PEM; "" = the system's
  std::string organisation_number;       // nine digits: must stand in the subject
};

// Checked when it is made, never changed afterwards: safe for many threads.
class Credentials {
 public:
  // Reads and checks all files.  kConfig, with one line that says which file and
  // what to do: unreadable, not a certificate, key does not fit, password wrong or
  // missing, PKCS#12 with ciphers OpenSSL 3 refuses, another organisation, a
  // signing certificate, not valid yet.  One that ran out is no failure here: it
  // closes the site's gate (delivery.md §1), so that `run` can tell people.
  static Result<std::shared_ptr<const Credentials>> Load(const CredentialSettings& settings,
                                                         WallTime now);
  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  const CertificateFacts& facts() const { return facts_; }
  bool ExpiredAt(WallTime now) const { return now > facts_.not_after; }
  // Whole days until it runs out; negative when it has.
  long long DaysLeft(WallTime now) const;
  // So few days that a new one is to be ordered now: that is done by hand, and
  // takes its time.
  bool EndsSoon(WallTime now) const;
  // What a person should look at, one line each; nothing that stops us.
  const std::vector<std::string>& warnings() const { return warnings_; }
  bool trusts_system() const;
  ChainFacts Chain(WallTime now) const;

  // Puts certificate, key, chain and trust into a TLS context.  kConfig when the
  // TLS library refuses them (a key too short for its security level).
  Status InstallInto(SSL_CTX* context) const;

 private:
  struct Held;
  explicit Credentials(std::unique_ptr<Held> held);

  std::unique_ptr<const Held> held_;
  CertificateFacts facts_;
  std::vector<std::string> warnings_;
};

}  // namespace utboks

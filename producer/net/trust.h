// Whom we believe to be a server's authority: those of a file, or the system's.
#pragma once

#include <string>
#include <vector>

#include "producer/net/openssl_types.h"
#include "queue/base/status.h"

namespace utboks {

// Const after Load; safe for many threads.
class Trust {
 public:
  // `ca_file`: PEM; "" = the system's.  kConfig names the file and what is wrong.
  static Result<Trust> Load(const std::string& ca_file);

  bool is_system() const { return authorities_.empty(); }
  const std::vector<CertificatePtr>& authorities() const { return authorities_; }
  // kConfig when the TLS library refuses them.
  Status InstallInto(SSL_CTX* context) const;

 private:
  std::vector<CertificatePtr> authorities_;  // empty = the system's
};

}  // namespace utboks

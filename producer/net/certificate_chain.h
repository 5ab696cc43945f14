// How far our certificate's chain can be followed on this machine.  Whether the
// register trusts it, only the register can say.
#pragma once

#include <span>
#include <string>

#include "queue/base/clock.h"

using X509 = struct x509_st;

namespace utboks {

struct ChainFacts {
  bool complete = false;  // up to one of the authorities
  int links = 0;          // certificates followed, ours included
  std::string last;       // complete: the authority's name; else who should come next
  std::string problem;    // OpenSSL's words; "" when complete
};

// `beside`: what stands with it in its file.  `authorities`: empty = the system's.
// Our own dates are not asked about here; those of the others are.
ChainFacts FollowChain(X509* certificate, std::span<X509* const> beside,
                       std::span<X509* const> authorities, WallTime now);

}  // namespace utboks

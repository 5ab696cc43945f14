// What we need to know of a virksomhetssertifikat before it is used
// (organisation number, key usage, dates).  Pure: reads the certificate only.
#pragma once

#include <string>

#include "queue/base/clock.h"

using X509 = struct x509_st;
using X509_NAME = struct X509_name_st;

namespace utboks {

struct CertificateFacts {
  // Of the subject: organizationIdentifier (2.5.4.97) NTRNO- and nine digits,
  // else serialNumber (2.5.4.5), nine digits with or without blanks; else "".
  // Other registers' prefixes (PSDNO-, VATNO-) are no organisation number.
  std::string organisation_number;
  WallTime not_before{}, not_after{};
  bool has_key_usage = false;
  bool digital_signature = false;  // meaningful only with has_key_usage
  bool non_repudiation = false;
  bool has_extended_usage = false;
  bool client_authentication = false;  // meaningful only with has_extended_usage
};

CertificateFacts ReadFacts(X509* certificate);

// What people call it: its commonName, else its organisation, else "".
std::string NameOf(const X509_NAME* name);

}  // namespace utboks

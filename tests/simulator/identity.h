// Whose certificate it is.
#pragma once

#include <string>

namespace Poco::Net {
class X509Certificate;
}

namespace utboks::simulator {

// The organisation number in the certificate's subject: organizationIdentifier
// NTRNO-…, else nine digits in serialNumber (blanks left out); empty when neither.
std::string OrganisationNumber(const Poco::Net::X509Certificate& certificate);

}  // namespace utboks::simulator

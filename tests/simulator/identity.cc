#include "tests/simulator/identity.h"

#include <Poco/Net/X509Certificate.h>
#include <openssl/x509.h>

#include <algorithm>
#include <string_view>

namespace utboks::simulator {
namespace {

std::string SubjectText(const Poco::Net::X509Certificate& certificate, int nid) {
  const X509_NAME* subject = X509_get_subject_name(certificate.certificate());
  const int at = X509_NAME_get_index_by_NID(subject, nid, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int length =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (length < 0) return {};
  std::string copy(text, text + length);
  OPENSSL_free(text);
  return copy;
}

std::string NineDigits(std::string text) {
  std::erase(text, ' ');
  const bool fits = text.size() == 9 && std::all_of(text.begin(), text.end(),
                                                    [](char c) { return c >= '0' && c <= '9'; });
  return fits ? text : std::string();
}

}  // namespace

std::string OrganisationNumber(const Poco::Net::X509Certificate& certificate) {
  constexpr std::string_view kPrefix = "NTRNO-";
  const std::string identifier = SubjectText(certificate, NID_organizationIdentifier);
  if (identifier.starts_with(kPrefix)) return NineDigits(identifier.substr(kPrefix.size()));
  return NineDigits(SubjectText(certificate, NID_serialNumber));
}

}  // namespace utboks::simulator

#include "producer/net/certificate_facts.h"

#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <string_view>

namespace utboks {
namespace {

constexpr std::string_view kNorwegianRegister = "NTRNO-";

bool NineDigits(std::string_view text) {
  return text.size() == 9 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string EntryText(const X509_NAME_ENTRY* entry) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
  if (size < 0) return {};
  std::string text(utf8, utf8 + size);
  OPENSSL_free(utf8);
  return text;
}

std::string WithoutBlanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

std::string OrganisationNumber(const X509_NAME* subject) {
  std::string serial;
  for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
    const int kind = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    if (kind != NID_organizationIdentifier && kind != NID_serialNumber) continue;
    const std::string text = WithoutBlanks(EntryText(entry));
    if (kind == NID_serialNumber) {
      if (serial.empty() && NineDigits(text)) serial = text;
    } else if (text.starts_with(kNorwegianRegister)) {
      std::string number = text.substr(kNorwegianRegister.size());
      if (NineDigits(number)) return number;
    }
  }
  return serial;
}

WallTime ToWall(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::time_point_cast<Millis>(
      std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

}  // namespace

std::string NameOf(const X509_NAME* name) {
  for (const int kind : {NID_commonName, NID_organizationName}) {
    const int at = X509_NAME_get_index_by_NID(name, kind, -1);
    if (at >= 0) return EntryText(X509_NAME_get_entry(name, at));
  }
  return {};
}

CertificateFacts ReadFacts(X509* certificate) {
  CertificateFacts facts;
  facts.organisation_number = OrganisationNumber(X509_get_subject_name(certificate));
  facts.not_before = ToWall(X509_get0_notBefore(certificate));
  facts.not_after = ToWall(X509_get0_notAfter(certificate));
  const std::uint32_t has = X509_get_extension_flags(certificate);
  const std::uint32_t usage = X509_get_key_usage(certificate);
  facts.has_key_usage = (has & EXFLAG_KUSAGE) != 0;
  facts.digital_signature = (usage & KU_DIGITAL_SIGNATURE) != 0;
  facts.non_repudiation = (usage & KU_NON_REPUDIATION) != 0;
  facts.has_extended_usage = (has & EXFLAG_XKUSAGE) != 0;
  facts.client_authentication =
      (X509_get_extended_key_usage(certificate) & (XKU_SSL_CLIENT | XKU_ANYEKU)) != 0;
  return facts;
}

}  // namespace utboks

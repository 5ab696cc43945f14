// The body of an answer, read as far as it can be: the register's receipt, its
// error, or somebody's web page.
//
// A scan, not a parser: bounded by the body's own bound, blind to namespaces and
// to case in element names, without entities of its own, and never failing: what
// cannot be read is not there.  Nothing is ever fetched.
#pragma once

#include <string>
#include <string_view>

namespace utboks {

struct RegisterAnswer {
  enum class Kind {
    kOther,    // empty, or nothing we know
    kReceipt,  // meldingMottatt
    kError,    // folkeregisterFeilmelding
    kHtml,     // a gateway or firewall spoke, not the register
  } kind = Kind::kOther;
  bool whole = false;  // of kReceipt and kError: its end was read
  // UTF-8, outer blanks removed.  Only whole elements; "" = not there.
  std::string reference;      // folkeregisterReferanse
  std::string identifikator;  // avsendersMeldingsidentifikator
  std::string feilkode;
  std::string feilmelding;  // may echo a person: never shown, never logged
  std::string support_id;   // of kHtml
};

RegisterAnswer ReadAnswer(std::string_view body, std::string_view content_type);

}  // namespace utboks

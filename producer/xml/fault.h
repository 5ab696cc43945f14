// The parser's faults in our own words.  Xerces' texts quote values, so only its
// codes are taken, and what the schema (never the document) says about them.
// Only producer/xml includes this header.
#pragma once

#include <string>
#include <string_view>

#include "producer/xml/xerces.h"

XERCES_CPP_NAMESPACE_BEGIN
class DatatypeValidator;
XERCES_CPP_NAMESPACE_END

namespace utboks::xml {

struct Fault {
  std::string_view rule;
  std::string_view text;
};

// xsi:nil is neither "true" nor "false".
inline constexpr Fault kNilFault = {"xsi-nil", "xsi:nil must be true or false"};

// `domain` and `code` as Xerces reports them.
Fault DescribeFault(const XMLCh* domain, unsigned int code);
// True when the fault is that of the element whose content was being read, false
// when it is that of the element whose start tag is.
bool IsOfContent(const XMLCh* domain, unsigned int code);
// Text, or a CDATA section of any text, where only elements may stand.
bool IsOfText(const XMLCh* domain, unsigned int code);
// A hint to a schema that is not in pairs.
bool IsOfHint(const XMLCh* domain, unsigned int code);

// What the schema asks of a value that `type` refused with this code ("([0-9]){4}",
// "at most 200 characters"); empty when it says nothing short.
std::string FacetOf(const xerces::DatatypeValidator* type, unsigned int code);

}  // namespace utboks::xml

#include "producer/xml/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>
#include <xercesc/framework/XMLErrorCodes.hpp>
#include <xercesc/framework/XMLValidityCodes.hpp>
#include <xercesc/util/KVStringPair.hpp>
#include <xercesc/util/RefArrayVectorOf.hpp>
#include <xercesc/util/XMLExceptMsgs.hpp>
#include <xercesc/util/XMLString.hpp>
#include <xercesc/util/XMLUni.hpp>
#include <xercesc/validators/datatype/DatatypeValidator.hpp>
#include <xercesc/validators/schema/SchemaSymbols.hpp>

#include "producer/xml/utf8.h"

namespace utboks::xml {
namespace {

using xerces::XMLErrs;
using xerces::XMLExcepts;
using xerces::XMLValid;

constexpr std::size_t kLongestFacet = 160;

enum class Domain { kParser, kValidity, kValue };

Domain DomainOf(const XMLCh* domain) {
  if (xerces::XMLString::equals(domain, xerces::XMLUni::fgValidityDomain)) return Domain::kValidity;
  if (xerces::XMLString::equals(domain, xerces::XMLUni::fgExceptDomain)) return Domain::kValue;
  return Domain::kParser;
}

struct Row {
  unsigned int code;
  Fault fault;
};

constexpr auto kValidityRows = std::to_array<Row>({
    {XMLValid::ElementNotDefined, {"element-unexpected", "this element is not expected here"}},
    {XMLValid::GrammarNotFound, {"element-unexpected", "this element is not expected here"}},
    {XMLValid::ElementNotQualified,
     {"element-unexpected", "this element is not in the contract's namespace"}},
    {XMLValid::ElementNotUnQualified,
     {"element-unexpected", "this element must be in no namespace"}},
    {XMLValid::ElementNotValidForContent,
     {"element-unexpected", "this element is not expected here"}},
    {XMLValid::NotEnoughElemsForCM, {"element-missing", "the element ends too early"}},
    {XMLValid::EmptyNotValidForContent, {"element-missing", "the element ends too early"}},
    {XMLValid::AttNotDefined, {"attribute-unexpected", "an attribute is not expected here"}},
    {XMLValid::AttNotDefinedForElement,
     {"attribute-unexpected", "an attribute is not expected here"}},
    {XMLValid::AttributeNotQualified,
     {"attribute-unexpected", "an attribute is not expected here"}},
    {XMLValid::AttributeNotUnQualified,
     {"attribute-unexpected", "an attribute is not expected here"}},
    {XMLValid::ProhibitedAttributePresent,
     {"attribute-unexpected", "an attribute is not expected here"}},
    {XMLValid::RequiredAttrNotProvided, {"attribute-missing", "a required attribute is missing"}},
    {XMLValid::NoCharDataInCM, {"text-unexpected", "text stands where only elements are expected"}},
    {XMLValid::NonWSContent, {"text-unexpected", "text stands where only elements are expected"}},
    {XMLValid::EmptyElemHasContent, {"text-unexpected", "the element must be empty"}},
    {XMLValid::SimpleTypeHasChild, {"element-unexpected", "an element stands where a value must"}},
    {XMLValid::FixedDifferentFromActual, {"value", "the value is not the one that is fixed"}},
    {XMLValid::NotSameAsFixedValue, {"value", "the value is not the one that is fixed"}},
    {XMLValid::DatatypeError, {"value", "the value is not of its type"}},
    {XMLValid::NillNotAllowed, {"xsi-nil", "the element may not have xsi:nil"}},
    {XMLValid::NilAttrNotEmpty, {"xsi-nil", "the element has xsi:nil and is not empty"}},
    {XMLValid::BadXsiType, {"xsi-type", "xsi:type names no type of the schema"}},
    {XMLValid::NonDerivedXsiType,
     {"xsi-type", "xsi:type names a type that does not derive from the element's"}},
    {XMLValid::NoAbstractInXsiType, {"xsi-type", "xsi:type names an abstract type"}},
    {XMLValid::NoUseAbstractType, {"xsi-type", "the element's type is abstract"}},
    {XMLValid::ReusedIDValue, {"reference", "an ID stands twice in the document"}},
    {XMLValid::IDNotDeclared, {"reference", "a reference leads to no ID in the document"}},
});

constexpr auto kValueRows = std::to_array<Row>({
    {XMLExcepts::VALUE_NotMatch_Pattern, {"pattern", "the value does not match the pattern"}},
    {XMLExcepts::VALUE_NotIn_Enumeration, {"enumeration", "the value is not one of those listed"}},
    {XMLExcepts::VALUE_GT_maxLen, {"length", "the value is too long"}},
    {XMLExcepts::VALUE_LT_minLen, {"length", "the value is too short"}},
    {XMLExcepts::VALUE_NE_Len, {"length", "the value has the wrong length"}},
    {XMLExcepts::VALUE_exceed_maxIncl, {"range", "the value is too large"}},
    {XMLExcepts::VALUE_exceed_maxExcl, {"range", "the value is too large"}},
    {XMLExcepts::VALUE_exceed_minIncl, {"range", "the value is too small"}},
    {XMLExcepts::VALUE_exceed_minExcl, {"range", "the value is too small"}},
    {XMLExcepts::VALUE_exceed_totalDigit, {"range", "the value has too many digits"}},
    {XMLExcepts::VALUE_exceed_fractDigit, {"range", "the value has too many decimals"}},
    {XMLExcepts::VALUE_Not_Base64, {"value", "the value is not base64"}},
    {XMLExcepts::VALUE_ID_Not_Unique, {"reference", "an ID stands twice in the document"}},
});

constexpr auto kParserRows = std::to_array<Row>({
    {XMLErrs::EndedWithTagsOnStack,
     {"not-well-formed", "the document ends before all its elements do"}},
    {XMLErrs::UnexpectedEOE, {"not-well-formed", "the document ends before all its elements do"}},
    {XMLErrs::ExpectedEndOfTagX,
     {"not-well-formed", "the end tag is not that of the open element"}},
    {XMLErrs::MoreEndThanStartTags, {"not-well-formed", "an end tag has no start tag"}},
    {XMLErrs::UnterminatedStartTag, {"not-well-formed", "a start tag is not closed"}},
    {XMLErrs::UnterminatedEndTag, {"not-well-formed", "an end tag is not closed"}},
    {XMLErrs::UnterminatedCDATASection, {"not-well-formed", "a CDATA section is not closed"}},
    {XMLErrs::UnterminatedComment, {"not-well-formed", "a comment is not closed"}},
    {XMLErrs::IllegalSequenceInComment, {"not-well-formed", "a comment holds \"--\""}},
    {XMLErrs::NotValidAfterContent, {"not-well-formed", "something follows the root element"}},
    {XMLErrs::InvalidDocumentStructure,
     {"not-well-formed", "something other than the root element stands in its place"}},
    {XMLErrs::AttrAlreadyUsedInSTag, {"not-well-formed", "an attribute stands twice"}},
    {XMLErrs::UnknownPrefix, {"not-well-formed", "a prefix is not declared"}},
    {XMLErrs::NoEmptyStrNamespace,
     {"not-well-formed", "a prefix may not be declared as no namespace"}},
    {XMLErrs::EntityNotFound, {"not-well-formed", "a reference to an entity that does not exist"}},
    {XMLErrs::UnterminatedEntityRef, {"not-well-formed", "a reference is not closed with \";\""}},
    {XMLErrs::ExpectedEntityRefName, {"not-well-formed", "\"&\" stands without a reference"}},
    {XMLErrs::BracketInAttrValue, {"not-well-formed", "\"<\" stands in an attribute's value"}},
    {XMLErrs::BadSequenceInCharData, {"not-well-formed", "\"]]>\" stands in text"}},
    {XMLErrs::XMLDeclMustBeFirst,
     {"not-well-formed", "the XML declaration must be the first in the document"}},
    {XMLErrs::EmptyMainEntity, {"not-well-formed", "there is no XML element in the document"}},
    {XMLErrs::InvalidCharacter, {"character", "here stands a character that XML forbids"}},
    {XMLErrs::InvalidCharacterInAttrValue,
     {"character", "here stands a character that XML forbids"}},
    {XMLErrs::InvalidCharacterRef, {"character", "here stands a character that XML forbids"}},
    {XMLErrs::Expected2ndSurrogateChar, {"character", "here stands a character that XML forbids"}},
    {XMLErrs::Unexpected2ndSurrogateChar,
     {"character", "here stands a character that XML forbids"}},
    {XMLErrs::InvalidAttValue, kNilFault},
});

template <std::size_t N>
const Fault* Lookup(const std::array<Row, N>& rows, unsigned int code) {
  const auto row = std::ranges::find(rows, code, &Row::code);
  return row == rows.end() ? nullptr : &row->fault;
}

bool IsDate(unsigned int code) {
  return code >= XMLExcepts::DateTime_dt_invalid && code <= XMLExcepts::DateTime_tz_hh_invalid;
}

// The facet `key` of the nearest type that has it, from `type` down to its bases.
std::u16string_view Facet(const xerces::DatatypeValidator* type, const XMLCh* key) {
  for (; type != nullptr; type = type->getBaseValidator()) {
    const auto* facets = type->getFacets();
    const auto* pair = facets == nullptr ? nullptr : facets->get(key);
    if (pair != nullptr) return View(pair->getValue());
  }
  return {};
}

// Where a type and its base both have a pattern, the code does not say which of
// the two it was.
std::string OnlyPattern(const xerces::DatatypeValidator* type) {
  std::u16string_view found;
  for (; type != nullptr; type = type->getBaseValidator()) {
    const auto* facets = type->getFacets();
    const auto* pair =
        facets == nullptr ? nullptr : facets->get(xerces::SchemaSymbols::fgELT_PATTERN);
    if (pair == nullptr) continue;
    if (!found.empty()) return "";
    found = View(pair->getValue());
  }
  return ToUtf8(found);
}

std::string Listed(const xerces::DatatypeValidator* type) {
  for (; type != nullptr; type = type->getBaseValidator()) {
    const auto* values = type->getEnumString();
    if (values == nullptr) continue;
    std::string list;
    for (XMLSize_t i = 0; i < values->size(); ++i) {
      if (i > 0) list += ", ";
      list += ToUtf8(View(values->elementAt(i)));
    }
    return list;
  }
  return "";
}

}  // namespace

Fault DescribeFault(const XMLCh* domain, unsigned int code) {
  const Fault* found = nullptr;
  switch (DomainOf(domain)) {
    case Domain::kValidity:
      found = Lookup(kValidityRows, code);
      return found != nullptr ? *found : Fault{"schema", "the contract does not allow this"};
    case Domain::kValue:
      found = Lookup(kValueRows, code);
      if (found != nullptr) return *found;
      return IsDate(code) ? Fault{"value", "the value is not a valid date or time"}
                          : Fault{"value", "the value is not of its type"};
    case Domain::kParser:
      found = Lookup(kParserRows, code);
      break;
  }
  return found != nullptr ? *found
                          : Fault{"not-well-formed", "here the document is not well-formed XML"};
}

bool IsOfContent(const XMLCh* domain, unsigned int code) {
  return DomainOf(domain) == Domain::kValidity &&
         (code == XMLValid::NoCharDataInCM || code == XMLValid::NonWSContent ||
          code == XMLValid::EmptyElemHasContent || code == XMLValid::IDNotDeclared);
}

bool IsOfText(const XMLCh* domain, unsigned int code) {
  return DomainOf(domain) == Domain::kValidity && code == XMLValid::NoCharDataInCM;
}

bool IsOfHint(const XMLCh* domain, unsigned int code) {
  return DomainOf(domain) == Domain::kParser && code == XMLErrs::BadSchemaLocation;
}

std::string FacetOf(const xerces::DatatypeValidator* type, unsigned int code) {
  using xerces::SchemaSymbols;
  const auto length = [&](std::string_view words, const XMLCh* key) {
    const std::u16string_view value = Facet(type, key);
    return value.empty() ? std::string() : fmt::format("{}{} characters", words, ToUtf8(value));
  };
  std::string facet;
  switch (code) {
    case XMLExcepts::VALUE_NotMatch_Pattern:
      facet = OnlyPattern(type);
      break;
    case XMLExcepts::VALUE_NotIn_Enumeration:
      facet = Listed(type);
      break;
    case XMLExcepts::VALUE_GT_maxLen:
      facet = length("at most ", SchemaSymbols::fgELT_MAXLENGTH);
      break;
    case XMLExcepts::VALUE_LT_minLen:
      facet = length("at least ", SchemaSymbols::fgELT_MINLENGTH);
      break;
    case XMLExcepts::VALUE_NE_Len:
      facet = length("it must have ", SchemaSymbols::fgELT_LENGTH);
      break;
    default:
      break;
  }
  return facet.size() <= kLongestFacet ? facet : "";
}

}  // namespace utboks::xml

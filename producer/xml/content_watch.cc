#include "producer/xml/content_watch.h"

#include <algorithm>
#include <vector>
#include <xercesc/framework/XMLContentModel.hpp>
#include <xercesc/internal/XMLScanner.hpp>
#include <xercesc/util/QName.hpp>
#include <xercesc/util/XMLExceptMsgs.hpp>
#include <xercesc/validators/datatype/DatatypeValidator.hpp>
#include <xercesc/validators/schema/ComplexTypeInfo.hpp>
#include <xercesc/validators/schema/SchemaElementDecl.hpp>
#include <xercesc/validators/schema/SchemaSymbols.hpp>

#include "producer/xml/date_limits.h"
#include "producer/xml/utf8.h"

namespace utboks::xml {
namespace {

// What could stand in a place is found by trying; beyond this many children that
// would cost more than it helps.
constexpr XMLSize_t kMaxTried = 200;

bool IsDate(const xerces::DatatypeValidator& type) {
  return type.getType() == xerces::DatatypeValidator::DateTime ||
         type.getType() == xerces::DatatypeValidator::Date;
}

}  // namespace

bool ContentWatch::checkContent(xerces::XMLElementDecl* element, xerces::QName** children,
                                XMLSize_t count, XMLSize_t* failing) {
  xerces::ComplexTypeInfo* const complex_type = getCurrentTypeInfo();
  type_ = getCurrentDatatypeValidator();
  inside_ = true;
  const bool fits = SchemaValidator::checkContent(element, children, count, failing);
  if (fits && type_ != nullptr && !getErrorOccurred()) {
    if (count > 0) {
      // Xerces overlooks it where only xsi:type says that a value must stand here.
      emitError(xerces::XMLValid::SimpleTypeHasChild);
    } else if (IsDate(*type_) && BeyondJava(View(getNormalizedValue()))) {
      emitError(xerces::XMLValid::DatatypeError, xerces::XMLExcepts::DateTime_second_invalid);
    }
  }
  inside_ = false;
  if (!fits) {
    Misfit misfit;
    misfit.children = count;
    misfit.child = std::min(*failing, count);
    if (misfit.child < count) misfit.name = View(children[misfit.child]->getLocalPart());
    misfit.expected = Expected(complex_type, children, misfit.child);
    misfit_ = std::move(misfit);
  }
  return fits;
}

void ContentWatch::validateElement(const xerces::XMLElementDecl* element) {
  const bool named = getIsXsiTypeSet();
  SchemaValidator::validateElement(element);
  if (!named || getErrorOccurred()) return;
  const auto* declared =
      static_cast<const xerces::SchemaElementDecl*>(element)->getComplexTypeInfo();
  if (declared != nullptr && getCurrentTypeInfo() == declared &&
      getCurrentDatatypeValidator() != declared->getDatatypeValidator()) {
    emitError(xerces::XMLValid::NonDerivedXsiType);
  }
}

// Only an element takes it off: one of any content that begins and ends here, with
// the xsi:type in no namespace that there is.
void ContentWatch::ForgetXsiType() {
  if (!getIsXsiTypeSet()) return;
  static const XMLCh kNone[] = u"";
  setXsiType(kNone, kNone, xerces::XMLElementDecl::fgInvalidElemId);
  xerces::SchemaElementDecl nothing;
  SchemaValidator::validateElement(&nothing);
  XMLSize_t failing = 0;
  SchemaValidator::checkContent(&nothing, nullptr, 0, &failing);
}

bool ContentWatch::MayBeNil(const xerces::XMLElementDecl& element) {
  return (static_cast<const xerces::SchemaElementDecl&>(element).getMiscFlags() &
          xerces::SchemaSymbols::XSD_NILLABLE) != 0;
}

// The names, in the schema's order, of elements that may follow the first
// `fitting` children.
std::string ContentWatch::Expected(xerces::ComplexTypeInfo* type, xerces::QName** children,
                                   XMLSize_t fitting) const {
  const xerces::XMLContentModel* model = type == nullptr ? nullptr : type->getContentModel();
  if (model == nullptr || fitting > kMaxTried) return "";
  std::vector<xerces::QName*> tried(children, children + fitting);
  tried.push_back(nullptr);
  std::vector<std::u16string_view> names;
  for (XMLSize_t i = 0; i < type->elementCount(); ++i) {
    xerces::QName* const name = type->elementAt(i)->getElementName();
    tried.back() = name;
    XMLSize_t stops_at = 0;
    const bool whole = model->validateContent(tried.data(), tried.size(),
                                              getScanner()->getEmptyNamespaceId(), &stops_at);
    if (!whole && stops_at <= fitting) continue;
    const std::u16string_view local = View(name->getLocalPart());
    if (std::ranges::find(names, local) == names.end()) names.push_back(local);
  }
  std::string list;
  for (const auto& name : names) {
    if (!list.empty()) list += ", ";
    list += ToUtf8(name);
  }
  return list;
}

}  // namespace utboks::xml

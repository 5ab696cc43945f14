// Xerces' own schema validator, watched: the parser reports a fault without saying
// which child it means, or whether it is in the element's start tag or in its
// content.  Only producer/xml includes this header.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <xercesc/validators/schema/SchemaValidator.hpp>

#include "producer/xml/xerces.h"

namespace utboks::xml {

class ContentWatch : public xerces::SchemaValidator {
 public:
  // True while the content of an element that ends is being checked.
  bool inside() const { return inside_; }
  // The simple type of that element; nothing when it has none.
  const xerces::DatatypeValidator* type() const { return type_; }

  // Set while the parser reports that the children of the element that ends do not
  // fit: the first child that does not (its index is the number of children when
  // they end too early), and the elements that could stand there ("a, b").
  struct Misfit {
    XMLSize_t child = 0;
    XMLSize_t children = 0;
    std::u16string_view name;  // of that child; lives until the element has ended
    std::string expected;
  };
  // Hands it over once.
  std::optional<Misfit> TakeMisfit() { return std::exchange(misfit_, std::nullopt); }

  bool checkContent(xerces::XMLElementDecl* element, xerces::QName** children, XMLSize_t count,
                    XMLSize_t* failing) override;
  // To be called when an element's start tag has been dealt with.  Of an element that
  // it passes over, Xerces leaves the xsi:type to the next one.
  void ForgetXsiType();

  // The element's declaration allows xsi:nil.
  static bool MayBeNil(const xerces::XMLElementDecl& element);

  // Xerces lets xsi:type name a simple type where the element's is a complex one, and
  // then goes by the element's.
  void validateElement(const xerces::XMLElementDecl* element) override;

 private:
  std::string Expected(xerces::ComplexTypeInfo* type, xerces::QName** children,
                       XMLSize_t fitting) const;

  bool inside_ = false;
  const xerces::DatatypeValidator* type_ = nullptr;
  std::optional<Misfit> misfit_;
};

}  // namespace utboks::xml

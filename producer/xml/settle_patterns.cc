#include "producer/xml/settle_patterns.h"

#include <unordered_set>
#include <xercesc/util/regx/RangeToken.hpp>
#include <xercesc/util/regx/RegularExpression.hpp>
#include <xercesc/validators/datatype/DatatypeValidatorFactory.hpp>
#include <xercesc/validators/datatype/UnionDatatypeValidator.hpp>
#include <xercesc/validators/schema/ComplexTypeInfo.hpp>
#include <xercesc/validators/schema/SchemaAttDefList.hpp>
#include <xercesc/validators/schema/SchemaElementDecl.hpp>
#include <xercesc/validators/schema/SchemaGrammar.hpp>

namespace utboks::xml {
namespace {

// Xerces has no way to a type's pattern and its parts; an explicit instantiation may name
// what is private.
template <typename Member, typename Member::Type member>
struct Reached {
  friend typename Member::Type Reach(Member) { return member; }
};
struct PatternOf {
  using Type = xerces::RegularExpression* xerces::DatatypeValidator::*;
  friend Type Reach(PatternOf);
};
struct PartsOf {
  using Type = xerces::Token* xerces::RegularExpression::*;
  friend Type Reach(PartsOf);
};
template struct Reached<PatternOf, &xerces::DatatypeValidator::fRegex>;
template struct Reached<PartsOf, &xerces::RegularExpression::fTokenTree>;

void SettleParts(xerces::Token* part) {
  if (part == nullptr) return;
  const auto kind = part->getTokenType();
  if (kind == xerces::Token::T_RANGE || kind == xerces::Token::T_NRANGE) {
    static_cast<xerces::RangeToken*>(part)->createMap();
    return;
  }
  for (XMLSize_t i = 0; i < part->size(); ++i) SettleParts(part->getChild(i));
}

class Settling {
 public:
  void Type(xerces::DatatypeValidator* type) {
    for (; type != nullptr && seen_.insert(type).second; type = type->getBaseValidator()) {
      const xerces::RegularExpression* pattern = type->*Reach(PatternOf());
      if (pattern != nullptr) SettleParts(pattern->*Reach(PartsOf()));
      if (type->getType() != xerces::DatatypeValidator::Union) continue;
      auto* members = static_cast<xerces::UnionDatatypeValidator*>(type)->getMemberTypeValidators();
      for (XMLSize_t i = 0; members != nullptr && i < members->size(); ++i) {
        Type(members->elementAt(i));
      }
    }
  }

  void All(xerces::DVHashTable* types) {
    if (types == nullptr) return;
    xerces::RefHashTableOfEnumerator<xerces::DatatypeValidator> each(types);
    while (each.hasMoreElements()) Type(&each.nextElement());
  }

 private:
  std::unordered_set<const xerces::DatatypeValidator*> seen_;
};

}  // namespace

void SettlePatterns(xerces::SchemaGrammar& grammar) {
  Settling settling;
  settling.All(xerces::DatatypeValidatorFactory::getBuiltInRegistry());
  settling.All(grammar.getDatatypeRegistry()->getUserDefinedRegistry());
  // Types without a name stand where they are used.
  auto elements = grammar.getElemEnumerator();
  while (elements.hasMoreElements()) settling.Type(elements.nextElement().getDatatypeValidator());
  xerces::RefHashTableOfEnumerator<xerces::ComplexTypeInfo> types(grammar.getComplexTypeRegistry());
  while (types.hasMoreElements()) {
    xerces::ComplexTypeInfo& type = types.nextElement();
    settling.Type(type.getDatatypeValidator());
    xerces::XMLAttDefList& attributes = type.getAttDefList();
    for (XMLSize_t i = 0; i < attributes.getAttDefCount(); ++i) {
      settling.Type(
          static_cast<xerces::SchemaAttDef&>(attributes.getAttDef(i)).getDatatypeValidator());
    }
  }
}

}  // namespace utboks::xml

#include "tests/contracts/model.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace utboks::contracts {

// The types and elements that one file declares.
struct Model::Space {
  bool imports = false;
  std::map<std::string, ComplexType, std::less<>> complex;
  std::map<std::string, SimpleType, std::less<>> simple;
  std::map<std::string, Element, std::less<>> globals;
};

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

Name Resolved(const std::string& written, const std::string& own) {
  if (written.starts_with("xs:")) return {std::string(kXsd), written.substr(3)};
  if (written.starts_with("ds:")) return {std::string(kSignature), written.substr(3)};
  return {own, written};
}

std::string Text(const Object& object, const std::string& name) {
  return object.isNull(name) ? "" : object.getValue<std::string>(name);
}

std::size_t Count(const Object& object, const std::string& name) {
  const Poco::Dynamic::Var value = object.get(name);
  return value.isString() ? kUnbounded : value.convert<std::size_t>();
}

Particle ReadParticle(const Object& from, const std::string& own) {
  Particle particle;
  particle.min = Count(from, "min");
  particle.max = Count(from, "max");
  if (from.has("element")) {
    particle.kind = Particle::Kind::kElement;
    particle.name = {own, Text(from, "element")};
    particle.type = Resolved(Text(from, "type"), own);
    particle.nillable = from.getValue<bool>("nillable");
  } else if (from.has("ref")) {
    particle.kind = Particle::Kind::kReference;
    particle.name = Resolved(Text(from, "ref"), own);
  } else if (from.has("any")) {
    const Object::Ptr any = from.getObject("any");
    particle.kind = Particle::Kind::kAny;
    particle.any_namespace = Text(*any, "namespace") == "##any";
    particle.strict = Text(*any, "processContents") == "strict";
  } else {
    const bool sequence = from.has("sequence");
    particle.kind = sequence ? Particle::Kind::kSequence : Particle::Kind::kChoice;
    const Array::Ptr parts = from.getArray(sequence ? "sequence" : "choice");
    for (std::size_t i = 0; i < parts->size(); ++i) {
      particle.parts.push_back(ReadParticle(*parts->getObject(static_cast<unsigned>(i)), own));
    }
  }
  return particle;
}

ComplexType ReadComplex(const Object& from, const std::string& own) {
  ComplexType type;
  type.abstract = from.getValue<bool>("abstract");
  type.mixed = from.getValue<bool>("mixed");
  type.base = Resolved(Text(from, "base"), own);
  type.simple = Text(from, "contentKind") == "simple";
  if (!from.isNull("effectiveContent")) {
    type.content = ReadParticle(*from.getObject("effectiveContent"), own);
  }
  const Array::Ptr attributes = from.getArray("effectiveAttributes");
  for (std::size_t i = 0; i < attributes->size(); ++i) {
    const Object::Ptr attribute = attributes->getObject(static_cast<unsigned>(i));
    type.attributes.push_back({Text(*attribute, "name"), Resolved(Text(*attribute, "type"), own),
                               Text(*attribute, "use") == "required"});
  }
  return type;
}

SimpleType ReadSimple(const Object& from, const std::string& own) {
  SimpleType type;
  type.base = Resolved(Text(from, "base"), own);
  const Object::Ptr effective = from.getObject("effective");
  type.builtin = Text(*effective, "builtin").substr(3);
  const auto facet = [&](const char* name) -> std::optional<std::size_t> {
    if (!effective->has(name)) return std::nullopt;
    return effective->getValue<std::size_t>(name);
  };
  type.length = facet("length");
  type.min_length = facet("minLength");
  type.max_length = facet("maxLength");
  const Array::Ptr steps = effective->getArray("patterns");
  for (std::size_t i = 0; i < steps->size(); ++i) {
    std::string either;  // several in one step would mean OR
    const Array::Ptr step = steps->getArray(static_cast<unsigned>(i));
    for (std::size_t j = 0; j < step->size(); ++j) {
      if (j > 0) either += '|';
      either += step->getElement<std::string>(static_cast<unsigned>(j));
    }
    type.patterns.push_back(either);
  }
  if (effective->has("enumeration")) {
    const Array::Ptr values = effective->getArray("enumeration");
    for (std::size_t i = 0; i < values->size(); ++i) {
      type.values.push_back(values->getElement<std::string>(static_cast<unsigned>(i)));
    }
  }
  return type;
}

}  // namespace

Model Model::Load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Model model;
  try {
    const Poco::Dynamic::Var parsed = Poco::JSON::Parser().parse(file);
    const Object::Ptr contracts = parsed.extract<Object::Ptr>()->getObject("contracts");
    for (const auto& [id, unused] : *contracts) {
      const Object::Ptr from = contracts->getObject(id);
      Contract contract;
      contract.id = id;
      contract.code = Text(*from, "code");
      contract.file = Text(*from, "file");
      contract.space = Text(*from, "targetNamespace");
      const std::string& own = contract.space;
      auto space = std::make_shared<Space>();
      space->imports = from->getArray("imports")->size() > 0;
      for (const auto& [name, type] : *from->getObject("complexTypes")) {
        space->complex.emplace(name, ReadComplex(*type.extract<Object::Ptr>(), own));
      }
      for (const auto& [name, type] : *from->getObject("simpleTypes")) {
        space->simple.emplace(name, ReadSimple(*type.extract<Object::Ptr>(), own));
      }
      for (const auto& [name, element] : *from->getObject("globalElements")) {
        const Object::Ptr declared = element.extract<Object::Ptr>();
        space->globals.emplace(name, Element{Resolved(Text(*declared, "type"), own),
                                             declared->getValue<bool>("nillable")});
        contract.root = {own, name};
      }
      model.spaces_.emplace(contract.code, std::move(space));
      if (contract.space != kSignature) model.contracts_.push_back(std::move(contract));
    }
  } catch (const Poco::Exception& error) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), error.displayText().c_str());
    std::abort();
  }
  return model;
}

const Contract& Model::Get(std::string_view code) const {
  for (const Contract& contract : contracts_) {
    if (contract.code == code) return contract;
  }
  std::abort();
}

const Model::Space* Model::Find(const Contract& contract, std::string_view space) const {
  const Space* own = spaces_.find(contract.code)->second.get();
  if (space == contract.space) return own;
  return space == kSignature && own->imports ? spaces_.find("DS")->second.get() : nullptr;
}

const ComplexType* Model::Complex(const Contract& contract, const Name& type) const {
  const Space* space = Find(contract, type.space);
  if (space == nullptr) return nullptr;
  const auto found = space->complex.find(type.local);
  return found == space->complex.end() ? nullptr : &found->second;
}

const SimpleType* Model::Simple(const Contract& contract, const Name& type) const {
  const Space* space = Find(contract, type.space);
  if (space == nullptr) return nullptr;
  const auto found = space->simple.find(type.local);
  return found == space->simple.end() ? nullptr : &found->second;
}

const Element* Model::Global(const Contract& contract, const Name& element) const {
  const Space* space = Find(contract, element.space);
  if (space == nullptr) return nullptr;
  const auto found = space->globals.find(element.local);
  return found == space->globals.end() ? nullptr : &found->second;
}

std::vector<Name> Model::TypeNames(const Contract& contract) const {
  std::vector<Name> names;
  const Space& own = *Find(contract, contract.space);
  for (const auto& [name, unused] : own.complex) names.push_back({contract.space, name});
  for (const auto& [name, unused] : own.simple) names.push_back({contract.space, name});
  return names;
}

bool Model::Imports(const Contract& contract) const {
  return Find(contract, contract.space)->imports;
}

}  // namespace utboks::contracts

#include "tests/contracts/generator.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "tests/contracts/pattern.h"
#include "tests/contracts/value.h"

namespace utboks::contracts {
namespace {

// Below this only what is required is made: content of any kind could go on for ever.
constexpr std::size_t kDeepest = 10;

constexpr std::array<std::string_view, 9> kDates = {
    "2024-05-17",  "1899-12-31",  "2000-02-29Z", "2021-01-01+02:00", "1996-02-29-14:00",
    "12024-01-01", "-0044-03-15", "9999-12-31",  "2024-12-31+14:00"};
constexpr std::array<std::string_view, 8> kTimes = {"2024-05-21T09:30:00+02:00",
                                                    "2024-05-21T09:30:00",
                                                    "2024-05-21T24:00:00Z",
                                                    "2024-05-21T23:59:59.999Z",
                                                    "2024-05-21T00:00:00.0-01:30",
                                                    "1999-12-31T23:59:59",
                                                    "2024-02-29T12:00:00.123456789+14:00",
                                                    "2018-09-01T15:04:47.719"};
constexpr std::array<std::string_view, 6> kBooleans = {"true", "false", "1", "0", " true", "0\n"};
constexpr std::array<std::string_view, 7> kIntegers = {"0",   "1",          "-1",         "+7",
                                                       "007", "2147483647", "-2147483648"};
constexpr std::array<std::string_view, 5> kLongs = {"9223372036854775807", "-9223372036854775808",
                                                    "12", "-0", "00000000000000000000000001"};
constexpr std::array<std::string_view, 6> kBinaries = {
    "", "QQ==", "QUI=", "QUJD", " QUJD\nQUJD ", "RWtzZW1wZWw="};
constexpr std::array<std::string_view, 9> kTexts = {"",
                                                    " ",
                                                    "Eksempel",
                                                    "Blå & <grønn>",
                                                    "\"sitat\" 'og' ]]",
                                                    "to\nlinjer\tog\rtab",
                                                    "\xC2\xA0",
                                                    "\xF0\x9F\x98\x80",
                                                    "  to  mellomrom  "};

}  // namespace

Node Generator::Document() {
  ids_ = 0;
  Node document = MakeElement(contract_.root, model_.Global(contract_, contract_.root)->type);
  if (Below(2) == 0) Indent(&document, 1);
  return document;
}

// White space between elements, as documents mostly have it.
void Generator::Indent(Node* element, std::size_t level) {
  const ComplexType* type = model_.Complex(contract_, element->type);
  if (type == nullptr || type->mixed || type->simple || element->children.empty()) return;
  std::vector<Node> indented;
  for (Node& child : element->children) {
    Indent(&child, level + 1);
    indented.push_back(Node::Text("\n" + std::string(2 * level, ' ')));
    indented.push_back(std::move(child));
  }
  indented.push_back(Node::Text("\n" + std::string(2 * (level - 1), ' ')));
  element->children = std::move(indented);
}

const Particle* Generator::ContentOf(const Name& type) const {
  const ComplexType* complex = model_.Complex(contract_, type);
  return complex != nullptr && !complex->simple && complex->content ? &*complex->content : nullptr;
}

std::vector<std::string> Generator::NeverMade() const {
  std::vector<std::string> never;
  std::set<Name> seen;
  const auto look = [&](const auto& self, const Name& type) -> void {
    const Particle* content = ContentOf(type);
    if (type.space != contract_.space || content == nullptr || !seen.insert(type).second) return;
    const auto walk = [&](const auto& walk_on, const Particle& particle) -> void {
      for (const Particle& part : particle.parts) walk_on(walk_on, part);
      const bool stands =
          particle.kind == Particle::Kind::kElement || particle.kind == Particle::Kind::kReference;
      if (stands && !made_.contains(&particle)) {
        never.push_back(type.local + "/" + particle.name.local);
      }
      if (particle.kind == Particle::Kind::kElement) self(self, particle.type);
    };
    walk(walk, *content);
  };
  look(look, model_.Global(contract_, contract_.root)->type);
  return never;
}

Node Generator::MakeElement(const Name& name, const Name& type) {
  Node element;
  element.name = name;
  element.type = type;
  ++depth_;
  const ComplexType* complex = model_.Complex(contract_, type);
  if (type == Name{std::string(kXsd), "anyType"}) {
    FillAnything(&element);
  } else if (complex == nullptr) {
    element.SetValue(MakeValue(type));
  } else {
    for (const Attribute& attribute : complex->attributes) {
      if (attribute.required || Below(3) == 0) {
        element.attributes.emplace_back(attribute.name, MakeBuiltin(attribute.type.local));
      }
    }
    if (complex->simple) {
      element.SetValue(MakeValue(complex->base));
    } else if (complex->content) {
      Fill(*complex->content, &element);
      if (complex->mixed && Below(3) == 0) element.children.push_back(Node::Text("tekst"));
    }
  }
  --depth_;
  return element;
}

std::size_t Generator::TimesMade(const Particle& particle) const {
  const auto found = made_.find(&particle);
  return found == made_.end() ? 0 : found->second;
}

std::size_t Generator::Times(const Particle& particle) {
  if (depth_ > kDeepest) return particle.min;
  std::size_t more = std::min<std::size_t>(particle.max - particle.min, 2);
  if (more == 0) return particle.min;
  // What has not been made yet is likely to be made, and now and then as often as may be.
  if (TimesMade(particle) == 0 && Below(4) > 0) return particle.min + 1;
  if (particle.max != kUnbounded && Below(8) == 0) return particle.max;
  return particle.min + Below(more + 1);
}

void Generator::Fill(const Particle& particle, Node* into) {
  for (std::size_t times = Times(particle); times > 0; --times) FillOnce(particle, into);
}

void Generator::FillOnce(const Particle& particle, Node* into) {
  ++made_[&particle];
  switch (particle.kind) {
    case Particle::Kind::kSequence:
      for (const Particle& part : particle.parts) Fill(part, into);
      return;
    case Particle::Kind::kChoice: {
      const Particle* chosen = &OneOf(particle.parts);
      for (const Particle& part : particle.parts) {
        if (TimesMade(part) < TimesMade(*chosen) / 2) chosen = &part;
      }
      return Fill(*chosen, into);
    }
    case Particle::Kind::kElement:
      into->children.push_back(MakeElement(particle.name, particle.type));
      return;
    case Particle::Kind::kReference:
      into->children.push_back(
          MakeElement(particle.name, model_.Global(contract_, particle.name)->type));
      return;
    case Particle::Kind::kAny:
      if (particle.strict) {
        const Name declared = {std::string(kSignature), "KeyName"};
        // "Other" leaves out the signature's own namespace, and nothing else is declared
        // but the contract's root: nothing can stand there.
        if (particle.any_namespace)
          into->children.push_back(MakeElement(declared, {std::string(kXsd), "string"}));
        return;
      }
      Node foreign;
      foreign.name = {"urn:eksempel", "fremmed"};
      foreign.children.push_back(Node::Text("tekst"));
      into->children.push_back(std::move(foreign));
      return;
  }
}

// Of an element whose type says nothing.
void Generator::FillAnything(Node* into) {
  switch (Below(4)) {
    case 0:
      into->children.push_back(Node::Text("annet"));
      return;
    case 1:
      into->attributes.emplace_back("hva", "som helst");
      return;
    case 2: {
      Node foreign;
      foreign.name = {"", "fremmed"};
      foreign.children.push_back(Node::Text("blandet"));
      into->children.push_back(foreign);
      into->children.push_back(Node::Text("innhold"));
      return;
    }
    default:
      if (model_.Imports(contract_)) {
        const Name name = {std::string(kSignature), "MgmtData"};
        into->children.push_back(MakeElement(name, {std::string(kXsd), "string"}));
      }
      return;
  }
}

std::string Generator::MakeBuiltin(std::string_view builtin) {
  if (builtin == "date") return std::string(OneOf(kDates));
  if (builtin == "dateTime") return std::string(OneOf(kTimes));
  if (builtin == "boolean") return std::string(OneOf(kBooleans));
  if (builtin == "int") return std::string(OneOf(kIntegers));
  if (builtin == "long" || builtin == "integer") {
    return std::string(Below(2) == 0 ? OneOf(kIntegers) : OneOf(kLongs));
  }
  if (builtin == "base64Binary") return std::string(OneOf(kBinaries));
  if (builtin == "anyURI") return "urn:eksempel:algoritme";
  if (builtin == "ID") return "id-" + std::to_string(++ids_);
  return std::string(OneOf(kTexts));
}

std::string Generator::MakeValue(const Name& type) {
  const SimpleType* simple = model_.Simple(contract_, type);
  if (simple == nullptr) return MakeBuiltin(type.local);
  if (!simple->values.empty()) return OneOf(simple->values);
  if (simple->builtin != "string") return MakeBuiltin(simple->builtin);
  return MakeText(*simple);
}

std::string Generator::MakeText(const SimpleType& type) {
  const auto below = [this](std::uint64_t bound) { return random_.Below(bound); };
  const Quirks ours = QuirksOf(&QuirkName::ours);
  const Quirks libxml2 = QuirksOf(&QuirkName::libxml2);
  for (int tries = 0; tries < 2'000; ++tries) {
    std::string text(OneOf(kTexts));
    if (!type.patterns.empty() && Below(8) > 0) {
      text = FromCodePoints(Pattern(OneOf(type.patterns)).Example(below));
    } else if (type.max_length && Below(12) == 0) {
      text = FromCodePoints(std::u32string(*type.max_length, U'ø'));
    }
    if (IsValue(type, text, {}) && IsValue(type, text, ours) && IsValue(type, text, libxml2)) {
      return text;
    }
  }
  std::fprintf(stderr, "found no text for a type whose first pattern is %s\n",
               type.patterns.empty() ? "none" : type.patterns[0].c_str());
  std::abort();
}

}  // namespace utboks::contracts

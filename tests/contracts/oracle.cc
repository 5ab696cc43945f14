#include "tests/contracts/oracle.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "tests/contracts/value.h"

namespace utboks::contracts {
namespace {

constexpr std::string_view kAnyType = "anyType";

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Where a particle may end, when it begins before child `from`.
class Matcher {
 public:
  Matcher(const std::vector<const Parsed*>& children, std::string own)
      : children_(children), own_(std::move(own)) {}

  std::set<std::size_t> Ends(const Particle& particle, const std::set<std::size_t>& from) const {
    std::set<std::size_t> ends;
    if (particle.min == 0) ends = from;
    std::set<std::size_t> frontier = from;
    // More occurrences than children can only be empty ones.
    const std::size_t most = std::min(particle.max, particle.min + children_.size() + 1);
    for (std::size_t times = 1; times <= most && !frontier.empty(); ++times) {
      frontier = Once(particle, frontier);
      if (times >= particle.min) ends.insert(frontier.begin(), frontier.end());
    }
    return ends;
  }

  bool Fits(const Particle& particle, const Name& name) const {
    if (particle.kind != Particle::Kind::kAny) return particle.name == name;
    return particle.any_namespace || (!name.space.empty() && name.space != own_);
  }

 private:
  std::set<std::size_t> Once(const Particle& particle, const std::set<std::size_t>& from) const {
    std::set<std::size_t> at;
    switch (particle.kind) {
      case Particle::Kind::kSequence:
        at = from;
        for (const Particle& part : particle.parts) at = Ends(part, at);
        return at;
      case Particle::Kind::kChoice:
        for (const Particle& part : particle.parts) at.merge(Ends(part, from));
        return at;
      default:
        for (const std::size_t i : from) {
          if (i < children_.size() && Fits(particle, children_[i]->name)) at.insert(i + 1);
        }
        return at;
    }
  }

  const std::vector<const Parsed*>& children_;
  const std::string own_;
};

// The particle that a child of this name is.  No two with the same name differ in type.
const Particle* FindPart(const Particle& particle, const Name& name, const Matcher& matcher) {
  switch (particle.kind) {
    case Particle::Kind::kSequence:
    case Particle::Kind::kChoice: {
      const Particle* wildcard = nullptr;
      for (const Particle& part : particle.parts) {
        const Particle* found = FindPart(part, name, matcher);
        if (found == nullptr) continue;
        if (found->kind != Particle::Kind::kAny) return found;
        wildcard = found;
      }
      return wildcard;
    }
    default:
      return matcher.Fits(particle, name) ? &particle : nullptr;
  }
}

}  // namespace

class Oracle::Judgement {
 public:
  Judgement(const Model& model, const Contract& contract, const Quirks& quirks)
      : model_(model), contract_(contract), quirks_(quirks) {}

  Verdict Of(const Parsed& root) {
    const bool is_root = Has(Quirk::kAnyGlobalIsRoot)
                             ? model_.Global(contract_, root.name) != nullptr
                             : root.name == contract_.root;
    if (!is_root) return {false, "the root element is another"};
    path_ = "/" + root.name.local;
    Declared(root, *model_.Global(contract_, root.name));
    return verdict_;
  }

 private:
  bool Has(Quirk quirk) const { return quirks_.contains(quirk); }
  void Wrong(const std::string& what) {
    if (verdict_.valid) verdict_ = {false, path_ + ": " + what};
  }

  static const std::string* InstanceAttribute(const Parsed& element, const char* local) {
    const auto found = element.attributes.find({std::string(kXsi), local});
    return found == element.attributes.end() ? nullptr : &found->second;
  }

  // Empty when it names no type.
  std::optional<Name> TypeNamed(const Parsed& element, const std::string& written) {
    std::string name = written;
    if (!Has(Quirk::kTypeNameIsNotTrimmed)) name = Collapsed(written);
    const std::size_t colon = name.find(':');
    const std::string prefix = colon == std::string::npos ? "" : name.substr(0, colon);
    const auto space = element.scope.find(prefix);
    if (space == element.scope.end() && !prefix.empty()) return std::nullopt;
    Name type = {space == element.scope.end() ? "" : space->second,
                 colon == std::string::npos ? name : name.substr(colon + 1)};
    if (Has(Quirk::kAnyTypeHasNoName) && type.local == kAnyType) return std::nullopt;
    const bool known = model_.Complex(contract_, type) != nullptr ||
                       model_.Simple(contract_, type) != nullptr ||
                       (type.space == kXsd && IsKnownBuiltin(type.local));
    return known ? std::optional(type) : std::nullopt;
  }

  bool Derives(Name type, const Name& from) const {
    if (from == Name{std::string(kXsd), std::string(kAnyType)}) return true;
    while (type != from) {
      if (const SimpleType* simple = model_.Simple(contract_, type)) {
        type = simple->base;
      } else if (const ComplexType* complex = model_.Complex(contract_, type)) {
        if (complex->base.local.empty()) return false;
        type = complex->base;
      } else if (type == Name{std::string(kXsd), "int"}) {
        type.local = "long";
      } else if (type == Name{std::string(kXsd), "long"}) {
        type.local = "integer";
      } else {
        return false;
      }
    }
    return true;
  }

  // An element by its declaration.
  void Declared(const Parsed& element, const Element& declaration) {
    Name type = declaration.type;
    if (const std::string* written = InstanceAttribute(element, "type")) {
      const auto named = TypeNamed(element, *written);
      if (!named) return Wrong("xsi:type names no type");
      if (!Derives(*named, type)) return Wrong("xsi:type does not derive");
      type = *named;
    }
    bool nil = false;
    if (const std::string* written = InstanceAttribute(element, "nil")) {
      if (!declaration.nillable) return Wrong("xsi:nil is not allowed");
      const std::string value = Collapsed(*written);
      if (value != "true" && value != "false" && value != "1" && value != "0") {
        return Wrong("xsi:nil is no boolean");
      }
      nil = value == "true" || value == "1";
    }
    ByType(element, type, nil);
  }

  void ByType(const Parsed& element, const Name& type, bool nil) {
    if (type == Name{std::string(kXsd), std::string(kAnyType)}) return Undeclared(element);
    if (const SimpleType* simple = model_.Simple(contract_, type)) {
      Attributes(element, {});
      Value(element, nil, [&](const std::string& text) { return IsValue(*simple, text, quirks_); });
      return;
    }
    if (type.space == kXsd) {
      Attributes(element, {});
      Value(element, nil,
            [&](const std::string& text) { return IsBuiltinValue(type.local, text, quirks_); });
      return;
    }
    const ComplexType& complex = *model_.Complex(contract_, type);
    if (complex.abstract) return Wrong("its type is abstract");
    Attributes(element, complex.attributes);
    if (complex.simple) {
      Value(element, nil, [&](const std::string& text) {
        return IsBuiltinValue(complex.base.local, text, quirks_);
      });
    } else {
      Content(element, type, complex, nil);
    }
  }

  void Attributes(const Parsed& element, const std::vector<Attribute>& declared) {
    for (const Attribute& attribute : declared) {
      if (attribute.required && !element.attributes.contains({"", attribute.name})) {
        Wrong("the attribute " + attribute.name + " is missing");
      }
    }
    for (const auto& [name, value] : element.attributes) {
      if (name.space == kXsi) {
        if (name.local != "type" && name.local != "nil" && name.local != "schemaLocation" &&
            name.local != "noNamespaceSchemaLocation") {
          Wrong("there is no xsi:" + name.local);
        }
        continue;
      }
      const auto found = std::ranges::find(declared, name.local, &Attribute::name);
      if (!name.space.empty() || found == declared.end()) {
        Wrong("an attribute is not expected");
      } else if (!IsBuiltinValue(found->type.local, value, quirks_)) {
        Wrong("the attribute " + name.local + " has another type");
      } else if (found->type.local == "ID" && !ids_.insert(Collapsed(value)).second) {
        Wrong("an ID stands twice");
      }
    }
  }

  template <typename IsGood>
  void Value(const Parsed& element, bool nil, IsGood is_good) {
    std::string text;
    bool empty = true;
    for (const Parsed& child : element.children) {
      if (child.IsElement()) return Wrong("an element stands where a value must");
      if (child.kind != Node::Kind::kText && child.kind != Node::Kind::kCdata) continue;
      text += child.text;
      empty = false;
    }
    if (nil) {
      if (!text.empty() || !empty) Wrong("it is nil and not empty");
      return;
    }
    if (!is_good(text)) Wrong("the value is not of its type");
  }

  void Content(const Parsed& element, const Name& type, const ComplexType& complex, bool nil) {
    std::vector<const Parsed*> children;
    for (const Parsed& child : element.children) {
      if (child.IsElement()) {
        children.push_back(&child);
      } else if (child.kind == Node::Kind::kText || child.kind == Node::Kind::kCdata) {
        if (complex.mixed) continue;
        if (!IsBlank(child.text)) return Wrong("text stands between elements");
        if (child.kind == Node::Kind::kCdata && Has(Quirk::kCdataIsText)) {
          return Wrong("a CDATA section stands between elements");
        }
      }
    }
    if (nil) {
      if (!element.children.empty()) Wrong("it is nil and not empty");
      return;
    }
    const Matcher matcher(children, type.space);
    const Particle nothing;
    const Particle& content = complex.content ? *complex.content : nothing;
    const bool fits = matcher.Ends(content, {0}).contains(children.size());
    if (!fits) Wrong("its children do not fit");
    const std::string here = path_;
    for (const Parsed* child : children) {
      path_ = here + "/" + child->name.local;
      const Particle* part = FindPart(content, child->name, matcher);
      if (part == nullptr) continue;  // then they did not fit
      Child(*child, *part);
    }
    path_ = here;
  }

  void Child(const Parsed& child, const Particle& part) {
    switch (part.kind) {
      case Particle::Kind::kElement:
        return Declared(child, {part.type, part.nillable});
      case Particle::Kind::kReference:
        return Declared(child, *model_.Global(contract_, part.name));
      default:
        return Wild(child, part.strict);
    }
  }

  void Wild(const Parsed& element, bool strict) {
    if (const Element* global = model_.Global(contract_, element.name)) {
      return Declared(element, *global);
    }
    if (strict && InstanceAttribute(element, "type") == nullptr) {
      return Wrong("it is not declared");
    }
    if (const std::string* written = InstanceAttribute(element, "type")) {
      const auto named = TypeNamed(element, *written);
      if (!named) return Wrong("xsi:type names no type");
      return ByType(element, *named, false);
    }
    if (Has(Quirk::kLaxIsNotDeep)) return;
    Undeclared(element);
  }

  // Content of any kind: what is declared is judged, however deep it stands.
  void Undeclared(const Parsed& element) {
    const std::string here = path_;
    for (const Parsed& child : element.children) {
      if (!child.IsElement()) continue;
      path_ = here + "/" + child.name.local;
      Wild(child, false);
    }
    path_ = here;
  }

  const Model& model_;
  const Contract& contract_;
  const Quirks& quirks_;
  Verdict verdict_;
  std::string path_;
  std::set<std::string> ids_;
};

Verdict Oracle::Judge(std::string_view document, const Quirks& quirks) const {
  const auto parsed = Parse(document);
  if (!parsed) return {false, "it is not well-formed"};
  return Judgement(model_, contract_, quirks).Of(*parsed);
}

}  // namespace utboks::contracts

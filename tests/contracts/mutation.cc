#include "tests/contracts/mutation.h"

#include <algorithm>
#include <array>

#include "tests/contracts/pattern.h"

namespace utboks::contracts {

// An element of the document and where it stands.
struct Mutator::Site {
  Node* element = nullptr;
  Node* parent = nullptr;  // nothing: it is the root
  std::string path;
};

namespace {

using Children = std::vector<Node>;

constexpr std::array<std::string_view, 26> kOddDates = {" 2024-05-17",
                                                        "2024-05-17\n",
                                                        "\t2024-05-17 ",
                                                        "2023-02-29",
                                                        "1900-02-29",
                                                        "2024-13-01",
                                                        "2024-00-10",
                                                        "2024-04-31",
                                                        "2024-5-17",
                                                        "24-05-17",
                                                        "0000-01-01",
                                                        "02024-05-17",
                                                        "17.05.2024",
                                                        "2024-05-17+14:01",
                                                        "2024-05-17+15:00",
                                                        "2024-05-17z",
                                                        "2024-05-17+2:00",
                                                        "2024-05-17T00:00:00",
                                                        "99999999999999999999-01-01",
                                                        "123456789012-01-01",
                                                        "2147483648-01-01",
                                                        "2147483647-01-01",
                                                        "+2024-05-17",
                                                        "2024-05-17Z",
                                                        "",
                                                        "2024-05-17\xC2\xA0"};
constexpr std::array<std::string_view, 26> kOddTimes = {" 2024-05-21T09:30:00",
                                                        "2024-05-21T09:30:00Z\n",
                                                        "2024-05-21T09:30:00 ",
                                                        "2024-05-21T23:59:60",
                                                        "2024-06-30T23:59:60Z",
                                                        "2024-05-21T24:00:00",
                                                        "2024-05-21T24:00:01",
                                                        "2024-05-21T24:01:00Z",
                                                        "2024-05-21T25:00:00",
                                                        "2024-05-21T09:60:00",
                                                        "2024-05-21T09:30",
                                                        "2024-05-21T9:30:00",
                                                        "2024-05-21 09:30:00",
                                                        "2024-05-21t09:30:00",
                                                        "2024-05-21T09:30:00.",
                                                        "2024-05-21T09:30:00,5",
                                                        "2024-05-21T09:30:00+0200",
                                                        "2024-05-21T09:30:00+02",
                                                        "2024-05-21T09:30:00-14:00",
                                                        "2024-05-21T09:30:00+14:01",
                                                        "2024-05-21",
                                                        "99999999999999999999-01-01T00:00:00",
                                                        "2147483648-05-21T09:30:00Z",
                                                        "2024-02-30T09:30:00",
                                                        "",
                                                        "2024-05-21T24:00:00.000Z"};
constexpr std::array<std::string_view, 12> kOddBooleans = {
    "TRUE", "True", "ja", "", "2", "00", " true ", "\tfalse\n", "t", "true false", "on", "1"};
constexpr std::array<std::string_view, 20> kOddIntegers = {"",
                                                           "+",
                                                           "-",
                                                           "1.0",
                                                           "1e3",
                                                           "0x1",
                                                           " 1",
                                                           "1\n",
                                                           "\t+1 ",
                                                           "2147483647",
                                                           "2147483648",
                                                           "-2147483648",
                                                           "-2147483649",
                                                           "9223372036854775807",
                                                           "9223372036854775808",
                                                           "-9223372036854775809",
                                                           "--1",
                                                           "1 2",
                                                           "\xD9\xA3",
                                                           "000000000000000000000000002"};
constexpr std::array<std::string_view, 13> kOddBinaries = {
    "****", "-_-_",      "\xC3\xA6", "Q",    "QU",   "QUJ",      "QUJD=",
    "QQ=",  "QQ== QQ==", "=",        "QR==", "QUJ=", " Q U J D "};
// All that some pattern takes and another does not, and what none takes.
constexpr std::u32string_view kOddCharacters =
    U"ÂÃËÌÕÚÛÝÞßâãëìõúûýþÿŸČčĐđŊŋŠšŦŧŽž‘’‛′‵´`*.,;:+_&#\"'()/-0123456789 "
    U"\t\n\r\u00A0\u2003\u2028\u2029\u0085"
    U"\u0301\U0001F600æøåÆØÅÁáÖöÄäIiĀαя中!?@=<>[]\\|~^%$§";
constexpr std::array<std::string_view, 12> kOddTexts = {"",
                                                        " ",
                                                        "\n",
                                                        "\t",
                                                        "\r",
                                                        "x",
                                                        "\xC2\xA0",
                                                        "x\ny",
                                                        "\nx",
                                                        "x\xE2\x80\xA8y",
                                                        "\xF0\x9F\x98\x80",
                                                        "\xD9\xA3\xD9\xA3\xD9\xA3\xD9\xA3"};

template <typename List>
auto& OneOf(List& list, Random& random) {
  return list[random.Below(std::size(list))];
}

Children::iterator Place(Node& parent, const Node* child) {
  return std::ranges::find_if(parent.children,
                              [child](const Node& node) { return &node == child; });
}

}  // namespace

// What a kind of change is handed: where, and what it may need.
struct Change {
  const Mutator& all;
  Node& element;
  Node* parent;
  Random& random;
  Generator& generator;

  const Contract& contract() const { return all.contract_; }
  const Model& model() const { return all.model_; }
  const SimpleType* simple() const { return all.model_.Simple(contract(), element.type); }
  // "date" …; "" when it has no value.
  std::string Builtin() const {
    if (const SimpleType* type = simple()) return type->builtin;
    if (const ComplexType* complex = model().Complex(contract(), element.type)) {
      return complex->simple ? complex->base.local : "";
    }
    return element.type.space == kXsd && element.type.local != "anyType" ? element.type.local : "";
  }
  bool HasElements() const {
    return model().Complex(contract(), element.type) != nullptr && Builtin().empty();
  }
  Children::iterator at() const { return Place(*parent, &element); }
  std::size_t Below(std::size_t bound) const { return random.Below(bound); }
  Children::iterator Anywhere(Node& node) const {
    return node.children.begin() + static_cast<std::ptrdiff_t>(Below(node.children.size() + 1));
  }
};

namespace {

struct Kind {
  std::string_view name;
  bool (*fits)(const Change&);
  void (*apply)(Change&);
};

bool Always(const Change&) {
  return true;
}
bool InParent(const Change& change) {
  return change.parent != nullptr;
}
bool IsDeclared(const Change& change) {
  return !change.element.type.local.empty();
}
bool IsValueOf(const Change& change) {
  return !change.Builtin().empty();
}
bool IsText(const Change& change) {
  return change.Builtin() == "string";
}
bool HasElements(const Change& change) {
  return change.HasElements();
}
template <std::size_t N>
void Replace(Change& change, const std::array<std::string_view, N>& pool) {
  change.element.SetValue(std::string(OneOf(pool, change.random)));
}
Node Unknown() {
  Node unknown;
  unknown.name = {"", "ukjent"};
  return unknown;
}
void Attribute(Change& change, std::string name, std::string value) {
  change.element.attributes.emplace_back(std::move(name), std::move(value));
}

const Kind kKinds[] = {
    // Elements
    {"remove", InParent, [](Change& c) { c.parent->children.erase(c.at()); }},
    {"twice", InParent,
     [](Change& c) {
       Node copy = c.element;
       c.parent->children.insert(c.at(), std::move(copy));
     }},
    {"many", InParent,
     [](Change& c) {
       const Node copy = c.element;
       c.parent->children.insert(c.at(), 2 + c.Below(7), copy);
     }},
    {"swap",
     [](const Change& c) { return c.parent != nullptr && c.at() + 1 != c.parent->children.end(); },
     [](Change& c) { std::iter_swap(c.at(), c.at() + 1); }},
    {"last", InParent,
     [](Change& c) {
       Node moved = c.element;
       c.parent->children.erase(c.at());
       c.parent->children.push_back(std::move(moved));
     }},
    {"unknown name", Always, [](Change& c) { c.element.name.local = "ukjent"; }},
    {"other case", Always,
     [](Change& c) {
       c.element.name.local[0] = static_cast<char>(c.element.name.local[0] ^ 0x20);
     }},
    {"longer name", Always, [](Change& c) { c.element.name.local += 's'; }},
    {"no namespace", Always, [](Change& c) { c.element.name.space = ""; }},
    {"other namespace", Always, [](Change& c) { c.element.name.space += 'x'; }},
    {"other's name", InParent,
     [](Change& c) {
       std::vector<Name> names;
       for (const Node& child : c.parent->children) {
         if (child.IsElement()) names.push_back(child.name);
       }
       c.element.name = OneOf(names, c.random);
     }},
    {"unknown child", Always,
     [](Change& c) { c.element.children.insert(c.Anywhere(c.element), Unknown()); }},
    {"itself inside", Always,
     [](Change& c) {
       Node copy = c.element;
       c.element.children.insert(c.Anywhere(c.element), std::move(copy));
     }},
    {"empty", [](const Change& c) { return !c.element.children.empty(); },
     [](Change& c) { c.element.children.clear(); }},
    {"one more", HasElements,
     [](Change& c) {
       // Something that is declared there, in any place: another branch, one too many.
       std::vector<const Particle*> elements;
       const auto collect = [&](const auto& self, const Particle& particle) -> void {
         for (const Particle& part : particle.parts) self(self, part);
         if (particle.kind == Particle::Kind::kElement) elements.push_back(&particle);
       };
       if (const Particle* content = c.generator.ContentOf(c.element.type)) {
         collect(collect, *content);
       }
       Node made = Unknown();
       if (!elements.empty()) {
         const Particle& chosen = *OneOf(elements, c.random);
         made = c.generator.MakeElement(chosen.name, chosen.type);
       }
       c.element.children.insert(c.Anywhere(c.element), std::move(made));
     }},
    // What stands between them
    {"text", HasElements,
     [](Change& c) { c.element.children.insert(c.Anywhere(c.element), Node::Text("x")); }},
    {"white space", HasElements,
     [](Change& c) { c.element.children.insert(c.Anywhere(c.element), Node::Text(" \n\t\r")); }},
    {"no-break space", HasElements,
     [](Change& c) { c.element.children.insert(c.Anywhere(c.element), Node::Text("\xC2\xA0")); }},
    {"cdata", HasElements,
     [](Change& c) {
       Node cdata = Node::Text(c.Below(2) == 0 ? "" : " \n");
       cdata.kind = Node::Kind::kCdata;
       c.element.children.insert(c.Anywhere(c.element), std::move(cdata));
     }},
    {"comment", Always,
     [](Change& c) {
       Node comment = Node::Text(" merknad ");
       comment.kind = c.Below(2) == 0 ? Node::Kind::kComment : Node::Kind::kInstruction;
       if (comment.kind == Node::Kind::kInstruction) comment.text = "merknad x";
       c.element.children.insert(c.Anywhere(c.element), std::move(comment));
     }},
    {"value in pieces", IsText,
     [](Change& c) {
       Node cdata = Node::Text(c.element.Value());
       cdata.kind = Node::Kind::kCdata;
       if (cdata.text.find("]]") != std::string::npos ||
           cdata.text.find('\r') != std::string::npos) {
         cdata.text = "x";
       }
       Node comment = Node::Text("merknad");
       comment.kind = Node::Kind::kComment;
       c.element.children = {std::move(comment), std::move(cdata)};
     }},
    // Attributes.  xsi:type and xsi:nil on what is not declared divide the engines by what
    // they have seen before, not by rule.
    {"attribute", Always, [](Change& c) { Attribute(c, "ukjent", "x"); }},
    {"xml:lang", Always, [](Change& c) { Attribute(c, "xml:lang", "nb"); }},
    {"no attribute", [](const Change& c) { return !c.element.attributes.empty(); },
     [](Change& c) {
       c.element.attributes.erase(
           c.element.attributes.begin() +
           static_cast<std::ptrdiff_t>(c.Below(c.element.attributes.size())));
     }},
    {"odd attribute", [](const Change& c) { return !c.element.attributes.empty(); },
     [](Change& c) { OneOf(c.element.attributes, c.random).second = "1 x"; }},
    {"own type", IsDeclared,
     [](Change& c) {
       const bool builtin = c.element.type.space == kXsd;
       const std::string name = (builtin ? "xs:" : "") + c.element.type.local;
       Attribute(c, "xsi:type", c.Below(3) == 0 ? " " + name + "\n" : name);
     }},
    {"other type", IsDeclared,
     [](Change& c) {
       const std::vector<Name> names = c.model().TypeNames(c.contract());
       Attribute(c, "xsi:type", OneOf(names, c.random).local);
     }},
    {"derived type",
     [](const Change& c) {
       return c.element.type.local == "Tekst" || c.element.type.local == "TekstMedInnhold";
     },
     [](Change& c) {
       std::vector<std::string> derived;
       for (const Name& name : c.model().TypeNames(c.contract())) {
         const SimpleType* type = c.model().Simple(c.contract(), name);
         if (type != nullptr && type->builtin == "string" && type->values.empty()) {
           derived.push_back(name.local);
         }
       }
       const std::string& chosen = OneOf(derived, c.random);
       Attribute(c, "xsi:type", chosen);
       if (c.Below(2) == 0) {
         c.element.SetValue(c.generator.MakeValue({c.contract().space, chosen}));
       }
     }},
    {"no such type", IsDeclared,
     [](Change& c) {
       constexpr std::array<std::string_view, 5> kNone = {"Ukjent", "xs:string", "xs:anyType", "",
                                                          "xs:Ukjent"};
       Attribute(c, "xsi:type", std::string(OneOf(kNone, c.random)));
     }},
    {"nil", IsDeclared,
     [](Change& c) {
       constexpr std::array<std::string_view, 6> kNils = {"true", "false", "1", "0", "", "True"};
       Attribute(c, "xsi:nil", std::string(OneOf(kNils, c.random)));
       if (c.Below(2) == 0) c.element.children.clear();
     }},
    {"nil where it may be",
     [](const Change& c) { return c.element.name.local == "avsendersSaksbehandler"; },
     [](Change& c) {
       constexpr std::array<std::string_view, 4> kNils = {"true", "false", "1", "0"};
       Attribute(c, "xsi:nil", std::string(OneOf(kNils, c.random)));
       if (c.Below(2) == 0) c.element.children.clear();
     }},
    {"hint", Always,
     [](Change& c) {
       constexpr std::array<std::string_view, 4> kHints = {"urn:a b.xsd", "urn:a", "urn:a b c",
                                                           "urn:a b urn:c d"};
       Attribute(c, c.Below(4) == 0 ? "xsi:noNamespaceSchemaLocation" : "xsi:schemaLocation",
                 std::string(OneOf(kHints, c.random)));
     }},
    // Values
    {"odd date", [](const Change& c) { return c.Builtin() == "date"; },
     [](Change& c) { Replace(c, kOddDates); }},
    {"odd time", [](const Change& c) { return c.Builtin() == "dateTime"; },
     [](Change& c) { Replace(c, kOddTimes); }},
    {"odd boolean", [](const Change& c) { return c.Builtin() == "boolean"; },
     [](Change& c) { Replace(c, kOddBooleans); }},
    {"odd number",
     [](const Change& c) {
       return c.Builtin() == "long" || c.Builtin() == "int" || c.Builtin() == "integer";
     },
     [](Change& c) { Replace(c, kOddIntegers); }},
    {"odd binary", [](const Change& c) { return c.Builtin() == "base64Binary"; },
     [](Change& c) { Replace(c, kOddBinaries); }},
    {"odd text", IsText, [](Change& c) { Replace(c, kOddTexts); }},
    {"another's value", IsValueOf,
     [](Change& c) {
       const std::vector<Name> names = c.model().TypeNames(c.contract());
       const Name& other = OneOf(names, c.random);
       const bool simple = c.model().Simple(c.contract(), other) != nullptr;
       c.element.SetValue(simple ? c.generator.MakeValue(other) : "annet");
     }},
    {"a character more", IsText,
     [](Change& c) {
       std::u32string value = ToCodePoints(c.element.Value());
       const char32_t odd = kOddCharacters[c.Below(kOddCharacters.size())];
       value.insert(c.Below(value.size() + 1), 1, odd);
       c.element.SetValue(FromCodePoints(value));
     }},
    {"another character", IsText,
     [](Change& c) {
       std::u32string value = ToCodePoints(c.element.Value());
       const char32_t odd = kOddCharacters[c.Below(kOddCharacters.size())];
       if (value.empty()) value = U"x";
       value[c.Below(value.size())] = odd;
       c.element.SetValue(FromCodePoints(value));
     }},
    {"a character less", [](const Change& c) { return IsText(c) && !c.element.Value().empty(); },
     [](Change& c) {
       std::u32string value = ToCodePoints(c.element.Value());
       value.erase(c.Below(value.size()), 1);
       c.element.SetValue(FromCodePoints(value));
     }},
    {"space around", IsText,
     [](Change& c) {
       const std::string value = c.element.Value();
       c.element.SetValue(c.Below(2) == 0 ? " " + value : value + (c.Below(2) == 0 ? "\n" : " "));
     }},
    {"at the limit",
     [](const Change& c) {
       const SimpleType* type = c.simple();
       return type != nullptr && (type->max_length || type->length);
     },
     [](Change& c) {
       const SimpleType& type = *c.simple();
       const std::size_t limit = type.length ? *type.length : *type.max_length;
       const std::u32string value = ToCodePoints(c.element.Value());
       // In the letters it has, so that only the length is at fault; or in others.
       constexpr std::u32string_view kFill = U"aå0A\U0001F600";
       const char32_t fill =
           value.empty() || c.Below(3) == 0 ? kFill[c.Below(kFill.size())] : value.back();
       const std::size_t length = limit + c.Below(3) - (limit > 0 ? 1 : 0);
       c.element.SetValue(FromCodePoints(std::u32string(length, fill)));
     }},
    {"half in surrogates",
     [](const Change& c) { return c.simple() != nullptr && c.simple()->max_length.has_value(); },
     [](Change& c) {
       const std::size_t limit = *c.simple()->max_length;
       c.element.SetValue(FromCodePoints(std::u32string(limit / 2 + c.Below(2), U'\U0001F600')));
     }},
    {"listed in another case",
     [](const Change& c) { return c.simple() != nullptr && !c.simple()->values.empty(); },
     [](Change& c) {
       std::string value = OneOf(c.simple()->values, c.random);
       switch (c.Below(4)) {
         case 0:
           value[0] = static_cast<char>(value[0] ^ 0x20);
           break;
         case 1:
           value += " ";
           break;
         case 2:
           value.pop_back();
           break;
         default:
           break;  // another that is listed: it stays valid
       }
       c.element.SetValue(value);
     }},
    // Signatures and content of any kind
    {"declared in the unknown",
     [](const Change& c) {
       return c.model().Imports(c.contract()) &&
              (c.element.type.local == "anyType" || c.element.type.local == "KeyInfoType");
     },
     [](Change& c) {
       Node outer = Unknown();
       outer.name.space = "urn:eksempel";
       const Name value = {std::string(kSignature), "DigestValue"};
       Node inner = c.generator.MakeElement(value, {std::string(kSignature), "DigestValueType"});
       if (c.Below(2) == 0) inner.SetValue("Q");
       if (c.Below(3) == 0) {
         c.element.children.push_back(std::move(inner));
       } else {
         outer.children.push_back(std::move(inner));
         c.element.children.push_back(std::move(outer));
       }
     }},
    {"the signature as root",
     [](const Change& c) { return c.parent == nullptr && c.model().Imports(c.contract()); },
     [](Change& c) {
       const Name name = {std::string(kSignature), c.Below(2) == 0 ? "Signature" : "KeyInfo"};
       c.element = c.generator.MakeElement(name, {name.space, name.local + "Type"});
     }},
};

}  // namespace

std::size_t Mutator::kinds() {
  return std::size(kKinds);
}

std::vector<Mutator::Site> Mutator::Sites(Node& document) {
  std::vector<Site> sites = {{&document, nullptr, "/" + document.name.local}};
  for (std::size_t i = 0; i < sites.size(); ++i) {
    for (Node& child : sites[i].element->children) {
      if (!child.IsElement()) continue;
      sites.push_back({&child, sites[i].element, sites[i].path + "/" + child.name.local});
    }
  }
  return sites;
}

std::optional<Mutant> Mutator::Next(Node document) {
  const Kind& kind = kKinds[next_++ % std::size(kKinds)];
  const auto change_at = [&](const Site& site) {
    return Change{*this, *site.element, site.parent, random_, generator_};
  };
  std::vector<Site> sites;
  for (Site& site : Sites(document)) {
    if (kind.fits(change_at(site))) sites.push_back(std::move(site));
  }
  if (sites.empty()) return std::nullopt;
  const auto times = [&](const Site& site) {
    return changed_[std::string(kind.name) + " " + site.path];
  };
  // The first of those that were changed least, from somewhere in the middle.
  const auto first = static_cast<std::ptrdiff_t>(random_.Below(sites.size()));
  std::rotate(sites.begin(), sites.begin() + first, sites.end());
  const Site site = *std::ranges::min_element(sites, {}, times);
  ++changed_[std::string(kind.name) + " " + site.path];
  auto change = change_at(site);
  kind.apply(change);
  return Mutant{Write(document), std::string(kind.name) + " at " + site.path};
}

}  // namespace utboks::contracts

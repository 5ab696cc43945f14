// A document as a tree: what the generator makes and changes, and the oracle judges.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/contracts/model.h"

namespace utboks::contracts {

struct Node {
  enum class Kind { kElement, kText, kCdata, kComment, kInstruction };
  Kind kind = Kind::kElement;
  Name name;  // of an element
  Name type;  // of an element, as declared; local "" = it is not
  // As written: {"xsi:type", "Tekst"}.  Declarations of namespaces are not among them.
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<Node> children;  // of an element
  std::string text;            // of all else

  bool IsElement() const { return kind == Kind::kElement; }
  // The value of an element: all its text, whatever stands between.
  std::string Value() const;
  void SetValue(std::string value) {
    children.clear();
    if (!value.empty()) children.push_back(Text(std::move(value)));
  }
  static Node Text(std::string text) {
    Node node;
    node.kind = Kind::kText;
    node.text = std::move(text);
    return node;
  }
};

// As bytes.  An element in another namespace than the one it stands in has a declaration of its
// own; xsi and xs are declared at the root when some attribute has the first.
std::string Write(const Node& root);

// What a parser (Poco's, over expat: neither of the engines that are compared) makes
// of the bytes.  Attributes have the namespace in front in braces: {"{urn:x}a", "1"};
// the namespaces in scope are in `scope` of each element.
struct Parsed {
  Node::Kind kind = Node::Kind::kElement;
  Name name;
  std::map<Name, std::string> attributes;
  std::map<std::string, std::string> scope;  // prefix to namespace; "" is the default
  std::vector<Parsed> children;
  std::string text;

  bool IsElement() const { return kind == Node::Kind::kElement; }
};
// Nothing when it is not well-formed.
std::optional<Parsed> Parse(std::string_view document);

}  // namespace utboks::contracts

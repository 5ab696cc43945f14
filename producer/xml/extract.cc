#include "producer/xml/extract.h"

#include <algorithm>

#include "producer/xml/utf8.h"

namespace utboks {

const ExtractPlan::Node* ExtractPlan::Node::Child(std::u16string_view wanted) const {
  for (const Node& child : children) {
    if (child.name == wanted) return &child;
  }
  return nullptr;
}

ExtractPlan::ExtractPlan(const Ressurs& ressurs) {
  for (const FieldPath& field : ressurs.fields) {
    Node* node = &root_;
    std::string_view rest = field.path;
    while (!rest.empty()) {
      const std::size_t slash = std::min(rest.find('/'), rest.size());
      std::u16string step = xml::ToUtf16(rest.substr(0, slash));
      rest.remove_prefix(std::min(slash + 1, rest.size()));
      auto child = std::ranges::find(node->children, step, &Node::name);
      if (child == node->children.end()) {
        node->children.push_back({std::move(step), nullptr, {}});
        child = node->children.end() - 1;
      }
      node = &*child;
    }
    node->field = &field;
  }
}

}  // namespace utboks

// What is read out of a document while it is validated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "producer/xml/catalogue.h"
#include "queue/base/secret.h"

namespace utboks {

struct Extract {
  SensitiveText identifikator;  // avsendersMeldingsidentifikator; "" = missing
  SensitiveText saksreferanse;  // avsendersSaksreferanse; "" = none
  // The numbers of the persons whom the message changes, in document order.
  std::vector<SensitiveText> persons;
  // The attachments that the document names (multipartnavn), in document order.
  std::vector<SensitiveText> attachments;
};

// A resource's paths as a tree that the parser walks along with the document.
// Const after construction; safe for many threads.
class ExtractPlan {
 public:
  struct Node {
    std::u16string name;
    const FieldPath* field = nullptr;  // the text of this element is wanted
    std::vector<Node> children;

    const Node* Child(std::u16string_view name) const;
  };

  // `ressurs` must outlive the plan.
  explicit ExtractPlan(const Ressurs& ressurs);
  const Node& root() const { return root_; }

 private:
  Node root_;
};

}  // namespace utboks

// Valid documents of a contract, made from its content model.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "queue/base/random.h"
#include "tests/contracts/model.h"
#include "tests/contracts/tree.h"

namespace utboks::contracts {

// What it has made least is made first, so that few documents see every part of a
// contract.  Not thread-safe.
class Generator {
 public:
  // All must outlive it.
  Generator(const Model& model, const Contract& contract, Random& random)
      : model_(model), contract_(contract), random_(random) {}

  // Valid by the standard and by every engine.
  Node Document();
  // An element of the given name and type, valid where such a one may stand.
  Node MakeElement(const Name& name, const Name& type);
  // A valid text of a simple type, its own or built in.
  std::string MakeValue(const Name& type);

  // Elements that the contract has and that were never made, as "Type/element".  What
  // stands in the signature is left out: wildcards let it be anything.
  std::vector<std::string> NeverMade() const;

  // What content of type `type` consists of; nothing when it is no content of elements.
  const Particle* ContentOf(const Name& type) const;

 private:
  void Indent(Node* element, std::size_t level);
  void Fill(const Particle& particle, Node* into);
  void FillOnce(const Particle& particle, Node* into);
  void FillAnything(Node* into);
  std::size_t TimesMade(const Particle& particle) const;
  std::size_t Times(const Particle& particle);  // how often to make it
  std::string MakeBuiltin(std::string_view builtin);
  std::string MakeText(const SimpleType& type);
  std::size_t Below(std::size_t bound) { return random_.Below(bound); }
  template <typename List>
  auto& OneOf(const List& list) {
    return list[Below(std::size(list))];
  }

  const Model& model_;
  const Contract& contract_;
  Random& random_;
  std::map<const Particle*, std::size_t> made_;
  std::size_t ids_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace utboks::contracts

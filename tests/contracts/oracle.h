// THE judge that is not our schema: whether a document is valid by a contract's content
// models and facets, worked out from contracts.json alone.
//
// By the letter of XML Schema 1.0; with quirks, as the engine that has them would judge.
#pragma once

#include <string>
#include <vector>

#include "tests/contracts/model.h"
#include "tests/contracts/quirk.h"
#include "tests/contracts/tree.h"

namespace utboks::contracts {

struct Verdict {
  bool valid = true;
  std::string why;  // the first thing that is wrong, with its path
};

class Oracle {
 public:
  // Both must outlive it.
  Oracle(const Model& model, const Contract& contract) : model_(model), contract_(contract) {}

  Verdict Judge(std::string_view document, const Quirks& quirks = {}) const;

 private:
  class Judgement;
  const Model& model_;
  const Contract& contract_;
};

}  // namespace utboks::contracts

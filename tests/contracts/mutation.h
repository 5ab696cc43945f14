// One change to a valid document: most make it invalid, some do not.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/contracts/generator.h"

namespace utboks::contracts {

struct Mutant {
  std::string document;
  std::string what;  // which change, and where: for the message when something fails
};

// Makes them in turn, each at the place that was changed least so far.  Not thread-safe.
class Mutator {
 public:
  // All must outlive it.
  Mutator(const Model& model, const Contract& contract, Generator& generator, Random& random)
      : model_(model), contract_(contract), generator_(generator), random_(random) {}

  // Nothing when the next kind of change has no place in this document.
  std::optional<Mutant> Next(Node document);

  static std::size_t kinds();

 private:
  friend struct Change;
  struct Site;
  std::vector<Site> Sites(Node& document);

  const Model& model_;
  const Contract& contract_;
  Generator& generator_;
  Random& random_;
  std::size_t next_ = 0;
  std::map<std::string, std::size_t> changed_;  // by kind and path
};

}  // namespace utboks::contracts

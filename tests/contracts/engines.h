// The engines that are held against the oracle, all on the shipped schemas: our
// validator, the program around it, and xmllint.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/contracts/model.h"

namespace utboks::contracts {

// tests/data/contracts.json, read once.
const Model& TheModel();

// Our verdict, by the edition of the catalogue whose schema is in `file`.
class Ours {
 public:
  explicit Ours(const std::string& file);
  // Empty when the document is valid; else what is wrong.
  std::string Complaint(std::string_view document) const;
  // What `utboks validate` says of many documents at once, in their order: whether
  // each is valid.  A test that cannot have it fails.
  std::vector<bool> ProgramVerdicts(const std::vector<std::string>& documents) const;

 private:
  std::string ressurs_, edition_;
};

// xmllint's verdict of many documents at once, in their order.  A test that cannot
// have them fails.
std::vector<bool> XmllintVerdicts(const std::string& file,
                                  const std::vector<std::string>& documents);

}  // namespace utboks::contracts

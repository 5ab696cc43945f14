// One input held against the shipped contracts, by readers that have seen other documents
// and by one that has seen none: the answers must keep the validator's promises and be the
// same each time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "producer/xml/schema.h"
#include "producer/xml/validator.h"
#include "tests/fuzz/answer_judge.h"
#include "tests/fuzz/fuzz_input.h"

namespace utboks::fuzz {

class ValidatorTrial {
 public:
  // `source`: the top of our source tree.  Throws std::runtime_error when its contracts
  // cannot be loaded.
  static std::unique_ptr<ValidatorTrial> Make(const std::string& source);

  // What is broken, in one line without anything of the document; "" = nothing.
  // Whatever came before, the same input has the same answer.
  std::string Broken(std::string_view bytes) const;

  const Catalogue& catalogue() const { return catalogue_; }

 private:
  explicit ValidatorTrial(Catalogue catalogue) : catalogue_(std::move(catalogue)) {}
  const Ressurs* Find(std::string_view name) const;  // an event too
  // Makes the validator let the kept readers of this resource go.
  static void LetReadersGo(const Validator& validator, const Ressurs& ressurs);
  // What a reader that has seen nothing finds in `document`, which the door lets in, is
  // what the validator finds.
  bool IsFresh(const Validator& validator, const Ressurs& ressurs, const std::string& edition,
               std::string_view document) const;

  const Catalogue catalogue_;
  std::unique_ptr<Validator> test_, production_;
  std::unique_ptr<AnswerJudge> judge_;
  std::map<std::string, std::string, std::less<>> examples_;                        // by ressurs
  std::map<std::string, std::shared_ptr<const xml::Schema>, std::less<>> schemas_;  // by file
};

}  // namespace utboks::fuzz

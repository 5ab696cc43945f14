// One input held against the shipped contracts, by fresh readers and by kept ones: the
// answers must keep the validator's promises and be the same each time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

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
  // Lets the kept readers of this resource go.
  void LetReadersGo(const Validator& validator, std::string_view ressurs) const;

  const Catalogue catalogue_;
  std::unique_ptr<Validator> test_, production_;
  std::unique_ptr<AnswerJudge> judge_;
  std::map<std::string, std::string, std::less<>> examples_;  // by ressurs
};

}  // namespace utboks::fuzz

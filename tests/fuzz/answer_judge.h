// What must hold of every answer of the validator, whatever the document.
#pragma once

#include <string>

#include "producer/xml/validator.h"
#include "queue/base/status.h"
#include "tests/fuzz/vocabulary.h"

namespace utboks::fuzz {

class AnswerJudge {
 public:
  // `words`: those that an answer may hold.
  AnswerJudge(const Catalogue& catalogue, Vocabulary words)
      : catalogue_(catalogue), words_(std::move(words)) {}

  // What `answer` breaks, in one line without anything of the document; "" = nothing.
  std::string Broken(const Result<Checked>& answer, bool schema_only) const;

 private:
  std::string BrokenByWords(const Checked& checked) const;
  std::string BrokenByVerdict(const Checked& checked, bool schema_only) const;

  const Catalogue& catalogue_;
  const Vocabulary words_;
};

// The same answer, to the last text that was read out.
bool SameAnswer(const Result<Checked>& a, const Result<Checked>& b);

}  // namespace utboks::fuzz

// One parser that holds documents against one schema, kept from document to
// document: making one costs as much as half a document.
//
// Only producer/xml includes this header.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "producer/domain/violation.h"
#include "producer/xml/extract.h"
#include "producer/xml/schema.h"
#include "queue/base/secret.h"

namespace utboks::xml {

inline constexpr std::size_t kMaxViolations = 100;
// Beyond these a document is no message, and counting on is only work.
inline constexpr std::size_t kMaxCounted = 10'000;

// What a reader saw of one document.
struct Reading {
  std::vector<Violation> violations;  // in the order of their places; at most kMaxViolations
  std::size_t more = 0;               // how many more there were; counted up to 10,000
  // The texts that the plan asked for, in document order.
  struct Text {
    const FieldPath* field;
    SensitiveText text;
    std::uint32_t element;  // which start tag of the document it is, from 1
  };
  std::vector<Text> texts;
  bool whole = false;        // the parser came to the end of the document
  bool names_types = false;  // by xsi:type: which types a schema has matters
};

class ContentWatch;

// Not thread-safe.
class Reader {
 public:
  explicit Reader(std::shared_ptr<const Schema> schema);
  ~Reader();

  // `text` has passed the door.  `plan` null: nothing is read out.  Throws
  // std::bad_alloc.
  Reading Read(std::string_view text, const ExtractPlan* plan);

  // False when something of the last document may have stayed behind: Xerces 3.2
  // keeps the elements it did not know, and carries an xsi:type in lax content, over
  // to the next document.  Then this reader must not be used again.
  bool reusable() const { return reusable_; }

 private:
  class Parser;

  std::shared_ptr<const Schema> schema_;
  std::unique_ptr<ReaderGrammarPool> pool_;  // outlives the parser, as does:
  std::unique_ptr<ContentWatch> watch_;
  std::unique_ptr<Parser> parser_;
  bool reusable_ = true;
};

}  // namespace utboks::xml

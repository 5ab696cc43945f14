// What no schema can say of a document: that it has its identifier, that its numbers,
// its days and its persons make sense together, and that its attachments are there.
//
// Only producer/xml includes this header.  Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "producer/xml/attachment_check.h"
#include "producer/xml/catalogue.h"
#include "producer/xml/meaning_rules.h"
#include "producer/xml/number_check.h"
#include "producer/xml/reader.h"
#include "queue/base/clock.h"

namespace utboks::xml {

struct MeaningFinding {
  std::string_view rule;             // a fixed name, as in Violation
  std::string text;                  // one sentence; nothing out of the document
  const FieldPath* field = nullptr;  // where; null: the document as a whole
  std::uint32_t element = 0;         // which start tag, from 1; 0 with the whole
  bool warning = false;
};

struct MeaningQuestion {
  NumberRules numbers;
  MeaningRules rules;
  WallTime now{};
  std::span<const OfferedAttachment> attachments;
  std::size_t max_attachments = 0;  // bytes
};

// `texts` are what was read of the fields of `ressurs`, in document order, out of a
// document that was read whole.  In no order.
std::vector<MeaningFinding> CheckMeaning(const Ressurs& ressurs,
                                         std::span<const Reading::Text> texts,
                                         const MeaningQuestion& question);

}  // namespace utboks::xml

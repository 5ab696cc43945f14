// What the fuzzer's bytes stand for: a document, and how it is to be held.
//
//   #doedsfall_v1 1.2 schema-only        the line may be missing: the root decides
//   <?xml version="1.0"?>…               a document that the reader has seen before
//   \x1E                                 missing: the contract's example was before
//   <meldingOmDoedsfall …                the document
//
// So every document that stands in a file is an input, and a kept input goes on meaning
// the same when the catalogue grows.  Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "producer/xml/catalogue.h"
#include "producer/xml/validator.h"

namespace utboks::fuzz {

inline constexpr char kBetweenDocuments = '\x1E';  // stands in no XML

struct FuzzInput {
  CheckRequest request;     // its views point into the catalogue
  bool production = false;  // in which environment
  std::string_view before;  // "" = none
  std::string_view document;
};

FuzzInput ReadFuzzInput(std::string_view bytes, const Catalogue& catalogue);

// The first line, without its end, of each way to hold a document against the catalogue.
std::vector<std::string> FirstLines(const Catalogue& catalogue);

}  // namespace utboks::fuzz
